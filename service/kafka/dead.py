"""Messages that nobody could read: kept as they came, with the reason, and sent again on request."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from signal_factory.times import format_time

from ..entries import Rejected
from .producer import KafkaSender, Record
from .refused import misconfigured, unavailable
from .settings import DEAD, Kafka

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, TopicPartition

_AT_ONCE = 500
_POLL_S, _TIMEOUT_S = 0.2, 15.0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message: where it came from, why it was refused, and its original bytes."""

    place: str
    topic: str
    reason: str
    code: str
    at: str
    key: bytes
    value: bytes


def dead_letter(kafka: Kafka, message: "Message", reject: Rejected, now: datetime) -> Record:
    """The message with the reason beside it; its bytes are the original ones."""
    told = {
        "reason": reject.reason, "code": reject.code, "topic": message.topic() or "",
        "source": reject.source, "at": format_time(now),
    }  # fmt: skip
    headers = tuple((name, text.encode("utf-8")) for name, text in told.items())
    key = (message.key() or b"").decode("utf-8", "replace")
    return Record(kafka.topic(DEAD), key, message.value() or b"", headers)


def dead_letters(kafka: Kafka) -> Iterator[DeadLetter]:
    """All that are kept, those sent again too, partition by partition.

    Raises:
        BackendUnavailable: the cluster does not answer.
    """
    with _reading(kafka, kafka.group("dlq-look")) as consumer:
        for message in _until_end(consumer, _whole(kafka, consumer)):
            yield _letter(message)


def replay(kafka: Kafka) -> int:
    """Send again, to where they came from, all that were not yet; how many.

    What still cannot be read becomes a new dead letter, so nothing is lost.

    Raises:
        BackendUnavailable: the cluster does not answer; what was sent again has no second effect.
    """
    sender, count = KafkaSender(kafka), 0
    try:
        with _reading(kafka, kafka.group("dlq-replay")) as consumer:
            ranges = consumer.committed(_whole(kafka, consumer), timeout=_TIMEOUT_S)
            for message in _until_end(consumer, ranges):
                letter = _letter(message)
                sender.send([Record(letter.topic, letter.key.decode("utf-8", "replace"), letter.value)])
                consumer.commit(message=message, asynchronous=False)
                count += 1
    finally:
        sender.close()
    return count


def _letter(message: "Message") -> DeadLetter:
    told = {name: value.decode("utf-8", "replace") for name, value in message.headers() or []}
    return DeadLetter(
        f"{message.partition()}@{message.offset()}", told.get("topic", ""), told.get("reason", ""),
        told.get("code", ""), told.get("at", ""), message.key() or b"", message.value() or b"",
    )  # fmt: skip


@contextmanager
def _reading(kafka: Kafka, group: str) -> Generator["Consumer"]:
    from confluent_kafka import Consumer, KafkaException

    try:
        consumer = Consumer(kafka.consuming(group))
    except KafkaException as error:
        raise misconfigured(kafka, error) from None
    try:
        yield consumer
    except KafkaException as error:
        raise unavailable(kafka, error) from None
    finally:
        consumer.close()


def _whole(kafka: Kafka, consumer: "Consumer") -> list["TopicPartition"]:
    from confluent_kafka import TopicPartition

    topic = kafka.topic(DEAD)
    known = consumer.list_topics(topic, timeout=_TIMEOUT_S).topics[topic].partitions
    return [TopicPartition(topic, number) for number in sorted(known)]


def _until_end(consumer: "Consumer", partitions: list["TopicPartition"]) -> Iterator["Message"]:
    """What is in them now, from their offsets or the beginning."""
    from confluent_kafka import OFFSET_BEGINNING

    open_ones = {each.partition for each in partitions}
    for each in partitions:
        each.offset = each.offset if each.offset >= 0 else OFFSET_BEGINNING
    consumer.assign(partitions)
    while open_ones:
        for message in consumer.consume(_AT_ONCE, _POLL_S):
            if message.error() is None:
                yield message
            else:
                open_ones.discard(message.partition() or 0)
