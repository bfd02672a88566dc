"""Events out to Kafka: durable on all replicas before anybody is told so."""

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from signal_factory.errors import BackendUnavailable

from .refused import unavailable
from .settings import Kafka

if TYPE_CHECKING:
    from confluent_kafka import KafkaError, Message

_POLL_S = 0.05
_PROBE_S = 2.0


class Record(NamedTuple):
    """One message: the topic's full name, key, value and headers."""

    topic: str
    key: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class KafkaSender:
    """Sends batches and waits for them. Threads may share it."""

    def __init__(self, kafka: Kafka) -> None:
        from confluent_kafka import Producer

        self._kafka = kafka
        self._producer = Producer(kafka.producing())
        self._is_down = False

    def send(self, records: Iterable[Record], timeout_s: float = 30.0) -> None:
        """Send all, and return once every replica in sync has each of them.

        Raises:
            BackendUnavailable: some are not known to be durable; sending them again is safe.
        """
        if self._is_down:
            self._probe()
        try:
            self._send(records, time.monotonic() + timeout_s)
        except BackendUnavailable:
            self._is_down = True
            raise
        self._is_down = False

    def close(self) -> None:
        """Wait for what is under way."""
        self._producer.flush(5.0)

    def _send(self, records: Iterable[Record], deadline: float) -> None:
        awaited = _Awaited()
        for each in records:
            awaited.more()
            self._put(each, awaited, deadline)
        while not awaited.all_done():
            self._wait(deadline, awaited)
        if awaited.failure:
            raise unavailable(self._kafka, awaited.failure)

    def _probe(self) -> None:
        """Fail soon while the cluster is away, since it was when last used."""
        from confluent_kafka import KafkaException

        try:
            self._producer.list_topics(timeout=_PROBE_S)
        except KafkaException as error:
            raise unavailable(self._kafka, error) from None

    def _wait(self, deadline: float, awaited: "_Awaited") -> None:
        self._producer.poll(_POLL_S)
        if time.monotonic() > deadline:
            raise unavailable(self._kafka, f"{awaited.open} messages were not acknowledged in time")

    def _put(self, record: Record, awaited: "_Awaited", deadline: float) -> None:
        from confluent_kafka import KafkaException

        key, headers = record.key.encode("utf-8"), list(record.headers)
        while True:
            try:
                self._producer.produce(
                    record.topic, record.value, key, headers=headers, on_delivery=awaited.done
                )
                return
            except BufferError:
                self._wait(deadline, awaited)
            except KafkaException as error:
                # One message that is too large is no reason to wait: who sends it may send less.
                if error.args[0].name() == "MSG_SIZE_TOO_LARGE":
                    raise
                raise unavailable(self._kafka, error) from None


class _Awaited:
    """Messages of one call that are not acknowledged yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.open = 0
        self.failure = ""

    def more(self) -> None:
        with self._lock:
            self.open += 1

    def done(self, error: "KafkaError | None", _: "Message") -> None:
        with self._lock:
            self.open -= 1
            self.failure = self.failure or (str(error) if error is not None else "")

    def all_done(self) -> bool:
        with self._lock:
            return self.open == 0
