"""What a consumer reads, in order of time, and no more of it at once than can be held."""

import math
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

from .merge import Arrived, Merge, Partition
from .refused import unavailable
from .settings import INCOMING, Kafka

if TYPE_CHECKING:
    from confluent_kafka import Message, TopicPartition

T = TypeVar("T")
_AT_ONCE, _FEW = 2_000, 200
_MOST_HELD = 20_000
_FETCHING: dict[str, str | int] = {
    "fetch.message.max.bytes": 256 * 1024, "queued.max.messages.kbytes": 16 * 1024,
}  # fmt: skip
"""A little of each partition at a time, so that little has to wait for others."""


class Ordered(Generic[T]):
    """A consumer behind a merge. One thread owns it.

    Partitions that are ahead of others are paused while half of what may be held waits, so
    that a long backlog comes in order of time too, and in bounded memory.
    """

    def __init__(
        self,
        kafka: Kafka,
        group: str,
        read: Callable[["Message", Partition], Arrived[T]],
        patience_s: float = math.inf,
    ) -> None:
        """``group`` is its short name; ``read`` says what a message is and when it was.

        A partition that neither brings anything nor ends is waited for ``patience_s``; then what
        is too much to be held goes on without it.
        """
        from confluent_kafka import Consumer

        self._kafka, self._read = kafka, read
        self._merge: Merge[T] = Merge(_MOST_HELD if math.isfinite(patience_s) else sys.maxsize)
        self._patience_s = patience_s
        self._paused: set[Partition] = set()
        self._moved_at = time.monotonic()
        self._reachable = True
        self.consumer = Consumer(kafka.consuming(kafka.group(group)) | _FETCHING)

    @property
    def is_caught_up(self) -> bool:
        """Whether all partitions read here were read to their ends, and the cluster answers."""
        return self._reachable and self._merge.is_drained and bool(self.consumer.assignment())

    @property
    def held(self) -> int:
        """Messages that wait for others."""
        return self._merge.held

    def turn(self, timeout_s: float) -> list[T]:
        """What may go on of all that has come, after waiting for more no longer than ``timeout_s``.

        Raises:
            BackendUnavailable: the cluster failed for good.
        """
        self._reachable = self._reachable or self._answers()
        for message in self.consumer.consume(_FEW if self._paused else _AT_ONCE, timeout_s):
            self._put(message)
        taken = self._merge.take()
        self._hold_back(is_moving=bool(taken))
        return taken

    def assigned(self, partitions: Iterable[Partition]) -> None:
        """From now on these are read."""
        self._merge.assign(partitions)
        self._paused = set()

    def offsets(self) -> dict[Partition, int]:
        """Where partitions that brought anything are read on, once all that was taken is durable."""
        return self._merge.offsets()

    def commit(self, offsets: dict[Partition, int]) -> None:
        """Tell the cluster.

        Raises:
            BackendUnavailable: it may not know.
        """
        from confluent_kafka import KafkaException

        try:
            self.consumer.commit(
                offsets=[_place(each, at) for each, at in offsets.items()], asynchronous=False
            )
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None

    def _put(self, message: "Message") -> None:
        from confluent_kafka import KafkaError

        partition = (message.topic() or "", message.partition() or 0)
        error = message.error()
        if error is None:
            self._merge.add(self._read(message, partition))
        elif error.code() == KafkaError._PARTITION_EOF:
            self._merge.ended(partition, message.offset())
        elif error.fatal():
            raise unavailable(self._kafka, error)
        else:
            self._reachable = False

    def _answers(self) -> bool:
        """Whether the cluster can be asked again after an error."""
        from confluent_kafka import KafkaException

        try:
            self.consumer.list_topics(self._kafka.topic(INCOMING[0]), timeout=1.0)
        except KafkaException:
            return False
        return True

    def _hold_back(self, *, is_moving: bool) -> None:
        now = time.monotonic()
        if is_moving or not self._merge.held:
            self._moved_at = now
        limit = _MOST_HELD // 4 if self._paused else _MOST_HELD // 2
        is_full = self._merge.held >= limit and now - self._moved_at < self._patience_s
        ahead = self._merge.ahead() if is_full else set[Partition]()
        if later := self._paused - ahead:
            self.consumer.resume([_place(each) for each in later])
        if more := ahead - self._paused:
            self.consumer.pause([_place(each) for each in more])
        self._paused = ahead


def _place(partition: Partition, offset: int = 0) -> "TopicPartition":
    from confluent_kafka import TopicPartition

    return TopicPartition(*partition, offset)
