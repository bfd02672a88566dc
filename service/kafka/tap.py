"""All incoming topics as one engine family hears them, from offsets that it keeps itself."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from ..intake import Limits
from .merge import Arrived, Partition
from .ordered import Ordered
from .passing import Heard, hear
from .refused import admin_of, unavailable
from .settings import INCOMING, INTAKE, Kafka

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, TopicPartition
    from confluent_kafka.admin import AdminClient

_TIMEOUT_S = 10.0
_AGAIN_S = 0.2
_MOVING = ("NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS")


class Tap:
    """Reads every partition by itself; its group only shows how far. One thread owns it."""

    def __init__(
        self,
        kafka: Kafka,
        group: str,
        limits: Limits,
        now: Callable[[], datetime],
        offsets: Mapping[Partition, int],
    ) -> None:
        """``offsets`` say where to go on; a partition that is not among them is read from its beginning.

        Raises:
            BackendUnavailable: the cluster does not answer.
        """
        self._kafka, self._limits, self._now = kafka, limits, now
        self._names = {kafka.topic(name): name for name in INCOMING}
        self._begun, self._shown = dict(offsets), dict[Partition, int]()
        self._partitions: set[Partition] = set()
        self._admin = admin_of(kafka)
        self._ordered = Ordered[Heard | None](kafka, group, self._arrived)
        self._assign(_partitions(kafka, self._ordered.consumer))

    @property
    def is_caught_up(self) -> bool:
        """Whether everything was read, as far as was heard of it."""
        return self._ordered.is_caught_up

    @property
    def held(self) -> int:
        """Messages that wait for others."""
        return self._ordered.held

    def turn(self, timeout_s: float) -> list[Heard]:
        """What came in order of time, after waiting no longer than ``timeout_s``.

        Raises:
            BackendUnavailable: the cluster failed for good.
        """
        return [each for each in self._ordered.turn(timeout_s) if each is not None]

    def is_at_end(self) -> bool:
        """Whether the cluster, asked now, has nothing that was not taken.

        A process that was held up may not have heard yet that more has come.

        Raises:
            BackendUnavailable: it does not answer.
        """
        at, ends = self.offsets(), self._ends()
        if ends.keys() != self._partitions:
            self._begun = at
            self._assign(set(ends))
            return False
        return all(at.get(each, 0) >= end for each, end in ends.items())

    def offsets(self) -> dict[Partition, int]:
        """Where to go on once all that was taken is durable."""
        return self._begun | self._ordered.offsets()

    def show(self, offsets: Mapping[Partition, int]) -> None:
        """Let the group show that all before ``offsets`` is durable.

        Raises:
            BackendUnavailable: the cluster failed; what was kept goes by ``offsets`` alone.
        """
        moved = {each: at for each, at in offsets.items() if self._shown.get(each) != at}
        if moved:
            self._ordered.commit(moved)
            self._shown |= moved

    def close(self) -> None:
        """Leave the cluster."""
        self._ordered.consumer.close()

    def _ends(self) -> dict[Partition, int]:
        """Where partitions end. The consumer is not asked: its questions wait for what it fetches."""
        import confluent_kafka
        from confluent_kafka import KafkaException, TopicPartition, admin

        # The library's types leave out what asks for offsets.
        library: Any = confluent_kafka
        specs: Any = admin
        client: Any = self._admin
        found = _partitions(self._kafka, self._admin)
        try:
            asked = client.list_offsets(
                {TopicPartition(*each): specs.OffsetSpec.latest() for each in found},
                isolation_level=library.IsolationLevel.READ_COMMITTED,
                request_timeout=_TIMEOUT_S,
            )
            return {(each.topic, each.partition): told.result().offset for each, told in asked.items()}
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None

    def _assign(self, partitions: set[Partition]) -> None:
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        self._partitions = partitions
        self._ordered.assigned(partitions)
        places = [
            TopicPartition(*each, self._begun.get(each, OFFSET_BEGINNING)) for each in sorted(partitions)
        ]
        self._ordered.consumer.assign(places)

    def _arrived(self, message: "Message", partition: Partition) -> Arrived[Heard | None]:
        kind, milliseconds = message.timestamp()
        received = datetime.fromtimestamp(milliseconds / 1000, UTC) if kind else self._now()
        name, source = self._names[partition[0]], f"kafka:{partition[0]}/{partition[1]}@{message.offset()}"
        at, order, heard = hear(message.value() or b"", name, received, source, self._limits)
        return Arrived(at, order, partition, message.offset() or 0, heard)


def taken_in(kafka: Kafka) -> dict[Partition, int]:
    """How far the log has what came over the bus: all before these offsets is in it.

    Raises:
        BackendUnavailable: the cluster does not answer.
    """
    from confluent_kafka import Consumer, KafkaException, TopicPartition

    consumer = Consumer(kafka.consuming(kafka.group(INTAKE)))
    try:
        places = [TopicPartition(*each) for each in sorted(_partitions(kafka, consumer))]
        found = _committed(consumer, places)
        return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}
    except KafkaException as error:
        raise unavailable(kafka, error) from None
    finally:
        consumer.close()


def _committed(consumer: "Consumer", places: "list[TopicPartition]") -> "list[TopicPartition]":
    """What is committed; a group whose coordinator is moving is asked again for a while."""
    from confluent_kafka import KafkaException

    until = monotonic() + _TIMEOUT_S
    while True:
        try:
            return consumer.committed(places, timeout=_TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].name() not in _MOVING or monotonic() > until:
                raise
            sleep(_AGAIN_S)


def _partitions(kafka: Kafka, client: "Consumer | AdminClient") -> set[Partition]:
    from confluent_kafka import KafkaException

    try:
        known = client.list_topics(timeout=_TIMEOUT_S).topics
    except KafkaException as error:
        raise unavailable(kafka, error) from None
    names = [kafka.topic(name) for name in INCOMING]
    return {(name, number) for name in names if name in known for number in known[name].partitions}
