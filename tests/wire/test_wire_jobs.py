"""Job runs and table commits, with the contract's names and the specification's older ones."""

from datetime import UTC, datetime
from typing import Any

import pytest

from signal_factory.errors import InvalidEvent
from signal_factory.wire import JobEvent, Tick, WriteEvent, parse_body

TIME = "2026-01-19T06:00:00Z"
AT = datetime(2026, 1, 19, 6, tzinfo=UTC)


def job(**changes: Any) -> JobEvent:
    body = {
        "event_type": "JobRunStarted",
        "event_time": TIME,
        "producer_urn": "job://orders_enriched_batch",
        "run_id": "2026-01-19T01:00Z_abc",
        **changes,
    }
    found = parse_body("job_event", body)
    assert isinstance(found, JobEvent)
    return found


def write(**changes: Any) -> WriteEvent:
    body = {"event_time": TIME, "dataset_urn": "ds://curated/orders_enriched", "run_id": "r", **changes}
    found = parse_body("write_event", body)
    assert isinstance(found, WriteEvent)
    return found


@pytest.mark.parametrize("kind", ["JobRunStarted", "JobRunCompleted", "JobRunFailed", "Heartbeat"])
def test_every_job_event_of_the_contract_is_read(kind: str):
    found = job(event_type=kind, rows_written="45230", duration_s=12.5, failure_reason="OOM", exit_code=137)
    assert (found.event_type, found.event_time, found.rows_written) == (kind, AT, 45230)
    assert (found.duration_s, found.failure_reason, found.exit_code) == (12.5, "OOM", 137)


def test_only_a_heartbeat_may_go_without_a_run():
    assert job(event_type="Heartbeat", run_id=None).run_id == ""
    with pytest.raises(InvalidEvent, match="run_id"):
        job(run_id=None)


def test_a_start_without_event_time_took_place_at_its_start():
    assert job(event_time=None, actual_start_time=TIME).event_time == AT
    with pytest.raises(InvalidEvent, match="event_time"):
        job(event_type="JobRunCompleted", event_time=None, actual_start_time=TIME)


@pytest.mark.parametrize(("sent", "seconds"), [(90, 90.0), ("90", 90.0), ("1m30s", 90.0), ("90.5", 90.5)])
def test_a_duration_is_in_seconds_under_either_name(sent: Any, seconds: float):
    assert job(duration=sent).duration_s == seconds
    assert job(duration_s=sent).duration_s == seconds


def test_a_negative_count_is_unknown():
    assert job(rows_read=-1).rows_read is None
    assert write(rows_written=-1).rows_written is None


def test_unknown_fields_and_the_resource_summary_are_kept():
    found = job(resource_summary={"executors": 4}, stage_timings=[1, 2])
    assert found.resource_summary == {"executors": 4}
    assert found.model_extra == {"stage_timings": [1, 2]}
    assert job(resource_summary=None).resource_summary == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"event_type": "JobRunPaused"},
        {"event_type": None},
        {"producer_urn": None},
        {"producer_urn": "orders"},
        {"producer_urn": "job://a\n'; DROP TABLE runs"},
        {"duration_s": "long"},
        {"duration_s": -5},
        {"rows_written": "many"},
        {"rows_written": 2**64},
        {"rows_written": float("nan")},
    ],
)
def test_a_job_event_that_says_nothing_usable_is_refused(changes: dict[str, Any]):
    with pytest.raises(InvalidEvent, match=f"job_event: {next(iter(changes))}"):
        job(**changes)


def test_a_commit_names_its_partitions():
    found = write(
        event_type="DatasetWriteCommitted", output_partitions_written=["dt=2026-01-19"], commit_version=42
    )
    assert (found.output_partitions_written, found.commit_version) == (("dt=2026-01-19",), 42)


def test_the_specs_names_of_a_commit_are_read():
    found = write(event_time=None, commit_timestamp=TIME, partition_key="dt=2026-01-19", commit_version="42")
    assert (found.event_time, found.output_partitions_written) == (AT, ("dt=2026-01-19",))
    assert found.commit_version == 42
    assert write(partition_key="dt").output_partitions_written == ()


def test_a_commit_version_may_be_a_name():
    assert write(commit_version="snap-1").commit_version == "snap-1"


@pytest.mark.parametrize(
    "changes", [{"run_id": None}, {"dataset_urn": "orders"}, {"event_type": "Heartbeat"}]
)
def test_a_commit_of_nothing_is_refused(changes: dict[str, Any]):
    with pytest.raises(InvalidEvent, match=f"write_event: {next(iter(changes))}"):
        write(**changes)


def test_a_tick_is_a_tick():
    assert isinstance(parse_body("tick", {}), Tick)
