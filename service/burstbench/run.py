"""Sending the burst, watching workers catch up, and counting what came of it."""

import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from signal_factory.errors import BackendUnavailable
from signal_factory.wire import Envelope

from ..entries import prepare
from ..eventlog import EventLog
from ..kafka.producer import KafkaSender
from ..kafka.publishing import event_records
from ..kafka.settings import Kafka
from ..kafka.topics import make_topics
from .load import registrations, second

_PATIENCE_S = 1_800.0
_EPISODE = "episode/"


@dataclass(frozen=True, slots=True)
class Moment:
    """How it stood ``at_s`` seconds after the start: events sent, in the log, and applied."""

    at_s: float
    sent: int
    logged: int
    applied: int


@dataclass(frozen=True, slots=True)
class Burst:
    """What came of it. ``breaches`` are promises that the engines found broken, of which none is."""

    sent: int
    logged: int
    applied: int
    breaches: int
    caught_up_s: float
    most_behind: int
    curve: tuple[Moment, ...]


@contextmanager
def workers(kafka: Kafka, data_dir: Path, count: int) -> Generator[None]:
    """So many ``sf worker`` processes that share a data directory."""
    made = os.environ | {
        "SF_KAFKA_SERVERS": kafka.servers, "SF_KAFKA_PREFIX": kafka.prefix, "SF_DATA_DIR": str(data_dir),
    }  # fmt: skip
    with ExitStack() as stack:
        for number in range(count):
            command = [sys.executable, "-m", "service.cli", "worker", "--name", f"burst-{number}"]
            process = subprocess.Popen(command, env=made)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        yield


def burst(kafka: Kafka, data_dir: Path, *, minutes: float, rate: int) -> Burst:
    """Send ``rate`` events a second for so long, then wait until all of them are applied.

    Raises:
        BackendUnavailable: Kafka fails, or the workers do not catch up within half an hour.
    """
    make_topics(kafka, partitions=8, replicas=1)
    sender, began = KafkaSender(kafka), time.monotonic()
    sent = _send(sender, kafka, list(registrations(datetime.now(UTC))))
    curve: list[Moment] = []
    for number in range(int(minutes * 60)):
        due = began + number
        time.sleep(max(0.0, due - time.monotonic()))
        sent += _send(sender, kafka, list(second(number, datetime.now(UTC), rate)))
        if number % 15 == 0:
            curve.append(_moment(data_dir, began, sent))
    ended = time.monotonic()
    while not curve or curve[-1].applied < sent:
        if time.monotonic() - ended > _PATIENCE_S:
            raise BackendUnavailable(f"only {curve[-1].applied} of {sent} events were applied in time")
        time.sleep(0.5)
        curve.append(_moment(data_dir, began, sent))
    sender.close()
    last = curve[-1]
    return Burst(
        sent=sent, logged=last.logged, applied=last.applied, breaches=_breaches(data_dir),
        caught_up_s=last.at_s - (ended - began), most_behind=max(each.sent - each.applied for each in curve),
        curve=tuple(curve),
    )  # fmt: skip


def _send(sender: KafkaSender, kafka: Kafka, events: Sequence[Envelope]) -> int:
    sender.send(event_records(kafka, [prepare(each) for each in events]))
    return len(events)


def _moment(data_dir: Path, began: float, sent: int) -> Moment:
    with _log(data_dir) as log:
        logged, applied = (log.last_seq, log.mark()[0]) if log is not None else (0, 0)
    return Moment(round(time.monotonic() - began, 1), sent, logged, applied)


def _breaches(data_dir: Path) -> int:
    with _log(data_dir) as log:
        rows: Mapping[str, str] = log.load_state().rows if log is not None else {}
    return sum(key.startswith(_EPISODE) for key in rows)


@contextmanager
def _log(data_dir: Path) -> Generator[EventLog | None]:
    """The workers' log, None before the first of them has made it."""
    try:
        log = EventLog(data_dir, read_only=True)
    except BackendUnavailable:
        yield None
        return
    try:
        yield log
    finally:
        log.close()
