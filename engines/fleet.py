"""All engines over a fleet: facts and time in, signals out.

Each fact reaches the data sets it speaks of, and nothing else: what crosses data sets
goes through the graph (docs/decisions/0002-two-stages.md).
"""

from datetime import datetime

from graph.facts import Fact

from .agenda import Agenda
from .keyed import DatasetEngines
from .routes import Routes
from .runs import said_of_runs
from .signal import Signal
from .standing import Standing, standing_of
from .state import DatasetState


class SignalEngines:
    """The states of all data sets and the deadlines that are to come."""

    def __init__(self, states: dict[str, DatasetState] | None = None, routes: Routes | None = None) -> None:
        self.states = states if states is not None else {}
        self.routes = routes or Routes()
        self.touched: set[str] = set()
        self._agenda = Agenda()
        for state in self.states.values():
            DatasetEngines(state, self._agenda).plan()

    def observe(self, fact: Fact, now: datetime) -> list[Signal]:
        """Fold one fact in; the signals it gives rise to."""
        told = list(self.routes.of(fact))
        found = [signal for each in told for signal in self._of(each.urn).observe(each, now)]
        return [*found, *said_of_runs(fact, [each.urn for each in told], now)]

    def next_deadline(self) -> datetime | None:
        """When something will be looked at next."""
        return self._agenda.next()

    def fire(self) -> list[Signal]:
        """Look at what is due at the next deadline, at that very moment."""
        due = self._agenda.pop()
        return self._of(due.urn).fire(due) if due.urn in self.states else []

    def rename(self, old: str, new: str, now: datetime) -> list[Signal]:
        """Two names turned out to be one table; the signals of judging it anew."""
        gone = self.states.pop(old, None)
        self.routes.rename(old, new)
        if gone is None:
            return []
        self.touched.add(old)
        return self._of(new).take_in(gone, now)

    def standing(self, urn: str) -> Standing | None:
        """How a data set stands; None for one that no fact spoke of."""
        state = self.states.get(urn)
        return standing_of(state) if state is not None else None

    def _of(self, urn: str) -> DatasetEngines:
        self.touched.add(urn)
        state = self.states.get(urn)
        if state is None:
            state = self.states[urn] = DatasetState(urn)
        return DatasetEngines(state, self._agenda)
