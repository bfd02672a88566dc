"""What state needs in order to be kept: which keys changed, and which deadlines are to come."""

from collections.abc import Iterable
from typing import TypeVar

from engines.agenda import Agenda, Deadline
from engines.fleet import SignalEngines
from engines.routes import Routes
from engines.state import DatasetState

V = TypeVar("V")


class Noted(dict[str, V]):
    """A dict that notes which keys were set or deleted since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: set[str] = set()

    def __setitem__(self, key: str, value: V) -> None:
        self._changed.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._changed.add(key)
        super().__delitem__(key)

    def take_changed(self) -> set[str]:
        """The keys that changed; noting starts anew."""
        changed, self._changed = self._changed, set()
        return changed


class KeptAgenda(Agenda):
    """An agenda that can be read without being worked off."""

    def all(self) -> list[Deadline]:
        """Every deadline, in order."""
        return sorted(self._known)

    def first(self) -> Deadline:
        """The next one, which stays."""
        return self._heap[0]


class KeptEngines(SignalEngines):
    """Signal engines whose deadlines can be put away and taken up again."""

    def __init__(
        self, states: dict[str, DatasetState], routes: Routes, deadlines: Iterable[Deadline]
    ) -> None:
        """Only ``deadlines`` are to come: what was looked at before a restart is not looked at twice."""
        super().__init__(states, routes)
        self._agenda = self._kept = KeptAgenda()
        for each in deadlines:
            self._agenda.add(each.at, each.urn, each.what, each.about)

    def upcoming(self) -> Deadline:
        """The next deadline; there must be one."""
        return self._kept.first()

    def leave_out(self) -> None:
        """Look at nothing at the next deadline."""
        self.touched.add(self._kept.pop().urn)

    def deadlines(self) -> dict[str, list[Deadline]]:
        """What is still to be looked at, by data set and in order."""
        found: dict[str, list[Deadline]] = {}
        for each in self._kept.all():
            found.setdefault(each.urn, []).append(each)
        return found
