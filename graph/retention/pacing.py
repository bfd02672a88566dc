"""How much to do while a writer waits: as much as fits into a few milliseconds, by what the last did."""

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import TypeVar

from ..model import NodeRef

TARGET_S, LIMIT_S = 0.010, 0.050
"""What a slice should take, and what it may (issue: writers wait no longer for retention)."""
_FIRST, _MOST = 4, 2_000
_SLICES_TO_EASE = 25
_REMEMBERED = 0.8
_COST_OF_AN_EDGE = 4
WIDE = 200
"""Edges from which on a node is not taken out at once, where a slice has room for fewer."""
T = TypeVar("T")

Turn = Callable[[], AbstractContextManager[None]]
"""Enters the writer's turn: nobody else changes the graph until it is left."""


def undisturbed() -> AbstractContextManager[None]:
    """The turn of a process in which nobody else writes."""
    return nullcontext()


class Pace:
    """The size of slices, adapted to how long they take, and the longest that one took."""

    def __init__(
        self, turn: Turn = undisturbed, *, clock: Callable[[], float] = perf_counter, size: int = 0
    ) -> None:
        """``size`` fixes the number of elements a slice has; 0 adapts it."""
        self._turn, self._clock, self._fixed = turn, clock, size
        self.ease: Callable[[], None] = _nothing
        self._size = size or _FIRST
        self._cost = 0.0
        self.longest_s = 0.0
        self.slices = 0

    @property
    def size(self) -> int:
        """How many elements the next slice may touch."""
        return self._size

    @contextmanager
    def slice(self, weight: int) -> Generator[None]:
        """Take the writer's turn for a slice of ``weight`` elements; ``ease`` comes between turns."""
        if self.slices % _SLICES_TO_EASE == 0:
            self.ease()
        with self._turn(), _uncollected():
            began = self._clock()
            yield
            took = self._clock() - began
        self.slices += 1
        self.longest_s = max(self.longest_s, took)
        if not self._fixed:
            self._adapt(weight, took)

    def _adapt(self, weight: int, took: float) -> None:
        """Aim at the target from below: what was dear lately is not forgotten at once, and growth is slow."""
        self._cost = max(took / weight, _REMEMBERED * self._cost)
        fits = TARGET_S / max(self._cost, 1e-9)
        self._size = int(max(1, min(_MOST, 1.5 * self._size + 1, fits)))


def slices(items: list[T], pace: Pace) -> Iterator[list[T]]:
    """Slices of the size the pace has when each begins."""
    done = 0
    while done < len(items):
        size = max(1, pace.size // _COST_OF_AN_EDGE)
        yield items[done : done + size]
        done += size


def weighed(weights: dict[NodeRef, int], pace: Pace) -> Iterator[list[NodeRef]]:
    """Slices of nodes that with their edges weigh what the pace allows, each of one node at least."""
    part: list[NodeRef] = []
    weight = 0
    for ref, own in weights.items():
        if part and weight + own > pace.size:
            yield part
            part, weight = [], 0
        part.append(ref)
        weight += own
    if part:
        yield part


@contextmanager
def _uncollected() -> Generator[None]:
    """No collection of garbage in a slice: one that looks through everything takes longer than it may."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _nothing() -> None:
    """What most stores have to do between slices."""
