"""Signals are told to others once they are kept: again where a leader cannot have finished telling them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from localasker import LocalAsker
from onetruth import events_of

from service.clocks import EngineClock, wall_clock
from service.engine import Engine, store_for
from service.eventlog import EventLog
from service.gate import Gate
from service.workers.leading import Leading, Pace
from service.workers.supersteps import FleetPipeline
from signal_factory.errors import BackendUnavailable

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


class Topic:
    """Takes what is told, but every third time it is away."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.calls = 0

    def say(self, rows: Mapping[str, str]) -> None:
        self.calls += 1
        if self.calls % 3 == 0:
            raise BackendUnavailable("the topic is away")
        self.told |= {key: text for key, text in rows.items() if key.startswith("signal/")}


def test_what_a_leader_kept_and_could_not_tell_the_next_one_tells(tmp_path: Path) -> None:
    log, topic, asker, graph = EventLog(tmp_path), Topic(), LocalAsker(Random(1)), store_for(None)
    log.append(events_of("001-contract-break")[0], LONG_AGO)
    terms = 0
    while log.load_state().offset < log.last_seq or not terms:
        terms += 1
        engine = Engine(graph, lambda store, memory: FleetPipeline(store, memory, asker))
        try:
            clock = EngineClock(wall_clock, follows_events=True)
            leading = Leading(log, engine, clock, Pace(200), Gate(), topic.say)
            while leading.turn(may_look=False):
                pass
        except BackendUnavailable:
            continue
    kept = {key: text for key, text in log.load_state().rows.items() if key.startswith("signal/")}
    log.close()
    assert terms > 1
    assert kept
    assert kept.keys() <= topic.told.keys()
