"""What makes engines raise is set aside, by one process and by a fleet alike, and changes nothing else."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest
from faults import Faults
from localasker import LocalAsker
from onetruth import events_of, told

from graph.model import Edge, Node
from graph.port import GraphStore
from graph.stores.sqlite import SqliteGraphStore
from service.applier import Applier, Pacing
from service.clocks import EngineClock
from service.engine import Engine
from service.entries import Rejected
from service.eventlog import EventLog
from service.gate import Gate
from service.workers.leading import Leading, Pace
from service.workers.messages import Answer, Question
from signal_factory.errors import BackendUnavailable
from signal_factory.ids import canonical_json
from signal_factory.wire import Envelope

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
EVERYWHERE = ("read", "observe", "fire", "take_in", "hear", "say", "write")
CASES = ["008-schema-cascade", "011-airflow-two-reports", "026-spark-delta"]
Outcome = tuple[str, tuple[str, ...], tuple[str, ...]]
"""The document, what was set aside, and what is in the graph but for explanations."""


class Killed(BaseException):
    """The leader's process is gone."""


class MortalLog(EventLog):
    """Whoever saves state may die just before or just behind it."""

    chance, deadly = Random(0), 0.0

    def save_state(
        self,
        rows: Mapping[str, str],
        offset: int,
        lead_s: float | None = None,
        aside: Iterable[tuple[Rejected, datetime]] = (),
    ) -> None:
        self._perhaps_die()
        super().save_state(rows, offset, lead_s, aside)
        self._perhaps_die()

    def _perhaps_die(self) -> None:
        if self.chance.random() < self.deadly:
            raise Killed


class MortalAsker(LocalAsker):
    """Whoever asks may die of it, or not be answered, when some workers have heard the question."""

    deadly = 0.0

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Answer]:
        if self._chance.random() < self.deadly:
            super().ask(self._chance.sample(list(questions), self._chance.randint(0, len(questions))))
            raise self._chance.choice([Killed(), BackendUnavailable("no answer")])
        return super().ask(questions)


@cache
def _events(name: str) -> tuple[Envelope, ...]:
    events, end = events_of(name)
    last = (end or events[-1].time) + timedelta(minutes=5)
    return (*events, Envelope(time=last, kind="tick", body={}))


def _clock() -> EngineClock:
    return EngineClock(lambda: LONG_AGO, follows_events=False)


def _outcome(log: EventLog, engine: Engine, graph: SqliteGraphStore) -> Outcome:
    aside = [f"{each['code']}: {each['reason']}" for each in log.rejected(limit=10_000)]
    document = json.loads(told(engine, None))
    document["stats"] = document["stats"]["events"]
    elements = [line for each in graph.elements() if (line := _line(each))]
    return canonical_json(document), tuple(sorted(aside)), tuple(sorted(elements))


def _line(element: Node | Edge) -> str:
    """An element as text; "" for one that explanations draw, whose number depends on how often one asked."""
    if isinstance(element, Node):
        return "" if element.ref.label == "Incident" else str(element)
    is_drawn = element.kind in ("INTRODUCED", "TRIGGERED") or (
        element.kind == "CAUSED" and element.src.label != "FailureSignature"
    )
    return "" if is_drawn else f"{element.kind} {element.src} {element.dst} {element.at}"


def _alone(
    events: Sequence[Envelope], faults: Faults, data_dir: Path, *, flush_events: int = 1_000
) -> Outcome:
    data_dir.mkdir(exist_ok=True)
    log, graph = EventLog(data_dir), faults.graph()
    engine = Engine(graph, faults.local)
    log.append(events, LONG_AGO)
    pacing = Pacing(flush_events, 0.2, 3_600.0)
    applier = Applier(log, engine, Gate(), _clock(), pacing, 0, lambda: False)
    applier.start()
    deadline = time.monotonic() + 120.0
    while log.mark()[0] < len(events):
        assert time.monotonic() < deadline, f"{log.mark()[0]} of {len(events)} events are kept"
        time.sleep(0.01)
    applier.stop()
    assert applier.failure is None
    found = _outcome(log, engine, graph)
    log.close()
    return found


def _together(
    events: Sequence[Envelope], faults: Faults, data_dir: Path, chance: Random, *, deadly: float = 0.0
) -> Outcome:
    data_dir.mkdir(exist_ok=True)
    log, graph = MortalLog(data_dir), faults.graph()
    log.append(events, LONG_AGO)
    asker = MortalAsker(chance, again=0.1, engines=faults.engines)
    log.chance = chance
    log.deadly = asker.deadly = deadly
    while True:
        try:
            engine = _led(log, graph, faults, asker, Pace(chance.choice([3, 40, 2_000])))
        except (Killed, BackendUnavailable):
            continue
        found = _outcome(log, engine, graph)
        log.close()
        return found


def _led(log: EventLog, graph: GraphStore, faults: Faults, asker: LocalAsker, pace: Pace) -> Engine:
    """One leader, to the end of the log."""
    engine = Engine(graph, faults.fleet(asker))
    leading = Leading(log, engine, _clock(), pace, Gate(), lambda _: None)
    while leading.turn(may_look=False):
        pass
    assert leading.applied == log.last_seq
    return engine


@pytest.mark.parametrize("place", EVERYWHERE)
def test_a_fleet_sets_aside_what_one_process_sets_aside(place: str, tmp_path: Path) -> None:
    events, faults = _events("008-schema-cascade"), Faults([place], 1 if place == "take_in" else 7)
    alone = _alone(events, faults, tmp_path / "alone")
    assert bool(alone[1]) == (place != "take_in")
    assert _together(events, faults, tmp_path / "fleet", Random(1)) == alone


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_leaders_that_die_anywhere_set_aside_the_same(name: str, seed: int, tmp_path: Path) -> None:
    events, faults = _events(name), Faults(EVERYWHERE, 25, seed)
    alone = _alone(events, faults, tmp_path / "alone", flush_events=(1, 17, 1_000)[seed])
    assert _together(events, faults, tmp_path / "fleet", Random(seed), deadly=0.05) == alone
