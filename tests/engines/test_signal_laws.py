"""Costs and anomalies through the whole machine: order, doubles and replays leave no trace."""

import json
import random
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.replay import replay_lines

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
TABLE = "ds://gold/orders"


def _job(day: int, kind: str, at: datetime, **more: Any) -> dict[str, Any]:
    body = {
        "event_type": kind, "event_time": at.isoformat(), "producer_urn": "job://spark/orders",
        "run_id": f"r{day}", "output_datasets": [TABLE], **more,
    }  # fmt: skip
    return {"time": at.isoformat(), "kind": "job_event", "body": body}


def _checked(day: int, at: datetime, nulls: int) -> dict[str, Any]:
    facet = {"rowCount": 1_000, "columnMetrics": {"email": {"nullCount": nulls}}}
    body = {
        "eventType": "COMPLETE", "eventTime": at.isoformat(), "run": {"runId": f"q{day}"},
        "job": {"namespace": "dbt", "name": "checks"},
        "inputs": [{"namespace": "ds", "name": "gold/orders", "facets": {"dataQualityMetrics": facet}}],
        "outputs": [],
    }  # fmt: skip
    return {"time": at.isoformat(), "kind": "openlineage", "body": body}


@cache
def _lines() -> tuple[str, ...]:
    """Ten usual days, and one that takes three hours and leaves a third of the addresses out."""
    told: list[dict[str, Any]] = []
    for day in range(11):
        began, minutes = START + timedelta(days=day), 180 if day == 10 else 20 + day % 2
        ended = began + timedelta(minutes=minutes)
        used = {"executor_cpu_s": 100 * minutes}
        told.append(_job(day, "JobRunStarted", began))
        told.append(_job(day, "JobRunCompleted", ended, resource_summary=used, rows_written=1_000))
        told.append(_checked(day, ended + timedelta(minutes=1), 333 if day == 10 else 10))
    return tuple(json.dumps(each) for each in told)


def _said(lines: tuple[str, ...] | list[str]) -> dict[str, Any]:
    document = json.loads(json.dumps(replay_lines(lines)))
    for name in ("seconds", "duplicates"):
        document["stats"].pop(name)
    return document


def test_a_slow_run_and_its_data_are_told_and_open_no_incident():
    document = _said(_lines())
    told = {each["signal_type"] for each in document["signals"] if each["state"] == "WARNING"}
    assert told >= {"COST_ANOMALY", "ANOMALY"}
    assert document["incidents"] == []
    assert {each["status"] for each in document["datasets"].values()} <= {"OK", "UNKNOWN"}


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_shuffled_and_doubled_lines_give_the_same_document(seed: int):
    chance = random.Random(seed)
    lines = [*_lines(), *chance.sample(_lines(), 10)]
    chance.shuffle(lines)
    assert _said(lines) == _said(_lines())
