"""The engine that the service and the replay run: pipeline, persistence of its state, answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from copilot.assembly import Outside
from copilot.atrisk import deadlines_of
from copilot.budget import Spending, demoted
from copilot.escalation import LIMITS
from copilot.readmodel import Document, ReadModel
from copilot.refit import Line, corrected
from engines.agenda import Deadline
from graph.caps import CapUse
from graph.counted import CountedStore
from graph.filters import FilterCounts
from graph.port import GraphStore
from graph.retention.archive import Archive
from graph.retention.pacing import Pace
from graph.retention.sweep import Outcome, Sweep
from graph.retention.tiers import Horizons
from signal_factory.errors import NotFound
from signal_factory.ids import canonical_json
from signal_factory.times import format_time
from signal_factory.wire import Envelope

from .evidence_book import EvidenceBook
from .keeping import forget, keep_explanations
from .pipeline import Applied, LocalPipeline, Memory, Pipeline
from .said import Said
from .trouble import Trouble

_MOST_NOTES = 1_000
MakePipeline: TypeAlias = Callable[[GraphStore, Memory], Pipeline]
"""Engines beside the pipeline, or in other processes."""


def store_for(data_dir: Path | None) -> GraphStore:
    """The embedded graph: in memory, or in a file of ``data_dir``."""
    from graph.stores.sqlite import SqliteGraphStore

    if data_dir is None:
        return SqliteGraphStore(":memory:")
    data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteGraphStore(data_dir / "graph.db")


class Engine:
    """Events and time in, answers out. Not thread-safe: one thread owns it."""

    def __init__(self, graph: GraphStore, pipeline: MakePipeline = LocalPipeline) -> None:
        self._graph, self._make = CountedStore(graph), pipeline
        self._pipeline = pipeline(self._graph, Memory())
        self._events = 0
        self._evidence = EvidenceBook()
        self._unplaced: list[Document] = []
        self._has_notes = False
        self._said = Said()
        self._limits: Mapping[int, timedelta] = LIMITS
        self._counts: tuple[FilterCounts, CapUse] | None = None
        self._version = 0
        self._is_late = False
        self._incidents: tuple[int, list[Document]] | None = None
        self._health: tuple[int, dict[str, Document]] | None = None

    @property
    def now(self) -> datetime | None:
        """The engine's clock."""
        return self._pipeline.memory.clock.now

    def apply(self, envelope: Envelope) -> None:
        """Fold one event in. One that cannot be placed is noted; nothing is raised."""
        self.apply_all([envelope])

    def apply_all(self, envelopes: Sequence[Envelope]) -> None:
        """Fold events in, in their order. What cannot be placed is noted; nothing is raised."""
        for envelope, outcome in zip(envelopes, self._pipeline.apply_all(envelopes), strict=True):
            if outcome.error:
                self._note(envelope, [outcome.error])
            self._applied(envelope, outcome)

    def mind_lag(self, *, is_late: bool) -> None:
        """Whether so much waits to be read that what is open may have ended: it is told as STALE then."""
        self._is_late = is_late

    def due(self) -> datetime | None:
        """When something will be looked at next."""
        return self._pipeline.due()

    def begin(self, number: int, drops: Iterable[Deadline] = ()) -> None:
        """What follows is about this range of the log, and is the same when it is begun again.

        Nothing is looked at at the deadlines ``drops``.
        """
        self._pipeline.begin(number, drops)

    def trouble(self, error: Exception) -> Trouble:
        """What an exception came of that was raised here; ``load`` must come before anything else."""
        return self._pipeline.trouble(error)

    def left_out(self) -> list[Deadline]:
        """Deadlines that came and were not looked at, since the last call; a fleet's range knows its own."""
        left, self._pipeline.left_out = self._pipeline.left_out, []
        return left

    def try_apply(self, envelope: Envelope) -> str:
        """As ``apply``; returns why the event could not be read, "" if it could."""
        [outcome] = self._pipeline.apply_all([envelope])
        self._applied(envelope, outcome)
        return outcome.error

    def _applied(self, envelope: Envelope, outcome: Applied) -> None:
        self._version += 1
        if outcome.error:
            return
        self._events += 1
        if envelope.kind == "evidence":
            self._evidence.keep(envelope.body)
        if outcome.unplaced:
            self._note(envelope, list(outcome.unplaced))

    def advance(self, now: datetime) -> None:
        """Let time pass: deadlines up to ``now`` fire."""
        due, before = self._pipeline.due(), self.now
        self._pipeline.advance(now)
        is_due = due is not None and due <= now
        if is_due or (before and self._pipeline.assembly.escalates(before, now, self._limits)):
            self._version += 1

    def sweep(
        self, archive: Archive, ends: Horizons, pace: Pace, should_stop: Callable[[], bool] = lambda: False
    ) -> Outcome:
        """One pass of retention; all that it changes, it changes in turns that ``pace`` takes.

        Raises:
            BackendUnavailable: graph or archive failed; nothing left the graph unarchived.
        """
        keep_explanations(self._pipeline, ends, pace)
        done = Sweep(self._graph, archive, ends, pace, should_stop=should_stop).run()
        forget(self._pipeline, self._evidence, done, ends, pace)
        with pace.slice(1):
            self._version += 1
        return done

    def caps(self) -> list[CapUse]:
        """The caps of the graph, how much of each is used, and how often it turned something away."""
        counted = self._pipeline.filter.caps(self._graph.stats().nodes_by_label)
        return [*counted, self._graph.traversals()]

    def limit(self, limits: Mapping[int, timedelta]) -> None:
        """Set how long incidents may stay open, by tier, before they escalate."""
        self._limits = limits
        self._version += 1

    def finish(self, end: datetime | None) -> None:
        """The end of a recording: the clock stands at ``end``, or at the last event."""
        last = max(filter(None, (end, self.now)), default=None)
        if last is not None:
            self._pipeline.advance(last)
        self._pipeline.flush()
        self._version += 1

    def incidents(self) -> list[Document]:
        """All incidents, newest first; computed again when something has happened since."""
        if self._incidents is None or self._incidents[0] != self._version:
            self._pipeline.flush()
            now = self.now
            found = self._pipeline.assembly.incidents(now, self._outside()) if now else []
            line = self.confidence_line()
            self._incidents = (self._version, [corrected(each, line) for each in found])
        told = self._incidents[1]
        return [_stale(each) for each in told] if self._is_late else told

    def _outside(self) -> Outside:
        due = deadlines_of(self._pipeline.engines.standing)
        return Outside(demoted(self.budgets()), self._limits, due, self._said.causes_named(self._graph))

    def document(self, rejected: list[Document], duplicates: int, seconds: float) -> Document:
        """The replay document (contract §3)."""
        incidents = self.incidents()
        signals = sorted(
            self._pipeline.memory.ledger.signals.values(),
            key=lambda each: (each["timestamp"], each["signal_id"]),
        )
        return {
            "incidents": incidents, "signals": signals, "datasets": self.datasets(), "rejected": rejected,
            "stats": self.stats() | {"duplicates": duplicates, "seconds": round(seconds, 3)},
        }  # fmt: skip

    def datasets(self) -> dict[str, Document]:
        """Health by URN of every data set that is known."""
        from copilot.health import health

        if self._health is None or self._health[0] != self._version:
            self._pipeline.flush()
            found = health(self._graph, self._pipeline.engines.standing, self._pipeline.assembly.states())
            self._health = (self._version, found)
        return self._health[1]

    def stats(self) -> Document:
        """``{events, duplicates, nodes, edges, graph_hash}``."""
        from graph.hash import graph_hash

        return self.counts() | {"duplicates": 0, "graph_hash": graph_hash(self._graph)}

    def counts(self) -> Document:
        """``{events, nodes, edges}``: what ``stats`` can say without reading the whole graph."""
        self._pipeline.flush()
        counts = self._graph.stats()
        return {"events": self._events, "nodes": counts.nodes, "edges": counts.edges}

    def read_model(self) -> ReadModel:
        """The questions it can answer."""
        from copilot.answers import Answers

        return Answers(
            self._graph, self.incidents, self.datasets, self._pipeline.memory.ledger.signals, self._evidence,
            self._pipeline.assembly.hurt, self._pipeline.flush,
        )  # fmt: skip

    def feedback(
        self,
        incident_id: str,
        verdict: str,
        actual_cause: str | None,
        comment: str | None,
        at: datetime,
        by: str,
    ) -> Document:
        """Record what a person says the cause was.

        Raises:
            NotFound: no such incident.
        """
        about = next((each for each in self.incidents() if each["incident_id"] == incident_id), None)
        if about is None:
            raise NotFound(f"no incident {incident_id[:60]}")
        signal = self._pipeline.memory.ledger.signals.get(about["signals"][0], {})
        signal_type = str(signal.get("signal_type", ""))
        self._version += 1
        return self._said.record(about, signal_type, verdict, actual_cause, comment, at, by)

    def budgets(self) -> dict[str, Spending]:
        """What each engine has spent of its false-alarm budget, by signal type."""
        return self._said.budgets()

    def confidence_line(self) -> Line:
        """How what people said of explanations corrects the confidence that is shown."""
        return self._said.line()

    def reset_budget(self, signal_type: str, at: datetime) -> None:
        """Hear an engine again that had overspent.

        Raises:
            NotFound: nobody has said anything of such signals.
        """
        self._said.reset_budget(signal_type, at)
        self._version += 1

    def unplaced(self) -> list[Document]:
        """Events that could not be placed, and why."""
        return list(self._unplaced)

    def unresolved(self) -> list[Document]:
        """Names that no rule maps to a known data set, with suggestions."""
        return [dict(each) for each in self._pipeline.identity.unresolved()]

    def take_dirty(self) -> dict[str, str]:
        """State rows changed since the last call; the graph is written first."""
        from .memory_rows import rows_of

        self._pipeline.flush()
        rows = rows_of(self._pipeline, self._events) | self._evidence.take_rows() | self._said.take_rows()
        if self._has_notes:
            rows["unplaced"] = canonical_json(self._unplaced)
            self._has_notes = False
        return rows | self._caps_row()

    def _caps_row(self) -> dict[str, str]:
        """How often caps acted, where that has changed: `sf doctor` reads it."""
        counts, walks = self._pipeline.filter.counts(), self._graph.traversals()
        is_same, self._counts = (counts, walks) == self._counts, (counts, walks)
        told = {"filter": asdict(counts), "traversals": walks.document()}
        return {} if is_same else {name: canonical_json(each) for name, each in told.items()}

    def load(self, rows: Mapping[str, str]) -> None:
        """Restore from such rows; nothing else is left of events that were folded in before."""
        from .memory_rows import read_json, restored

        self._events, memory = restored(rows)
        self._pipeline = self._make(self._graph, memory)
        self._evidence, self._counts = EvidenceBook(), None
        self._unplaced, self._has_notes = [], False
        for key, text in rows.items():
            kind, _, name = key.partition("/")
            if kind == "evidence":
                self._evidence.restore(name, read_json(text))
            elif key == "unplaced":
                self._unplaced = read_json(text)
            elif key == "filter":
                self._pipeline.filter.recall(FilterCounts(**read_json(text)))
            else:
                self._said.restore(kind, name, text)
        self._version += 1

    def _note(self, envelope: Envelope, notes: list[str]) -> None:
        self._unplaced.append({"time": format_time(envelope.time), "kind": envelope.kind, "notes": notes})
        del self._unplaced[:-_MOST_NOTES]
        self._has_notes = True


def _stale(incident: Document) -> Document:
    """The incident as it is told while much waits to be read."""
    if incident["status"] != "OPEN":
        return incident
    rca = incident["rca"]
    missing = [*rca["missing_evidence"], "events of the last minutes wait to be read"]
    return incident | {"freshness_of_evidence": "STALE", "rca": rca | {"missing_evidence": missing}}
