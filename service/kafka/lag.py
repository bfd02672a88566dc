"""How far those who read the incoming topics are behind what was sent."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .refused import unavailable
from .settings import INCOMING, INTAKE, Kafka

if TYPE_CHECKING:
    from confluent_kafka import Consumer, TopicPartition

_TIMEOUT_S = 5.0


class Behind(NamedTuple):
    """Messages that wait, by group; and whether the log's oldest was sent before the moment asked about."""

    messages: Mapping[str, int]
    is_late: bool


class Lag:
    """Reads the offsets of consumer groups, that of the intake first. One thread at a time."""

    def __init__(self, kafka: Kafka, others: Sequence[str] = ()) -> None:
        """``others`` are the short names of groups beside the intake's."""
        from confluent_kafka import Consumer

        self._kafka = kafka
        self._consumers = {name: Consumer(kafka.consuming(kafka.group(name))) for name in (INTAKE, *others)}

    @property
    def groups(self) -> Sequence[str]:
        """The short names of the groups."""
        return tuple(self._consumers)

    def behind(self, before_ms: int) -> Behind:
        """What waits; ``before_ms`` is Unix time in milliseconds.

        Raises:
            BackendUnavailable: the cluster does not answer.
        """
        from confluent_kafka import KafkaException, TopicPartition

        try:
            known = self._consumers[INTAKE].list_topics(timeout=_TIMEOUT_S).topics
            names = [self._kafka.topic(each) for each in INCOMING if self._kafka.topic(each) in known]
            partitions = [
                TopicPartition(name, number) for name in names for number in sorted(known[name].partitions)
            ]
            if not partitions:
                return Behind(dict.fromkeys(self._consumers, 0), is_late=False)
            return self._of(partitions, before_ms)
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None

    def close(self) -> None:
        """Leave the cluster."""
        for each in self._consumers.values():
            each.close()

    def _of(self, partitions: "list[TopicPartition]", before_ms: int) -> Behind:
        from confluent_kafka import TopicPartition

        intake = self._consumers[INTAKE]
        ends = [intake.get_watermark_offsets(each, timeout=_TIMEOUT_S) for each in partitions]
        at = {name: _read(consumer, partitions, ends) for name, consumer in self._consumers.items()}
        moments = [TopicPartition(each.topic, each.partition, before_ms) for each in partitions]
        young = intake.offsets_for_times(moments, timeout=_TIMEOUT_S)
        is_late = any(
            following < (since.offset if since.offset >= 0 else high)
            for following, since, (_, high) in zip(at[INTAKE], young, ends, strict=True)
        )
        waiting = {
            name: sum(max(0, high - each) for each, (_, high) in zip(following, ends, strict=True))
            for name, following in at.items()
        }
        return Behind(waiting, is_late)


def _read(
    consumer: "Consumer", partitions: "list[TopicPartition]", ends: Sequence[tuple[int, int]]
) -> list[int]:
    """Where a group reads on in each partition."""
    committed = consumer.committed(partitions, timeout=_TIMEOUT_S)
    return [max(each.offset, low) for each, (low, _) in zip(committed, ends, strict=True)]
