"""The engine's state put away and taken up again: nothing it says may depend on it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.stores.memory import MemoryGraphStore
from service.engine import Engine
from signal_factory.wire import Envelope, read_line

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
SLUGS = sorted(path.parent.name for path in ROOT.glob("*/events.ndjson"))


@cache
def _events(slug: str) -> tuple[Envelope, ...]:
    lines = (ROOT / slug / "events.ndjson").read_text(encoding="utf-8").splitlines()
    return tuple(sorted((read_line(line) for line in lines if line.strip()), key=lambda each: each.time))


def _said(engine: Engine) -> dict[str, Any]:
    engine.finish(None)
    return json.loads(json.dumps(engine.document([], 0, 0.0)))  # type: ignore[no-any-return]


@cache
def _in_one_go(slug: str) -> dict[str, Any]:
    engine = Engine(MemoryGraphStore())
    for event in _events(slug):
        engine.apply(event)
    return _said(engine)


def _in_parts(slug: str, cuts: list[int]) -> dict[str, Any]:
    graph, kept = MemoryGraphStore(), dict[str, str]()
    engine = Engine(graph)
    for index, event in enumerate(_events(slug)):
        if index in cuts:
            kept = {key: text for key, text in (kept | engine.take_dirty()).items() if text}
            engine = Engine(graph)
            engine.load(dict(sorted(kept.items())))
        engine.apply(event)
    return _said(engine)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_recording_taken_up_half_way_says_the_same(slug: str) -> None:
    assert _in_parts(slug, [len(_events(slug)) // 2]) == _in_one_go(slug)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("slug", ["003-freshness-slow", "008-schema-cascade", "009-schema-cascade-shipped"])
def test_wherever_it_is_put_away_and_taken_up_a_recording_says_the_same(
    slug: str, data: st.DataObject
) -> None:
    last = len(_events(slug)) - 1
    cuts = data.draw(st.lists(st.integers(0, last), max_size=6, unique=True))
    assert _in_parts(slug, cuts) == _in_one_go(slug)


def test_only_what_changed_is_put_away_again() -> None:
    engine = Engine(MemoryGraphStore())
    events = _events("002-batch-schema-drift")
    for event in events[:-1]:
        engine.apply(event)
    whole = engine.take_dirty()
    assert set(engine.take_dirty()) <= {"clock", "time"}
    engine.apply(events[-1])
    assert len(engine.take_dirty()) < len(whole) / 10
