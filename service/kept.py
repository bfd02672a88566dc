"""What state needs in order to be kept: which keys changed, and which deadlines are to come."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias, TypeVar

from engines.fleet import SignalEngines

V = TypeVar("V")
Deadline: TypeAlias = tuple[datetime, str, str, str]
"""When, the data set's URN, what is looked at, and about what."""


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


class KeptEngines(SignalEngines):
    """Signal engines whose deadlines can be put away and taken up again."""

    def deadlines(self) -> dict[str, list[Deadline]]:
        """What is still to be looked at, by data set and in order."""
        found: dict[str, list[Deadline]] = {}
        for each in sorted(self._set):
            found.setdefault(each[1], []).append(each)
        return found

    def resume(self, deadlines: Iterable[Deadline]) -> None:
        """Look at these and no others: what was looked at before the restart is not looked at twice."""
        self._deadlines.clear()
        self._set.clear()
        for each in deadlines:
            self._set_deadline(*each)
