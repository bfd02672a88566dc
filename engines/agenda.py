"""What will be looked at, and when: a queue of deadlines in which each stands once."""

import heapq
from dataclasses import dataclass
from datetime import datetime

WINDOW, DUE, BEAT, GATES, QUALITY, FLOW = "window", "due", "beat", "gates", "quality", "flow"
PACE, SHARES, ROWS = "pace", "shares", "rows"


@dataclass(frozen=True, order=True, slots=True)
class Deadline:
    """A moment at which one data set is looked at; ``about`` is the window or run it concerns."""

    at: datetime
    urn: str
    what: str
    about: str = ""


class Agenda:
    """Deadlines in order of time, then of name."""

    def __init__(self) -> None:
        self._heap: list[Deadline] = []
        self._known: set[Deadline] = set()

    def add(self, at: datetime, urn: str, what: str, about: str = "") -> None:
        """Set a deadline; one that is set already stays as it is."""
        deadline = Deadline(at, urn, what, about)
        if deadline not in self._known:
            self._known.add(deadline)
            heapq.heappush(self._heap, deadline)

    def next(self) -> datetime | None:
        """When the next one is due."""
        return self._heap[0].at if self._heap else None

    def pop(self) -> Deadline:
        """Take the next one out."""
        deadline = heapq.heappop(self._heap)
        self._known.discard(deadline)
        return deadline
