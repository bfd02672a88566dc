"""How far the intake is behind what was sent."""

from typing import TYPE_CHECKING, NamedTuple

from .settings import INCOMING, Kafka
from .topics import unavailable

if TYPE_CHECKING:
    from confluent_kafka import TopicPartition

_TIMEOUT_S = 5.0


class Behind(NamedTuple):
    """Messages not in the log yet, and whether the oldest was sent before the moment asked about."""

    messages: int
    is_late: bool


class Lag:
    """Reads the offsets of the intake's group. One thread at a time."""

    def __init__(self, kafka: Kafka) -> None:
        from confluent_kafka import Consumer

        self._kafka = kafka
        self._consumer = Consumer(kafka.consuming(kafka.group("intake")))

    def behind(self, before_ms: int) -> Behind:
        """What waits; ``before_ms`` is Unix time in milliseconds.

        Raises:
            BackendUnavailable: the cluster does not answer.
        """
        from confluent_kafka import KafkaException, TopicPartition

        try:
            known = self._consumer.list_topics(timeout=_TIMEOUT_S).topics
            names = [self._kafka.topic(each) for each in INCOMING if self._kafka.topic(each) in known]
            partitions = [
                TopicPartition(name, number) for name in names for number in sorted(known[name].partitions)
            ]
            return self._of(partitions, before_ms) if partitions else Behind(0, is_late=False)
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None

    def close(self) -> None:
        """Leave the cluster."""
        self._consumer.close()

    def _of(self, partitions: "list[TopicPartition]", before_ms: int) -> Behind:
        from confluent_kafka import TopicPartition

        read = self._consumer.committed(partitions, timeout=_TIMEOUT_S)
        moments = [TopicPartition(each.topic, each.partition, before_ms) for each in partitions]
        young = self._consumer.offsets_for_times(moments, timeout=_TIMEOUT_S)
        messages, is_late = 0, False
        for at, since in zip(read, young, strict=True):
            low, high = self._consumer.get_watermark_offsets(at, timeout=_TIMEOUT_S)
            next_one = max(at.offset, low)
            messages += max(0, high - next_one)
            first_young = since.offset if since.offset >= 0 else high
            is_late = is_late or next_one < first_young
        return Behind(messages, is_late)
