"""Healthy events: five records of streams to one of batch runs, and what runs say of themselves."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from signal_factory.wire import Envelope

STREAMS, TABLES, RECORDS = 200, 200, 50
"""So many streams; so many batch tables with one run a round, each of ``RECORDS`` records."""

_SLO = {"contract": {"compliance_rate": 0.95}, "dq": {"compliance_rate": 0.95}}


def registrations(at: datetime) -> Iterator[Envelope]:
    """Promises that nothing of the load breaks; a false breach would open an incident."""
    for number in range(STREAMS):
        yield _of(at, "dataset", {"urn": _stream(number), "tier": 1, "slo": _SLO})
    for number in range(TABLES):
        body = {"urn": _table(number), "tier": 1, "slo": _SLO, "job": _job(number)}
        yield _of(at, "dataset", body)


def second(number: int, at: datetime, rate: int) -> Iterator[Envelope]:
    """``rate`` events of one second, spread over it; the same numbers give the same events."""
    for index in range(rate):
        moment = at + timedelta(seconds=index / rate)
        order = number * rate + index
        if index % 6 == 0:
            yield _batch_record(order // 6, moment)
        else:
            yield _stream_record(order, moment)


def _stream_record(order: int, at: datetime) -> Envelope:
    validation = {"result": "PASS"} if order % 199 else _failed()
    body: dict[str, Any] = {
        "evidence_id": f"evd-burst{order:012d}s", "timestamp": at.isoformat(),
        "dataset_urn": _stream(order % STREAMS), "validation": validation,
        "source": {"topic": f"burst.{order % STREAMS}", "partition": 0, "offset": order},
    }  # fmt: skip
    return _of(at, "evidence", body)


def _batch_record(order: int, at: datetime) -> Envelope:
    """Runs follow one another: a start, records, and an end."""
    run, place = divmod(order, RECORDS + 2)
    table = run % TABLES
    run_id = f"run-burst-{run}"
    if place in (0, RECORDS + 1):
        kind = "JobRunStarted" if place == 0 else "JobRunCompleted"
        told = {
            "event_type": kind,
            "event_time": at.isoformat(),
            "producer_urn": _job(table),
            "run_id": run_id,
        }
        return _of(at, "job_event", {**told, "output_datasets": [_table(table)]})
    body: dict[str, Any] = {
        "evidence_id": f"evd-burst{order:012d}b", "timestamp": at.isoformat(), "dataset_urn": _table(table),
        "producer": {"id": _job(table), "run_id": run_id}, "validation": {"result": "PASS"},
    }  # fmt: skip
    return _of(at, "evidence", body)


def _failed() -> dict[str, Any]:
    return {"result": "FAIL", "failed_gates": ["CONTRACT"], "reason_codes": ["NULL_VALUE:customer_id"]}


def _of(at: datetime, kind: str, body: dict[str, Any]) -> Envelope:
    return Envelope(time=at, kind=kind, body=body)


def _stream(number: int) -> str:
    return f"urn:dp:burst:stream_{number:03d}"


def _table(number: int) -> str:
    return f"ds://burst/table_{number:03d}"


def _job(number: int) -> str:
    return f"job://burst/load_{number:03d}"
