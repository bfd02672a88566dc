"""Questions to the workers and their answers, over two topics."""

import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from signal_factory.errors import BackendUnavailable

from ..workers.messages import Answer, Question, question_text, read_answer
from .producer import KafkaSender, Record
from .refused import unavailable
from .settings import ANSWERS, QUESTIONS, Kafka

_AT_ONCE = 1_000
_POLL_S = 0.02


class KafkaAsker:
    """An ``Asker`` whose answers are those of committed transactions only. One thread owns it."""

    def __init__(self, kafka: Kafka, patience_s: float) -> None:
        """``patience_s`` is how long a range may wait: longer than a dead worker's session."""
        from confluent_kafka import Consumer

        self._kafka, self._patience_s = kafka, patience_s
        self._sender = KafkaSender(kafka)
        self._consumer = Consumer(kafka.consuming(kafka.group("leader")))
        self._is_listening = False

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Answer]:
        """See ``Asker.ask``."""
        self._listen()
        topic = self._kafka.topic(QUESTIONS)
        self._sender.send(Record(topic, each.urn, packed(question_text(each))) for each in questions)
        return self._collected({(each.ask, each.urn) for each in questions})

    def close(self) -> None:
        """Leave the cluster."""
        self._consumer.close()
        self._sender.close()

    def _listen(self) -> None:
        """Hear what is answered from now on; an earlier answer is given again when asked again."""
        from confluent_kafka import KafkaException, TopicPartition

        if self._is_listening:
            return
        topic = self._kafka.topic(ANSWERS)
        try:
            known = self._consumer.list_topics(topic, timeout=10.0).topics[topic].partitions
            ends = [TopicPartition(topic, each) for each in sorted(known)]
            for each in ends:
                each.offset = self._consumer.get_watermark_offsets(each, timeout=10.0)[1]
            self._consumer.assign(ends)
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None
        self._is_listening = True

    def _collected(self, awaited: set[tuple[tuple[int, int], str]]) -> Mapping[str, Answer]:
        found: dict[str, Answer] = {}
        deadline = time.monotonic() + self._patience_s
        while awaited:
            for answer in self._heard():
                if (answer.ask, answer.urn) in awaited:
                    awaited.discard((answer.ask, answer.urn))
                    found[answer.urn] = answer
            if awaited and time.monotonic() > deadline:
                raise BackendUnavailable(
                    f"{len(awaited)} data sets did not answer in {self._patience_s:.0f} s",
                    hint="Is a worker alive (`sf worker`)? The same is asked again.",
                )
        return found

    def _heard(self) -> Iterator[Answer]:
        """What has come; a message that is no answer of ours is nobody's."""
        from confluent_kafka import KafkaException

        try:
            messages = self._consumer.consume(_AT_ONCE, _POLL_S)
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None
        for message in messages:
            value = message.value()
            if message.error() is None and value is not None:
                with suppress(zlib.error, ValueError):
                    yield read_answer(unpacked(value))


def packed(text: str) -> bytes:
    """Text as it travels."""
    return zlib.compress(text.encode("utf-8"), 1)


def unpacked(data: bytes) -> str:
    """Text out of it."""
    return zlib.decompress(data).decode("utf-8")
