"""The whole machine in whatever order events arrive: one graph, and no name left behind."""

import random
from datetime import timedelta
from functools import cache
from json import loads
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine import Engine, store_for
from service.replay import replay_lines
from signal_factory.ids import content_hash
from signal_factory.wire import Envelope, read_line

ROOT = Path(__file__).parents[2]
NAMES = sorted(each.name for each in (ROOT / "fixtures").glob("[0-9]*"))
_MOST_EVIDENCE, _MOST_OTHERS = 20, 120


@cache
def _lines(name: str) -> list[str]:
    lines = (ROOT / "fixtures" / name / "events.ndjson").read_text("utf-8").splitlines()
    evidence = [line for line in lines if loads(line)["kind"] == "evidence"]
    others = [line for line in lines if loads(line)["kind"] != "evidence"]
    return others[:_MOST_OTHERS] + evidence[:_MOST_EVIDENCE]


def _hash(envelopes: list[Envelope]) -> str:
    engine, seen = Engine(store_for(None)), set[str]()
    for envelope in envelopes:
        digest = content_hash([envelope.kind, dict(envelope.body)])
        if digest not in seen:
            seen.add(digest)
            engine.apply(envelope)
    return str(engine.stats()["graph_hash"])


@cache
def _straight(name: str) -> str:
    return _hash([read_line(line) for line in _lines(name)])


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=3)
def test_any_order_with_doubles_leaves_the_same_graph(name: str, seed: int) -> None:
    chance = random.Random(seed)
    envelopes = [read_line(line) for line in _lines(name)]
    doubled = [*envelopes, *chance.sample(envelopes, len(envelopes) // 3)]
    chance.shuffle(doubled)
    assert _hash(doubled) == _straight(name)


def test_registrations_that_arrive_a_day_late_find_everything_said_before_them() -> None:
    early = [read_line(line) for line in _lines("002-batch-schema-drift")]
    late = sorted(
        early,
        key=lambda each: each.time + timedelta(days=9 if each.kind in ("dataset", "mapping") else 0),
    )
    assert _hash(late) == _hash(early)


def test_what_was_broken_under_an_old_name_is_told_under_the_new() -> None:
    text = (ROOT / "fixtures" / "002-batch-schema-drift" / "events.ndjson").read_text("utf-8")
    told = [read_line(line) for line in text.splitlines()]
    moved = Engine(store_for(None))
    for envelope in sorted(told, key=lambda each: each.kind == "mapping"):
        moved.apply(envelope)
    moved.finish(None)
    named = {urn for each in moved.incidents() for urn in each["datasets"]}
    assert "urn:dp:orders:silver" in named
    assert "ds://delta://unity-catalog/sales.orders_silver" not in named | set(moved.datasets())
    assert moved.stats()["graph_hash"] == replay_lines(text.splitlines())["stats"]["graph_hash"]
