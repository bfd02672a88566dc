"""Whoever waits for a server that is silent waits for a bounded time, and the next one for less."""

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from chaosworld import state_url

from servers import registry, running
from servers.for_pytest import needed
from service.eventlog import EventLog
from service.gate import Gate
from service.kafka.producer import KafkaSender, Record
from service.kafka.settings import Kafka
from service.state import postgres
from signal_factory.errors import BackendUnavailable

pytestmark = pytest.mark.timeout(180)


def test_a_question_waits_for_its_turn_so_long_and_no_longer() -> None:
    gate, is_held, may_end = Gate(0.2), threading.Event(), threading.Event()

    def write() -> None:
        with gate.writing():
            is_held.set()
            may_end.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    is_held.wait(30)
    with pytest.raises(BackendUnavailable, match="graph or the state store"), gate.reading():
        pass
    may_end.set()
    writer.join()
    with gate.reading():
        pass
    with gate.writing():
        pass


def _seconds(log: EventLog) -> float:
    began = time.monotonic()
    with pytest.raises(BackendUnavailable, match="state store"):
        log.load_state()
    return time.monotonic() - began


def test_postgres_that_is_silent_is_waited_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed(lambda: registry.require("postgres"))
    monkeypatch.setattr(postgres, "_ANSWER_S", 12.0)
    with running("postgres") as server, closing(EventLog(tmp_path, state_url=state_url(server))) as log:
        server.pause()
        first, second = _seconds(log), _seconds(log)
        assert first >= 12.0
        assert second < 8.0
        server.resume()
        server.wait()
        assert log.load_state().offset == 0


def test_brokers_that_did_not_take_a_message_are_asked_first_the_next_time() -> None:
    sender = KafkaSender(Kafka("127.0.0.1:1"))
    for most_s in (4.0, 3.5):
        began = time.monotonic()
        with pytest.raises(BackendUnavailable, match=r"127\.0\.0\.1:1 cannot be used"):
            sender.send([Record("t", "k", b"v")], 2.0 if most_s == 4.0 else 30.0)
        assert time.monotonic() - began < most_s + 4.0
