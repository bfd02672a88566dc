"""A family of engines judged apart says what all of them say together: the same ids, the same words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest
from faults import Faults, FaultyEngines, FaultyKept
from onetruth import events_of

from engines.agenda import Agenda
from engines.families import FRESHNESS
from engines.keyed import DatasetEngines
from engines.signal import Signal
from engines.state import DatasetState
from graph.port import GraphStore
from graph.stores.memory import MemoryGraphStore
from service.pipeline import LocalPipeline
from service.watch.fold import Watch, watch_in
from signal_factory.ids import canonical_json
from signal_factory.wire import Envelope

ROOT = Path(__file__).parents[2]
NAMES = sorted(each.name for each in (ROOT / "fixtures").glob("[0-9]*"))
DUE = datetime(2026, 3, 2, 13, tzinfo=UTC)
CASES = [70_003, 70_011, 70_023, 70_100, 70_101, 70_140]


class _Heard(LocalPipeline):
    """One process, and all that its engines said, in order."""

    def __init__(self, store: GraphStore) -> None:
        super().__init__(store)
        self.said: list[Signal] = []

    def say(self, signals: Iterable[Signal], now: datetime) -> None:
        told = list(signals)
        self.said += told
        super().say(told, now)


@cache
def _together(name: str) -> list[str]:
    """What one process says of freshness."""
    events, end = events_of(name)
    pipeline = _Heard(MemoryGraphStore())
    pipeline.apply_all(events)
    pipeline.advance(end or events[-1].time)
    return _worded(each for each in pipeline.said if each.signal_type == "FRESHNESS_BREACH")


def _apart(name: str, chance: Random, restarts: float) -> list[str]:
    """What the family says that hears of records only when they came, and may be put away at any moment."""
    events, end = events_of(name)
    watch, rows, found = Watch(FRESHNESS), dict[str, str](), list[Signal]()
    for each in events:
        found += watch.pass_by(each.time) if each.kind == "evidence" else watch.hear(each)
        if chance.random() < restarts:
            rows |= watch.take_rows()
            watch = watch_in(FRESHNESS, {key: text for key, text in rows.items() if text})
    return _worded([*found, *watch.advance(end or events[-1].time)])


def _worded(signals: Iterable[Signal]) -> list[str]:
    return [f"{each.signal_id} {canonical_json(each.document())}" for each in signals]


@pytest.mark.parametrize("name", [*NAMES, *map(str, CASES)])
def test_the_family_says_the_same_apart_as_together(name: str) -> None:
    assert _apart(name, Random(1), restarts=0.0) == _together(name)


@pytest.mark.parametrize("name", [*map(str, CASES)])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_watch_that_is_put_away_and_taken_up_again_says_the_same(name: str, seed: int) -> None:
    assert _apart(name, Random(seed), restarts=0.003) == _together(name)


@pytest.mark.parametrize("place", ["observe", "fire"])
def test_what_makes_the_engines_raise_takes_nothing_from_other_tables(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    struck, spared = "ds://bus/struck", "ds://bus/spared"
    faults = Faults([place], often=1)

    def engines(state: DatasetState, agenda: Agenda) -> DatasetEngines:
        return FaultyEngines(state, agenda, faults) if state.urn == struck else DatasetEngines(state, agenda)

    watch = Watch(FRESHNESS)
    watch.engines = FaultyKept(watch.memory, engines)
    for urn in (struck, spared):
        for each in _late(urn):
            watch.hear(each)
    told = watch.advance(DUE + timedelta(minutes=1))
    assert (spared, "CRITICAL") in [(each.subject, each.state) for each in told]
    assert "left out of the watch: ArithmeticError in " in caplog.text
    assert "a defect" not in caplog.text, "what an exception says may hold data"


def _late(urn: str) -> list[Envelope]:
    """A table that is due each day, and what it wrote the day before."""
    promise = {
        "urn": urn, "tier": 1,
        "slo": {"freshness": {"expected_update_by": "13:00 UTC daily", "grace_period": "0m"}},
    }  # fmt: skip
    at = DUE - timedelta(days=1, minutes=5)
    wrote = {"event_type": "DatasetWriteCommitted", "event_time": at.isoformat(), "dataset_urn": urn,
             "run_id": f"{urn}-1"}  # fmt: skip
    return [
        Envelope(time=at, kind="dataset", body=promise),
        Envelope(time=at, kind="write_event", body=wrote),
    ]


def test_the_recordings_that_this_is_shown_on_tell_of_breaches_and_of_their_ends() -> None:
    told = [text for name in (*NAMES, *map(str, CASES)) for text in _together(name)]
    assert sum('"state":"CRITICAL"' in text for text in told) > 20
    assert sum('"state":"OK"' in text for text in told) > 5
