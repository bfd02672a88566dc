"""Messages of several partitions in the order of their time, as far as that can be known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Generic, NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")
Partition: TypeAlias = tuple[str, int]
"""A topic and the number of one of its partitions."""

_Order: TypeAlias = tuple[datetime, bytes, Partition, int]


class Arrived(NamedTuple, Generic[T]):
    """One message. ``order`` decides between those of equal time."""

    time: datetime
    order: bytes
    partition: Partition
    offset: int
    item: T


@dataclass(slots=True)
class _Reading:
    """How far a partition has been read."""

    last: datetime | None = None
    following: int | None = None
    is_at_end: bool = False
    held: set[int] = field(default_factory=set[int])


class Merge(Generic[T]):
    """Holds messages back until no partition can bring an earlier one, or too many wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._partitions: dict[Partition, _Reading] = {}
        self._held: list[tuple[_Order, int, T]] = []
        self._count = 0

    def assign(self, partitions: Iterable[Partition]) -> None:
        """From now on these are read; what is held of others comes to whoever reads them."""
        kept = set(partitions)
        self._partitions = {each: self._partitions.get(each, _Reading()) for each in kept}
        self._held = [each for each in self._held if each[0][2] in kept]
        heapify(self._held)

    def add(self, arrived: Arrived[T]) -> None:
        """A message of a partition that is read."""
        reading = self._partitions.get(arrived.partition)
        if reading is None:
            return
        self._count += 1
        heappush(self._held, (arrived[:4], self._count, arrived.item))
        reading.held.add(arrived.offset)
        reading.last, reading.is_at_end = arrived.time, False
        reading.following = arrived.offset + 1

    def ended(self, partition: Partition, following: int | None = None) -> None:
        """Nothing more is in it for now; ``following``, where it ends, may lie behind its last message."""
        reading = self._partitions.get(partition)
        if reading is None:
            return
        reading.is_at_end = True
        if following is not None:
            reading.following = max(following, reading.following or 0)

    def take(self) -> list[T]:
        """What may go on, by time."""
        is_full, until = len(self._held) >= self._most, self._until()
        is_all = is_full or all(each.is_at_end for each in self._partitions.values())
        gone: list[T] = []
        while self._held and (is_all or (until is not None and self._held[0][0][0] <= until)):
            (_, _, partition, offset), _, item = heappop(self._held)
            self._partitions[partition].held.discard(offset)
            gone.append(item)
        return gone

    @property
    def held(self) -> int:
        """How many wait."""
        return len(self._held)

    def ahead(self) -> set[Partition]:
        """Partitions that others have to catch up with before anything more of them may go on."""
        until = self._until()
        return {
            partition
            for partition, each in self._partitions.items()
            if not each.is_at_end and each.last is not None and (until is None or each.last > until)
        }

    @property
    def is_drained(self) -> bool:
        """Whether every partition was read to its end, and nothing is held."""
        return not self._held and all(each.is_at_end for each in self._partitions.values())

    def offsets(self) -> dict[Partition, int]:
        """Where each partition is read on, once all that was taken is durable."""
        return {
            partition: min(reading.held, default=reading.following)
            for partition, reading in self._partitions.items()
            if reading.following is not None
        }

    def _until(self) -> datetime | None:
        """How far all that are not at their end were read; None where that is not known of one."""
        last = [each.last for each in self._partitions.values() if not each.is_at_end]
        return min((each for each in last if each is not None), default=None) if None not in last else None
