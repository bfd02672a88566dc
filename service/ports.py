"""What the service asks of the engine it runs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from copilot.budget import Spending
from copilot.readmodel import Document, ReadModel
from copilot.refit import Line
from engines.agenda import Deadline
from graph.caps import CapUse
from graph.retention.archive import Archive
from graph.retention.pacing import Pace
from graph.retention.sweep import Outcome
from graph.retention.tiers import Horizons
from signal_factory.wire import Envelope

from .trouble import Trouble


class RunningEngine(Protocol):
    """The fold of events into facts, graph, signals and incidents. One writer thread owns it."""

    def apply(self, envelope: Envelope) -> None:
        """Fold one event in."""
        ...

    def advance(self, now: datetime) -> None:
        """Let time pass: deadlines up to ``now`` fire."""
        ...

    def due(self) -> datetime | None:
        """When something will be looked at next."""
        ...

    def begin(self, number: int, drops: Iterable[Deadline] = ()) -> None:
        """From now on nothing is looked at at the deadlines ``drops``; ``number`` is for a fleet."""
        ...

    def left_out(self) -> list[Deadline]:
        """Such deadlines that came since the last call."""
        ...

    def trouble(self, error: Exception) -> Trouble:
        """What an exception came of that was raised here; ``load`` must come before anything else."""
        ...

    def mind_lag(self, *, is_late: bool) -> None:
        """Whether so much waits to be read that what is open is told as STALE."""
        ...

    def limit(self, limits: Mapping[int, timedelta]) -> None:
        """Set how long incidents may stay open, by tier, before they escalate."""
        ...

    def take_dirty(self) -> dict[str, str]:
        """State rows changed since the last call; "" means deleted."""
        ...

    def load(self, rows: Mapping[str, str]) -> None:
        """Restore from such rows."""
        ...

    def sweep(self, archive: Archive, ends: Horizons, pace: Pace, should_stop: Callable[[], bool]) -> Outcome:
        """One pass of retention, from any thread: only what ``pace`` gives a turn to changes anything."""
        ...

    def caps(self) -> list[CapUse]:
        """The caps of the graph and what was asked of it, with how much of each is used."""
        ...

    def read_model(self) -> ReadModel:
        """The questions it can answer, over its current state."""
        ...

    def feedback(
        self,
        incident_id: str,
        verdict: str,
        actual_cause: str | None,
        comment: str | None,
        at: datetime,
        by: str,
    ) -> Document:
        """Record what a person says the cause was."""
        ...

    def budgets(self) -> dict[str, Spending]:
        """What each engine has spent of its false-alarm budget, by signal type."""
        ...

    def confidence_line(self) -> Line:
        """How what people said of explanations corrects the confidence that is shown."""
        ...

    def reset_budget(self, signal_type: str, at: datetime) -> None:
        """Hear an engine again that had overspent."""
        ...

    def unplaced(self) -> list[Document]:
        """Events that could not be placed, and why."""
        ...

    def unresolved(self) -> list[Document]:
        """Names that no rule maps to a known data set, with suggestions."""
        ...

    def stats(self) -> Document:
        """``{events, duplicates, nodes, edges, graph_hash}``."""
        ...

    def counts(self) -> Document:
        """``{events, nodes, edges}``: what ``stats`` can say without reading the whole graph."""
        ...
