"""One worker: the engines of some data sets in the main thread, and a share in the election of the leader."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.readmodel import Document
from graph.port import GraphStore
from graph.watched import WatchedStore
from signal_factory.errors import NotFound

from ..backends import routes_of
from ..clocks import EngineClock
from ..engine import Engine
from ..gate import Gate
from ..gated import GatedReadModel
from ..heap import spare_what_stays
from ..intake import Limits
from ..kafka.asker import KafkaAsker
from ..kafka.intake import Intake
from ..kafka.producer import KafkaSender
from ..kafka.publishing import signal_records
from ..kafka.settings import Kafka
from ..kafka.stage import run_stage
from ..kafka.topics import make_topics
from ..lease import Lease
from ..paired import PairedLog
from ..pipeline import Memory
from ..retention import Retention
from ..watch.opening import watcher_of
from .leader import Beside, Leader
from .leading import Leading, Pace
from .supersteps import FleetPipeline

if TYPE_CHECKING:
    from ..routing.worker import Routing
    from ..settings import Settings

_SESSIONS = 4
"""A range waits for so many sessions of a worker: one that died is replaced after one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a worker is made of. ``lease`` guards ``log``; the graph is written by the leader only."""

    kafka: Kafka
    log: PairedLog
    graph: WatchedStore
    lease: Lease


class Worker:
    """Answers for its data sets, and leads when it is its turn."""

    def __init__(self, settings: "Settings", parts: Parts, now: Callable[[], datetime]) -> None:
        self._settings, self._parts, self._now = settings, parts, now
        parts.log.guard(parts.lease)
        parts.log.pair(parts.graph, settings)
        make_topics(parts.kafka, partitions=settings.kafka_partitions, replicas=settings.kafka_replicas)
        pace = Pace(settings.range_events, renew_s=settings.lease_s / 3, tick_s=settings.tick_s)
        self._asker = KafkaAsker(parts.kafka, _SESSIONS * parts.kafka.session_s)
        self._sender = KafkaSender(parts.kafka)
        self._pace = pace
        self.leader = Leader(parts.lease, self._bus, self._leading, pace)
        self._watch = (
            watcher_of(settings, (parts.kafka, parts.log), now, self._leads) if settings.watch else None
        )

    def run(self, state_dir: Path) -> None:
        """Work until told to stop (SIGINT, SIGTERM). Only in the main thread.

        Raises:
            BackendUnavailable: the cluster cannot be reached.
        """
        spare_what_stays()
        self.leader.start()
        if self._watch is not None:
            self._watch[0].start()
        try:
            run_stage(self._parts.kafka, state_dir)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of everything; another worker takes over."""
        self._parts.log.halt()
        if self._watch is not None:
            watcher, means = self._watch
            watcher.stop()
            means.close()
        self.leader.stop()
        self._asker.close()
        self._sender.close()
        self._parts.graph.close()
        self._parts.log.close()

    def _leads(self) -> bool:
        return self._parts.lease.token != 0

    def _bus(self) -> Intake:
        limits = Limits(self._settings.max_event_bytes, timedelta(seconds=self._settings.max_future_s))
        return Intake(self._parts.kafka, self._parts.log.append_rows, limits, self._now)

    def _leading(self) -> tuple[Leading, Sequence[Beside]]:
        self._parts.log.mend()
        engine, gate, settings = Engine(self._parts.graph, self._pipeline), Gate(), self._settings
        engine.limit(settings.routes.policy().limits)
        clock = EngineClock(self._now, follows_events=settings.clock == "auto")
        leading = Leading(self._parts.log, engine, clock, self._pace, gate, self._publish)
        retention = Retention(settings, engine, gate.writing, clock.now, self._parts.log, self._now)
        if not settings.routes.to:
            return leading, (retention,)
        return leading, (retention, self._routing(engine, gate, clock, leading))

    def _routing(self, engine: Engine, gate: Gate, clock: EngineClock, leading: Leading) -> "Routing":
        from ..routing.worker import Routing

        settings = self._settings
        return Routing(
            settings.routes, routes_of(settings), settings.data_dir, os.environ,
            GatedReadModel(gate, engine.read_model, lambda _: None), self._registered,
            now=lambda: clock.now() or self._now(), wall=self._now, backlog=lambda: leading.backlog,
            is_ready=lambda: self.leader.is_leading, counted=_uncounted,
        )  # fmt: skip

    def _registered(self, urn: str) -> Document | None:
        try:
            return self._parts.log.told.registration(urn)
        except NotFound:
            return None

    def _pipeline(self, graph: GraphStore, memory: Memory) -> FleetPipeline:
        return FleetPipeline(graph, memory, self._asker)

    def _publish(self, rows: Mapping[str, str]) -> None:
        self._sender.send(signal_records(self._parts.kafka, rows))


def _uncounted(_route: str, _outcome: str) -> None:
    """Workers have no page of metrics; the outbox tells what became of each notice."""
