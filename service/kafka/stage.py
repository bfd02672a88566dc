"""The first stage as a Quix Streams application: data sets' engines behind a consumer group."""

import base64
import logging
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..workers.host import Held, answered
from ..workers.messages import read_question
from .asker import packed, unpacked
from .settings import ANSWERS, LARGEST, QUESTIONS, Kafka

if TYPE_CHECKING:
    from quixstreams import State

_LOG = logging.getLogger("signal_factory.service.workers")
_COMMIT_S = 0.05
_PAUSE_S = 1.0
_KEPT, _BEFORE = "kept", "before"


def run_stage(kafka: Kafka, state_dir: Path) -> None:
    """Answer until SIGINT or SIGTERM. Only in the main thread.

    State lives in RocksDB under ``state_dir`` with a changelog topic; state, answers and
    offsets are committed in one transaction, so that a worker that is killed leaves no
    half of a question. The library gives up when the cluster fails; it is begun again.
    """
    told = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        told.set()

    while not told.is_set():
        # The library listens while it runs, and for itself only.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        try:
            _application(kafka, state_dir, told).run()
        except Exception as error:  # noqa: BLE001 - it has many ways to say that the cluster failed
            _LOG.error("answering is held up: %s", type(error).__name__)
            told.wait(_PAUSE_S)


def _connection(kafka: Kafka) -> Any:
    """How the library's own clients, which make topics, get in."""
    from quixstreams.kafka import configuration

    untyped: Any = configuration.ConnectionConfig
    told = {"bootstrap.servers": kafka.servers, **kafka.client}
    return untyped.from_librdkafka_dict(told, ignore_extras=True)


def _application(kafka: Kafka, state_dir: Path, told: threading.Event) -> Any:
    from quixstreams import Application

    class Stage(Application):
        """Tells us when it is told to stop."""

        def stop(self, fail: bool = False) -> None:
            if not fail:
                told.set()
            super().stop(fail)

    producing = {name: value for name, value in kafka.producing().items() if name != "bootstrap.servers"}
    producing.pop("enable.idempotence")
    producing.pop("acks")
    application = Stage(
        broker_address=_connection(kafka),
        consumer_group=kafka.group("engines"),
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=_COMMIT_S,
        consumer_poll_timeout=_COMMIT_S,
        state_dir=state_dir,
        loglevel="WARNING",
        auto_create_topics=True,
        consumer_extra_config={
            **kafka.client,
            "session.timeout.ms": int(kafka.session_s * 1000),
            "fetch.message.max.bytes": LARGEST,
        },
        producer_extra_config=producing,
    )
    questions = application.topic(kafka.topic(QUESTIONS), key_deserializer="str", value_deserializer="bytes")
    answers = application.topic(kafka.topic(ANSWERS), key_serializer="str", value_serializer="bytes")
    # The library's types leave out what a state holds and what a run gives back.
    stream: Any = application.dataframe(questions)
    stream.apply(_answer, stateful=True).to_topic(answers)
    return application


def _answer(value: Any, state: "State[str, str]") -> bytes:
    question = read_question(unpacked(value))
    kept, before = state.get(_KEPT) or "", state.get(_BEFORE) or ""
    held = Held(_unfolded(kept), _unfolded(before))
    answer, after = answered(question, held)
    if after.before != held.before:
        state.set(_BEFORE, kept if after.before == held.kept else _folded(after.before))
    if after.kept != held.kept:
        state.set(_KEPT, _folded(after.kept))
    return packed(answer)


def _folded(text: str) -> str:
    return base64.b64encode(packed(text)).decode("ascii") if text else ""


def _unfolded(folded: str) -> str:
    return unpacked(base64.b64decode(folded)) if folded else ""
