"""`sf serve` in a fleet: events go to Kafka, answers come from what the leader kept."""

import threading
from collections.abc import Mapping, Sequence

from engines.families import FRESHNESS
from graph.port import GraphStore
from signal_factory.errors import BackendUnavailable

from ..application import Application
from ..backends import kafka_of, log_of, shared_graph
from ..clocks import LATE_S, EngineClock, TimeSource, wall_clock
from ..engine import Engine
from ..entries import Appended
from ..gate import Gate
from ..gated import GatedReadModel
from ..intake import Sorted
from ..kafka.lag import Behind, Lag
from ..kafka.producer import KafkaSender
from ..kafka.publishing import event_records
from ..kafka.topics import make_topics
from ..lease import private_directory
from ..metrics import Metrics
from ..pipeline import Memory
from ..retention import Retention
from ..settings import Settings
from .following import Follower
from .messages import Answer, Question
from .supersteps import FleetPipeline

_LATER = 2**62
"""Where an event will stand in the log, the leader says."""


class FleetApplication(Application):
    """Everything behind REST and MCP of a process that neither judges nor leads."""

    def __init__(self, settings: Settings, *, now: TimeSource = wall_clock) -> None:
        """Open what the fleet shares.

        Raises:
            BackendUnavailable: Kafka, state or graph cannot be reached.
        """
        self.settings, self.now = settings, now
        private_directory(settings.data_dir)
        self._kafka = kafka_of(settings)
        make_topics(self._kafka, partitions=settings.kafka_partitions, replicas=settings.kafka_replicas)
        self._sender = KafkaSender(self._kafka)
        self._lag = Lag(self._kafka, (FRESHNESS.name,) if settings.watch else ())
        self._waiting: Mapping[str, float] = {}
        self._asking_lag = threading.Lock()
        self.log, self._graph = log_of(settings), shared_graph(settings)
        self.log.follow(self._graph)
        self._engine = Engine(self._graph, _nobody_asked)
        self._engine.limit(settings.routes.policy().limits)
        self._gate = Gate()
        self.metrics = Metrics(
            self._gauges, lambda: self.budgets()["items"], self._caps, lambda: self._waiting
        )
        self.read_model = GatedReadModel(self._gate, self._engine.read_model, self.metrics.explained)
        self._clock = EngineClock(now, follows_events=settings.clock == "auto")
        self._routing = None
        # The leader's, here for its gauges only.
        self.retention = Retention(settings, self._engine, self._gate.writing, self._clock.now)
        self._caught_up_at = 0
        self._applier = Follower(self.log, self._engine, self._gate, self._clock, self._is_late)
        self._applier.start()

    def ingest(self, incoming: Sorted) -> Appended:
        """Send events to Kafka; rejects are kept in the shared state.

        Raises:
            BackendUnavailable: not known to be durable; sending again is safe.
        """
        self._sender.send(event_records(self._kafka, incoming.rows))
        if incoming.refusals:
            self.log.append_rows([], self.now(), [refusal.kept for refusal in incoming.refusals])
        done = Appended((_LATER,) * len(incoming.rows), (True,) * len(incoming.rows))
        self._count(incoming, done)
        return done

    @property
    def backlog(self) -> int:
        """Events in the log that the leader has not applied yet."""
        return max(0, self.log.last_seq - self._applier.applied)

    def close(self) -> None:
        """Let go of what the fleet shares."""
        self._applier.stop()
        self._sender.close()
        self._lag.close()
        self._graph.close()
        self.log.close()

    def wait_applied(self, seq: int, timeout_s: float) -> bool:
        """Whether an event shows; of one that is on its way over Kafka nobody can tell here."""
        return seq != _LATER and super().wait_applied(seq, timeout_s)

    def _is_late(self) -> bool:
        return super()._is_late() or self._behind().is_late

    def _behind(self) -> Behind:
        """What waits in Kafka; a cluster that does not answer holds back more than anybody knows."""
        late = int(self.now().timestamp() - LATE_S) * 1000
        try:
            with self._asking_lag:
                found = self._lag.behind(late)
        except BackendUnavailable:
            found = Behind(dict.fromkeys(self._lag.groups, -1), is_late=True)
        self._waiting = found.messages
        return found

    def _gauges(self) -> Mapping[str, float]:
        return {**super()._gauges(), "bus_late": float(self._behind().is_late)}


class _Nobody:
    """Reading along asks nobody anything."""

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Answer]:
        """Refuse."""
        raise BackendUnavailable(f"{len(questions)} data sets were to be asked by a process that only reads")


def _nobody_asked(store: GraphStore, memory: Memory) -> FleetPipeline:
    return FleetPipeline(store, memory, _Nobody())
