"""A burst far beyond what the leader manages, and a table that falls silent meanwhile.

``SF_BURST_EVENTS=60000 pytest -s`` on this file prints how long a greater one takes.
"""

import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fleetprocess import eventually, process
from kafkaworld import fresh_kafka
from watchworld import Told, on_the_bus

from service.entries import prepare
from service.eventlog import EventLog
from service.kafka.producer import KafkaSender
from service.kafka.publishing import event_records
from service.kafka.settings import Kafka
from signal_factory.errors import BackendUnavailable
from signal_factory.wire import Envelope

DUE = datetime(2026, 3, 3, 9, tzinfo=UTC)
BEGINS = DUE - timedelta(seconds=12)
TABLES, SECONDS = 20, 10
EVENTS = int(os.environ.get("SF_BURST_EVENTS", "30000"))
SILENT = "ds://burst/silent"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def _table(number: int) -> str:
    return f"ds://burst/table_{number}"


def _commit(urn: str, at: datetime) -> Envelope:
    body = {"event_type": "DatasetWriteCommitted", "event_time": at.isoformat(), "dataset_urn": urn,
            "run_id": f"{urn}@{at:%d}", "rows_written": 1_000}  # fmt: skip
    return Envelope(time=at, kind="write_event", body=body)


def _history() -> Iterator[Envelope]:
    """Promises, and what was written the day before."""
    freshness = {"expected_update_by": f"{DUE:%H:%M} UTC daily", "grace_period": "0m"}
    for urn in (SILENT, *map(_table, range(TABLES))):
        body = {"urn": urn, "tier": 1, "slo": {"freshness": freshness}}
        yield Envelope(time=DUE - timedelta(days=1, minutes=10), kind="dataset", body=body)
        yield _commit(urn, DUE - timedelta(days=1, minutes=5))


def _burst() -> Iterator[Envelope]:
    """Verdicts on the records of batch runs; tables commit at its end, before they are due."""
    for order in range(EVENTS):
        at = BEGINS + timedelta(seconds=SECONDS * order / EVENTS)
        body = {
            "evidence_id": f"evd-b{order:07d}", "timestamp": at.isoformat(),
            "dataset_urn": _table(order % TABLES), "producer": {"run_id": f"run-{order % TABLES}"},
            "validation": {"result": "PASS"}, "source": {"source_record_id": str(order)},
        }  # fmt: skip
        yield Envelope(time=at, kind="evidence", body=body)
    for number in range(TABLES):
        yield _commit(_table(number), BEGINS + timedelta(seconds=SECONDS))


def _send(kafka: Kafka, events: Sequence[Envelope]) -> None:
    sender = KafkaSender(kafka)
    sender.send(event_records(kafka, [prepare(each) for each in events]))
    sender.close()


@contextmanager
def _workers(kafka: Kafka, data_dir: Path, **settings: str) -> Generator[None]:
    made = {
        "SF_DATA_DIR": str(data_dir), "SF_KAFKA_SERVERS": kafka.servers, "SF_KAFKA_PREFIX": kafka.prefix,
        "SF_KAFKA_SESSION_S": "6", **settings,
    }  # fmt: skip
    with ExitStack() as stack:
        for name in ("one", "other"):
            stack.enter_context(process(["worker", "--name", name], made))
        yield


def _applied(data_dir: Path) -> int:
    try:
        log = EventLog(data_dir, read_only=True)
    except BackendUnavailable:
        return 0
    try:
        return log.mark()[0]
    finally:
        log.close()


def _breaches(kafka: Kafka, *, early: bool) -> list[Told]:
    told = [each for each in on_the_bus(kafka) if each.document["signal_type"] == "FRESHNESS_BREACH"]
    return [each for each in told if bool(each.early) == early]


def test_a_burst_does_not_hold_up_the_news_of_a_silent_table_nor_invent_any(tmp_path: Path) -> None:
    kafka, history, burst = fresh_kafka(partitions=4), list(_history()), list(_burst())
    with _workers(kafka, tmp_path, SF_RANGE_EVENTS="100"):
        _send(kafka, history)
        eventually(lambda: _applied(tmp_path) >= len(history))
        began = time.monotonic()
        _send(kafka, burst)
        eventually(lambda: _breaches(kafka, early=True))
        told_s, behind = time.monotonic() - began, len(history) + len(burst) - _applied(tmp_path)
        eventually(lambda: _breaches(kafka, early=False), patience_s=300.0)
        kept_s = time.monotonic() - began
    print(
        f"of {len(burst):,} events {behind:,} waited when the breach was told after {told_s:.1f} s; kept after {kept_s:.1f} s"
    )
    assert behind > EVENTS // 10, f"told after {told_s:.1f} s, when only {behind} events were left"
    assert told_s < kept_s
    early, kept = _breaches(kafka, early=True), _breaches(kafka, early=False)
    told = early[0].document
    assert all(each.document == told for each in (*early, *kept)), (
        "delivery is at least once, with one content"
    )
    assert told["dataset_urn"] == SILENT
    assert told["state"] == "CRITICAL"
