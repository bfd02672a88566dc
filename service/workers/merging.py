"""Deadlines that fired in many data sets, put back to where one process would have fired them."""

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from engines.agenda import Deadline

from .messages import Fired, Upto


class Marks:
    """How far time had come before each event of a batch, and behind it."""

    def __init__(self) -> None:
        self._marks: list[Upto] = []

    def add(self, before: Upto, behind: Upto) -> None:
        """The next event."""
        self._marks += [before, behind]

    def before(self, place: int) -> int:
        """The mark that stands before the event at ``place``."""
        return 2 * place

    def behind(self, place: int) -> int:
        """The mark that stands behind it."""
        return 2 * place + 1

    @property
    def end(self) -> int:
        """What stands behind all of them."""
        return len(self._marks)

    def of(self, due: Deadline, place: int | None) -> int:
        """Where a deadline fires that was set by the event at ``place``, or before all of them."""
        low = 0 if place is None else self.before(place + 1)
        return bisect_left(self._marks, True, lo=low, key=lambda mark: mark.covers(due.at))


def placed(
    fired: Iterable[Sequence[Fired]], places: Mapping[int, int], marks: Marks
) -> dict[int, list[Fired]]:
    """What fired at each mark, in the order of one queue.

    Args:
        fired: of each data set, in the order it happened there.
        places: at which event of the batch an item stands, by its order.
    """
    chains: dict[int, list[list[Fired]]] = {}
    for each in fired:
        here: dict[int, list[Fired]] = {}
        for one in each:
            here.setdefault(marks.of(one.due, places.get(one.after)), []).append(one)
        for mark, chain in here.items():
            chains.setdefault(mark, []).append(chain)
    return {mark: _one_queue(some) for mark, some in chains.items()}


def _one_queue(chains: Sequence[Sequence[Fired]]) -> list[Fired]:
    heads = [(chain[0].due, number, 0) for number, chain in enumerate(chains)]
    heapq.heapify(heads)
    found: list[Fired] = []
    while heads:
        _, number, at = heapq.heappop(heads)
        chain = chains[number]
        found.append(chain[at])
        if at + 1 < len(chain):
            heapq.heappush(heads, (chain[at + 1].due, number, at + 1))
    return found
