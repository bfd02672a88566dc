"""From the bus into the durable log: in order of time, each event once, offsets committed behind it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from ..entries import Appended, Rejected, Row
from ..intake import Limits
from .dead import dead_letter
from .merge import Arrived, Merge, Partition
from .producer import KafkaSender
from .reading import Read, read_message
from .settings import INCOMING, Kafka
from .topics import unavailable

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, TopicPartition

Append = Callable[[Sequence[Row], datetime, Iterable[Rejected]], Appended]
_AT_ONCE = 2_000
_MOST_HELD = 20_000


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
        from confluent_kafka import Consumer

        self._kafka, self._append, self._limits, self._now = kafka, append, limits, now
        self._merge: Merge[_Taken] = Merge(_MOST_HELD)
        self._names = {kafka.topic(name): name for name in INCOMING}
        self._sender = KafkaSender(kafka)
        self._committed: dict[Partition, int] = {}
        self._reachable = True
        self._consumer = Consumer(kafka.consuming(kafka.group("intake")))
        self._consumer.subscribe(sorted(self._names), on_assign=self._assigned, on_revoke=self._revoked)

    @property
    def is_caught_up(self) -> bool:
        """Whether all partitions read here are in the log to their ends, and the cluster answers."""
        return self._reachable and self._merge.is_drained and bool(self._consumer.assignment())

    def turn(self, timeout_s: float) -> int:
        """Take what has come within ``timeout_s``; how many events the log has more.

        Raises:
            BackendUnavailable: log or cluster failed; nothing is lost, the next turn takes it again.
        """
        self._reachable = self._reachable or self._answers()
        for message in self._consumer.consume(_AT_ONCE, timeout_s):
            self._put(message)
        taken = self._merge.take()
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

    def _put(self, message: "Message") -> None:
        from confluent_kafka import KafkaError

        partition = (message.topic() or "", message.partition() or 0)
        error = message.error()
        if error is None:
            read = self._read(message, partition)
            offset = message.offset() or 0
            self._merge.add(Arrived(read.time, read.order, partition, offset, _Taken(read, message)))
        elif error.code() == KafkaError._PARTITION_EOF:
            self._merge.ended(partition)
        elif error.fatal():
            raise unavailable(self._kafka, error)
        else:
            self._reachable = False

    def _answers(self) -> bool:
        """Whether the cluster can be asked again after an error."""
        from confluent_kafka import KafkaException

        try:
            self._consumer.list_topics(self._kafka.topic(INCOMING[0]), timeout=1.0)
        except KafkaException:
            return False
        return True

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
        from confluent_kafka import KafkaException, TopicPartition

        moved = {each: at for each, at in self._merge.offsets().items() if self._committed.get(each) != at}
        if not moved:
            return
        try:
            self._consumer.commit(
                offsets=[TopicPartition(topic, number, at) for (topic, number), at in moved.items()],
                asynchronous=False,
            )
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None
        self._committed |= moved

    def _behind(self, partition: "TopicPartition") -> int:
        _, high = self._consumer.get_watermark_offsets(partition, cached=True)
        at = self._merge.offsets().get((partition.topic, partition.partition))
        return max(0, high - at) if at is not None and high > 0 else 0

    def _assigned(self, consumer: "Consumer", partitions: "list[TopicPartition]") -> None:
        self._merge.assign([(each.topic, each.partition) for each in partitions])
        self._committed = {}
        consumer.assign(partitions)

    def _revoked(self, _: "Consumer", __: "list[TopicPartition]") -> None:
        self._merge.assign([])
