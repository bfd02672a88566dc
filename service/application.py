"""The running service without its faces: log, engine, graph and the thread between them."""

import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.readmodel import Document, ReadModel
from graph.watched import WatchedStore
from signal_factory.errors import BackendUnavailable, NotFound

from . import budgets
from .applier import Applier, Pacing
from .backends import ClosableGraph, engine_of, forget_graph, log_of, routes_of
from .clocks import LATE_S, EngineClock, TimeSource, wall_clock
from .documents import Item
from .entries import Appended, Reset, Verdict
from .gate import Gate
from .gated import GatedReadModel
from .intake import Limits, Sorted, sort_items
from .lease import private_directory, take_directory
from .leasekeeper import LeaseKeeper
from .metrics import Metrics
from .ports import RunningEngine
from .retention import Retention
from .settings import Settings
from .work import Work

if TYPE_CHECKING:
    from .routing.worker import Routing

_LOG = logging.getLogger("signal_factory.service")
_REBUILD_S = 3_600.0
Backends = Callable[[Path], tuple[RunningEngine, ClosableGraph]]


class Overloaded(BackendUnavailable):
    """More has come in than could be worked off; the sender should come back later."""

    code = "overloaded"
    hint = "Send again after the time in Retry-After."


class Application:
    """Everything behind REST, MCP and the command line of a writing process."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: TimeSource = wall_clock,
        backends: Backends | None = None,
        rebuild: bool = False,
    ) -> None:
        """Open the data directory and start to apply what its log holds.

        ``rebuild`` throws graph and engine state away first and returns once they are made anew.

        Raises:
            BackendUnavailable: the directory is in use by another process, or cannot be written.
        """
        self.settings, self.now = settings, now
        private_directory(settings.data_dir)
        self._lease = take_directory(settings.data_dir, now)
        with ExitStack() as undo:
            undo.callback(self._lease.release)
            self.log = log_of(settings)
            undo.callback(self.log.close)
            self._keeper = self._lead() if settings.state_url.get_secret_value() else None
            if self._keeper is not None:
                undo.callback(self._keeper.stop)
            self._open(backends, rebuild=rebuild)
            undo.pop_all()

    def _open(self, backends: Backends | None, *, rebuild: bool) -> None:
        settings = self.settings
        if rebuild:
            self.log.forget_state()
            forget_graph(settings)
        self._engine, self._graph = backends(settings.data_dir) if backends else engine_of(settings)
        self._engine.limit(settings.routes.policy().limits)
        if isinstance(self._graph, WatchedStore):
            self.log.pair(self._graph, settings)
        saved = self.log.load_state()
        self._engine.load(saved.rows)
        self._gate = Gate()
        self.metrics = Metrics(self._gauges, lambda: self.budgets()["items"], self._caps)
        self.read_model: ReadModel = GatedReadModel(
            self._gate, self._engine.read_model, self.metrics.explained
        )
        clock = EngineClock(self.now, follows_events=settings.clock == "auto")
        clock.observe(saved.lead_s)
        pacing = Pacing(settings.flush_events, settings.flush_s, settings.tick_s)
        self._clock = clock
        self._applier: Work = Applier(
            self.log, self._engine, self._gate, clock, pacing, saved.offset, self._is_late
        )
        self._caught_up_at = self.log.last_seq
        self._routing = self._make_routing() if settings.routes.to else None
        self.retention = Retention(settings, self._engine, self._gate.writing, clock.now, self.log, self.now)
        self._applier.start()
        if rebuild:
            self._repeat_verdicts()
        if self._routing is not None:
            self._routing.start()
        self.retention.start()

    def sort(self, items: Sequence[Item], *, kind: str | None, source: str) -> Sorted:
        """Tell the good part of a request from the rest."""
        limits = Limits(self.settings.max_event_bytes, timedelta(seconds=self.settings.max_future_s))
        return sort_items(items, kind=kind, source=source, now=self.now(), limits=limits)

    def ingest(self, incoming: Sorted) -> Appended:
        """Make events durable and hand them to the engine; rejects are kept beside them.

        Raises:
            Overloaded: the backlog is full; nothing was stored.
            BackendUnavailable: the log cannot be written; nothing was stored.
        """
        if self.backlog >= self.settings.max_backlog:
            raise Overloaded(f"{self.backlog} events wait to be applied")
        rejects = [refusal.kept for refusal in incoming.refusals]
        done = self.log.append_rows(incoming.rows, self.now(), rejects)
        self._applier.notify()
        self._count(incoming, done)
        return done

    def wait_applied(self, seq: int, timeout_s: float) -> bool:
        """Wait until the event ``seq`` has had its effect; False when time ran out."""
        return self._applier.wait_applied(seq, timeout_s)

    def feedback(
        self, incident_id: str, verdict: str, actual_cause: str | None, comment: str | None, by: str
    ) -> Document:
        """Record a person's verdict on an explanation; durable when it returns.

        Raises:
            NotFound: no such incident.
        """
        said = Verdict(self.now(), by, incident_id, verdict, actual_cause, comment)
        document = self._say(said)
        self.log.told.add_verdict(said)
        return document

    def budgets(self) -> Document:
        """What each engine has spent of its false-alarm budget."""
        with self._gate.reading():
            return budgets.document(self._engine.budgets(), self._engine.confidence_line())

    def reset_budget(self, signal_type: str, by: str) -> Document:
        """Hear an engine again that had overspent; durable when it returns.

        Raises:
            NotFound: nobody has said anything of such signals.
        """
        given = Reset(self.now(), by, signal_type)
        self._give_anew(given)
        self.log.told.add_reset(given)
        return self.budgets()

    def engine_now(self) -> datetime:
        """The engine's time: the present, or where recorded events ended plus what has passed since."""
        return self._clock.now() or self.now()

    def unplaced(self) -> list[Document]:
        """Events that could not be placed."""
        with self._gate.reading():
            return self._engine.unplaced()

    def unresolved(self) -> list[Document]:
        """Names without a data set."""
        with self._gate.reading():
            return self._engine.unresolved()

    def stats(self) -> Document:
        """The engine's counts and graph hash."""
        with self._gate.reading():
            return self._engine.stats()

    @property
    def backlog(self) -> int:
        """Events stored and not applied yet."""
        return max(0, self.log.last_seq - self._applier.applied)

    @property
    def lag_s(self) -> float:
        """How many seconds ago the oldest event that is not applied yet was received; 0 without one."""
        oldest = self.log.oldest_after(self._applier.applied)
        return max(0.0, (self.now() - oldest).total_seconds()) if oldest else 0.0

    def readiness(self) -> Document:
        """``{ready, backlog, applied, lag_s, is_late, failure}``.

        Ready once it has caught up with what the start found. It stays ready while it is late:
        what is open is then told as STALE.
        """
        caught_up = self._applier.applied >= self._caught_up_at
        failure = self._applier.failure
        ready = caught_up and failure is None and self._applier.is_alive
        lag_s = self.lag_s
        return {
            "ready": ready, "backlog": self.backlog, "applied": self._applier.applied,
            "lag_s": round(lag_s, 1), "is_late": lag_s > LATE_S, "failure": failure,
        }  # fmt: skip

    def close(self) -> None:
        """Save state and let go of the data directory."""
        self.log.halt()
        if self._routing is not None:
            self._routing.stop()
        self.retention.stop()
        self._applier.stop()
        self._graph.close()
        if self._keeper is not None:
            self._keeper.stop()
        self.log.close()
        self._lease.release()

    def _is_late(self) -> bool:
        return self.lag_s > LATE_S

    def _lead(self) -> LeaseKeeper:
        """Be the one process that applies what a shared state holds."""
        holder = f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"
        lease = self.log.lease(holder, self.settings.lease_s)
        self.log.guard(lease)
        return LeaseKeeper(lease, self.settings.lease_s)

    def _say(self, said: Verdict) -> Document:
        told: list[Document] = []
        about = (said.incident_id, said.verdict, said.actual_cause, said.comment)
        self._applier.change(lambda: told.append(self._engine.feedback(*about, said.at, said.by)))
        return told[0]

    def _repeat_verdicts(self) -> None:
        self._applier.wait_applied(self._caught_up_at, _REBUILD_S)
        for said in self.log.told.verdicts():
            try:
                self._say(said)
            except NotFound:
                _LOG.warning(
                    "feedback on %s is kept, but the rebuilt state has no such incident", said.incident_id
                )

        for given in self.log.told.resets():
            try:
                self._give_anew(given)
            except NotFound:
                _LOG.warning("the reset of %s is kept, but no feedback on it is", given.signal_type)

    def _give_anew(self, given: Reset) -> None:
        self._applier.change(lambda: self._engine.reset_budget(given.signal_type, given.at))

    def _make_routing(self) -> "Routing":
        from .routing.worker import Routing

        return Routing(
            self.settings.routes, routes_of(self.settings), self.settings.data_dir, os.environ,
            self.read_model, self._registered,
            now=self.engine_now, wall=self.now, backlog=lambda: self.backlog,
            is_ready=lambda: bool(self.readiness()["ready"]), counted=self.metrics.notified,
        )  # fmt: skip

    def _registered(self, urn: str) -> Document | None:
        try:
            return self.log.told.registration(urn)
        except NotFound:
            return None

    def _gauges(self) -> Mapping[str, float]:
        rejected = sum(self.log.rejected_counts().values())
        return {
            "backlog_events": self.backlog,
            "lag_seconds": self.lag_s,
            "log_events": self.log.last_seq,
            "rejected_kept": rejected,
            **self._graph_gauges(),
            **self.retention.gauges(),
            **(self._routing.gauges() if self._routing else {}),
        }

    def _graph_gauges(self) -> Mapping[str, float]:
        """Nothing while the graph is away: the backlog that it causes must be seen then."""
        try:
            with self._gate.reading():
                stats = self._engine.counts()
            opened = self.read_model.incidents(status="OPEN", limit=1)["total"]
        except BackendUnavailable:
            return {}
        return {"graph_nodes": stats["nodes"], "graph_edges": stats["edges"], "incidents_open": opened}

    def _caps(self) -> Sequence[Mapping[str, str | int]]:
        try:
            with self._gate.reading():
                return [use.document() for use in self._engine.caps()]
        except BackendUnavailable:
            return []

    def _count(self, incoming: Sorted, done: Appended) -> None:
        duplicates: Counter[str] = Counter(
            row.kind for row, is_new in zip(incoming.rows, done.is_new, strict=True) if not is_new
        )
        received = Counter(row.kind for row in incoming.rows)
        for kind, count in received.items():
            self.metrics.ingested(kind, "accepted", count - duplicates[kind])
            self.metrics.ingested(kind, "duplicate", duplicates[kind])
        for refusal in incoming.refusals:
            self.metrics.ingested(refusal.kind, "rejected")
