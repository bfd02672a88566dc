"""Messages of several partitions in the order of their time, as far as that can be known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")
Partition: TypeAlias = tuple[str, int]
"""A topic and the number of one of its partitions."""


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
        self._held: list[Arrived[T]] = []

    def assign(self, partitions: Iterable[Partition]) -> None:
        """From now on these are read; what is held of others comes to whoever reads them."""
        kept = set(partitions)
        self._partitions = {each: self._partitions.get(each, _Reading()) for each in kept}
        self._held = [each for each in self._held if each.partition in kept]

    def add(self, arrived: Arrived[T]) -> None:
        """A message of a partition that is read."""
        reading = self._partitions.get(arrived.partition)
        if reading is None:
            return
        self._held.append(arrived)
        reading.held.add(arrived.offset)
        reading.last, reading.is_at_end = arrived.time, False
        reading.following = arrived.offset + 1

    def ended(self, partition: Partition) -> None:
        """Nothing more is in it for now."""
        if partition in self._partitions:
            self._partitions[partition].is_at_end = True

    def take(self) -> list[T]:
        """What may go on, by time."""
        self._held.sort(key=lambda each: each[:4])
        count = len(self._held) if len(self._held) >= self._most else self._settled()
        gone, self._held = self._held[:count], self._held[count:]
        for each in gone:
            self._partitions[each.partition].held.discard(each.offset)
        return [each.item for each in gone]

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

    def _settled(self) -> int:
        """How many no other partition can come before."""
        open_ones = [each for each in self._partitions.values() if not each.is_at_end]
        if any(each.last is None for each in open_ones):
            return 0
        until = min((each.last for each in open_ones if each.last is not None), default=None)
        if until is None:
            return len(self._held)
        return sum(each.time <= until for each in self._held)
