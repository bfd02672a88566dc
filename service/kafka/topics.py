"""Making the topics, and saying what is wrong with a cluster."""

from collections.abc import Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from signal_factory.errors import BackendUnavailable

from .settings import ANSWERS, DEAD, INCOMING, LARGEST, QUESTIONS, SIGNALS, Kafka

if TYPE_CHECKING:
    from confluent_kafka.admin import NewTopic

_TIMEOUT_S = 15.0
_WEEK_MS = 7 * 86_400_000


def make_topics(kafka: Kafka, *, partitions: int, replicas: int) -> None:
    """Make the topics that do not exist yet; those that do stay as they are.

    Raises:
        BackendUnavailable: the cluster does not answer.
    """
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    client = AdminClient(kafka.common())
    try:
        known = client.list_topics(timeout=_TIMEOUT_S).topics
        wanted = [each for each in _topics(kafka, partitions, replicas) if each.topic not in known]
        for made in client.create_topics(wanted, request_timeout=_TIMEOUT_S).values() if wanted else ():
            _made(made)
    except KafkaException as error:
        raise unavailable(kafka, error) from None


def unavailable(kafka: Kafka, error: object) -> BackendUnavailable:
    """What the caller is told when the cluster fails."""
    return BackendUnavailable(
        f"Kafka at {kafka.servers} cannot be used: {error}",
        hint="Check that the brokers run and that SF_KAFKA_SERVERS names them; it is tried again by itself.",
    )


def _topics(kafka: Kafka, partitions: int, replicas: int) -> Iterable["NewTopic"]:
    from confluent_kafka.admin import NewTopic

    for name in (*INCOMING, SIGNALS, DEAD, QUESTIONS, ANSWERS):
        config = {"max.message.bytes": str(LARGEST), "retention.ms": str(_WEEK_MS)}
        yield NewTopic(kafka.topic(name), partitions, replicas, config=config)


def _made(topic: "Future[None]") -> None:
    """Wait until a topic is there; that somebody else was faster is fine."""
    from confluent_kafka import KafkaException

    try:
        topic.result(_TIMEOUT_S)
    except KafkaException as error:
        if "TOPIC_ALREADY_EXISTS" not in str(error):
            raise
