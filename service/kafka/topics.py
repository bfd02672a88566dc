"""Making the topics."""

from collections.abc import Collection, Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from .refused import admin_of, refusal, unavailable
from .settings import ANSWERS, DEAD, INCOMING, LARGEST, QUESTIONS, SIGNALS, Kafka

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient, NewTopic

_TIMEOUT_S, _FIRST_S = 15.0, 3.0
_WEEK_MS = 7 * 86_400_000


def make_topics(kafka: Kafka, *, partitions: int, replicas: int) -> None:
    """Make the topics that do not exist yet; those that do stay as they are.

    Raises:
        BackendUnavailable: the cluster does not answer, or does not let us in.
        ConfigurationError: ``[kafka]`` has settings that are none.
    """
    from confluent_kafka import KafkaException

    client = admin_of(kafka)
    try:
        known = _known(kafka, client)
        wanted = [each for each in _topics(kafka, partitions, replicas) if each.topic not in known]
        for made in client.create_topics(wanted, request_timeout=_TIMEOUT_S).values() if wanted else ():
            _made(made)
    except KafkaException as error:
        raise unavailable(kafka, error) from None


def _known(kafka: Kafka, client: "AdminClient") -> Collection[str]:
    """The topics that exist; who is not let in is told so soon."""
    from confluent_kafka import KafkaException

    try:
        return client.list_topics(timeout=_FIRST_S).topics
    except KafkaException:
        if refusal(kafka):
            raise
    return client.list_topics(timeout=_TIMEOUT_S - _FIRST_S).topics


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
