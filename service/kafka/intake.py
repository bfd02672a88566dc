"""From the bus into the durable log: in order of time, each event once, offsets committed behind it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from ..entries import Appended, Rejected, Row
from ..intake import Limits
from .dead import dead_letter
from .merge import Arrived, Partition
from .ordered import Ordered
from .producer import KafkaSender
from .reading import Read, read_message
from .settings import INCOMING, INTAKE, Kafka

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, TopicPartition

_PATIENCE_S = 30.0
Append = Callable[[Sequence[Row], datetime, Iterable[Rejected]], Appended]


class _Taken(NamedTuple):
    """A message that may go on, with what it was."""

    read: Read
    message: "Message"


class Intake:
    """Reads the four incoming topics as one consumer group. One thread owns it.

    An offset is committed after the log has the event, so a crash between the two brings
    it again, which has no second effect.
    """

    def __init__(self, kafka: Kafka, append: Append, limits: Limits, now: Callable[[], datetime]) -> None:
        self._kafka, self._append, self._limits, self._now = kafka, append, limits, now
        self._names = {kafka.topic(name): name for name in INCOMING}
        self._sender = KafkaSender(kafka)
        self._committed: dict[Partition, int] = {}
        self._ordered = Ordered[_Taken](kafka, INTAKE, self._arrived, _PATIENCE_S)
        self._consumer = self._ordered.consumer
        self._consumer.subscribe(sorted(self._names), on_assign=self._assigned, on_revoke=self._revoked)

    @property
    def is_caught_up(self) -> bool:
        """Whether all partitions read here are in the log to their ends, and the cluster answers."""
        return self._ordered.is_caught_up

    def turn(self, timeout_s: float) -> int:
        """Take what has come within ``timeout_s``; how many events the log has more.

        Raises:
            BackendUnavailable: log or cluster failed; nothing is lost, the next turn takes it again.
        """
        taken = self._ordered.turn(timeout_s)
        new = self._keep(taken) if taken else 0
        self._commit()
        return new

    def lag(self) -> int:
        """Messages in the partitions read here that are not in the log yet."""
        return sum(self._behind(each) for each in self._consumer.assignment())

    def close(self) -> None:
        """Leave the group, so that another may read on at once."""
        self._consumer.close()
        self._sender.close()

    def _arrived(self, message: "Message", partition: Partition) -> Arrived[_Taken]:
        read = self._read(message, partition)
        return Arrived(read.time, read.order, partition, message.offset() or 0, _Taken(read, message))

    def _read(self, message: "Message", partition: Partition) -> Read:
        kind, milliseconds = message.timestamp()
        received = datetime.fromtimestamp(milliseconds / 1000, UTC) if kind else self._now()
        source = f"kafka:{partition[0]}/{partition[1]}@{message.offset()}"
        return read_message(message.value() or b"", self._names[partition[0]], received, source, self._limits)

    def _keep(self, taken: Sequence[_Taken]) -> int:
        rows = [each.read.row for each in taken if each.read.row is not None]
        rejects = [each.read.reject for each in taken if each.read.reject is not None]
        dead = [
            dead_letter(self._kafka, each.message, each.read.reject, self._now())
            for each in taken
            if each.read.reject is not None
        ]
        if dead:
            self._sender.send(dead)
        done = self._append(rows, self._now(), rejects)
        return len(rows) - done.duplicates

    def _commit(self) -> None:
        moved = {each: at for each, at in self._ordered.offsets().items() if self._committed.get(each) != at}
        if moved:
            self._ordered.commit(moved)
            self._committed |= moved

    def _behind(self, partition: "TopicPartition") -> int:
        _, high = self._consumer.get_watermark_offsets(partition, cached=True)
        at = self._ordered.offsets().get((partition.topic, partition.partition))
        return max(0, high - at) if at is not None and high > 0 else 0

    def _assigned(self, consumer: "Consumer", partitions: "list[TopicPartition]") -> None:
        self._ordered.assigned([(each.topic, each.partition) for each in partitions])
        self._committed = {}
        consumer.assign(partitions)

    def _revoked(self, _: "Consumer", __: "list[TopicPartition]") -> None:
        self._ordered.assigned([])
