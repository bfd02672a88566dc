"""One worker: the engines of some data sets in the main thread, and a share in the election of the leader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from graph.port import GraphStore

from ..clocks import EngineClock
from ..engine import Engine
from ..eventlog import EventLog
from ..intake import Limits
from ..kafka.asker import KafkaAsker
from ..kafka.intake import Intake
from ..kafka.producer import KafkaSender
from ..kafka.publishing import signal_records
from ..kafka.settings import Kafka
from ..kafka.stage import run_stage
from ..kafka.topics import make_topics
from ..lease import Lease
from ..pipeline import Memory
from .leader import Leader, Leading, Pace
from .supersteps import FleetPipeline

if TYPE_CHECKING:
    from ..settings import Settings

_SESSIONS = 4
"""A range waits for so many sessions of a worker: one that died is replaced after one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a worker is made of. ``lease`` guards ``log``; the graph is written by the leader only."""

    kafka: Kafka
    log: EventLog
    graph: GraphStore
    lease: Lease


class Worker:
    """Answers for its data sets, and leads when it is its turn."""

    def __init__(self, settings: "Settings", parts: Parts, now: Callable[[], datetime]) -> None:
        self._settings, self._parts, self._now = settings, parts, now
        parts.log.guard(parts.lease)
        make_topics(parts.kafka, partitions=settings.kafka_partitions, replicas=settings.kafka_replicas)
        pace = Pace(settings.range_events, renew_s=settings.lease_s / 3, tick_s=settings.tick_s)
        self._asker = KafkaAsker(parts.kafka, _SESSIONS * parts.kafka.session_s)
        self._sender = KafkaSender(parts.kafka)
        self._pace = pace
        self.leader = Leader(parts.lease, self._bus, self._leading, pace)

    def run(self, state_dir: Path) -> None:
        """Work until told to stop (SIGINT, SIGTERM). Only in the main thread.

        Raises:
            BackendUnavailable: the cluster cannot be reached.
        """
        self.leader.start()
        try:
            run_stage(self._parts.kafka, state_dir)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of everything; another worker takes over."""
        self.leader.stop()
        self._asker.close()
        self._sender.close()
        self._parts.graph.close()
        self._parts.log.close()

    def _bus(self) -> Intake:
        limits = Limits(self._settings.max_event_bytes, timedelta(seconds=self._settings.max_future_s))
        return Intake(self._parts.kafka, self._parts.log.append_rows, limits, self._now)

    def _leading(self) -> Leading:
        engine = Engine(self._parts.graph, self._pipeline)
        engine.limit(self._settings.routes.policy().limits)
        clock = EngineClock(self._now, follows_events=self._settings.clock == "auto")
        return Leading(self._parts.log, engine, clock, self._pace, self._publish)

    def _pipeline(self, graph: GraphStore, memory: Memory) -> FleetPipeline:
        return FleetPipeline(graph, memory, self._asker)

    def _publish(self, rows: Mapping[str, str]) -> None:
        self._sender.send(signal_records(self._parts.kafka, rows))
