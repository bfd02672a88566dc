"""The events of a year at the spec's arithmetic (architecture_review.md §1.3).

100 DAGs run once a day, each of five tasks that read two data sets and write one, out
of 2,000. Beside them a stream is checked, services are deployed, some runs fail, and
once a week a registered table is missed, so that there are incidents to explain.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from signal_factory.times import format_time
from signal_factory.wire import Envelope

DAGS, TASKS, TABLES = 100, 5, 2_000
STREAM = "urn:dp:bench:clicks"
_DEPLOYMENTS, _CHECKS, _FAILING = 5, 40, 97
_CAUSES = ("java.lang.OutOfMemoryError: Java heap space", "AccessDenied: s3://lake/t (403)",
           "AnalysisException: cannot resolve 'amount' given input columns")  # fmt: skip


def table(number: int) -> str:
    """One of the 2,000 tables."""
    return f"ds://zone{number % 4}/table_{number % TABLES:05d}"


def job(dag: int, task: int) -> str:
    """One of a DAG's five jobs."""
    return f"job://airflow/dag_{dag:03d}.task_{task}"


def writes(dag: int, task: int) -> str:
    """The table that a task writes."""
    return table(dag * 20 + task * 4)


def beginning(start: datetime, dags: int = DAGS) -> Iterator[Envelope]:
    """Registrations: the last table of each DAG is awaited daily, the stream has a rate to keep."""
    for dag in range(dags):
        promise = {"freshness": {"expected_update_by": "22:00 UTC daily", "grace_period": "30m"}}
        yield _envelope(start, "dataset", {
            "urn": writes(dag, TASKS - 1), "tier": "TIER_2", "owner_team": f"team-{dag % 9}",
            "job": job(dag, TASKS - 1), "feeds": [f"urn:dashboard:bench:d{dag % 50}"], "slo": promise,
        })  # fmt: skip
    rate = {"contract": {"compliance_rate": 0.9, "warning_rate": 0.8}}
    yield _envelope(start, "dataset", {"urn": STREAM, "tier": "TIER_1", "service": "clicks", "slo": rate})


def day(number: int, midnight: datetime, dags: int = DAGS) -> list[Envelope]:
    """Everything that happens on one day, in order of time."""
    found = [
        *_runs(number, midnight, dags),
        *_deployments(number, midnight, dags),
        *_checks(number, midnight),
    ]
    return sorted(found, key=lambda each: each.time)


def _runs(number: int, midnight: datetime, dags: int) -> Iterator[Envelope]:
    for dag in range(dags):
        for task in range(TASKS):
            at = midnight + timedelta(minutes=dag * 10 + task * 7 + 1)
            run_id = f"{midnight:%Y%m%d}-{dag:03d}-{task}"
            if _is_missed(number, dag, task, dags):
                yield _ended(run_id, dag, task, at, _CAUSES[dag % len(_CAUSES)])
                continue
            is_failing = (number * DAGS * TASKS + dag * TASKS + task) % _FAILING == 0
            if is_failing:
                again = at - timedelta(minutes=3)
                yield _ended(f"{run_id}-1", dag, task, again, f"{_CAUSES[task % len(_CAUSES)]} #{number}")
            yield _committed(run_id, dag, task, at, midnight)
            yield _ended(run_id, dag, task, at, "")


def _is_missed(number: int, dag: int, task: int, dags: int) -> bool:
    return number > 14 and number % 7 == 0 and dag == number % dags and task == TASKS - 1


def _ended(run_id: str, dag: int, task: int, at: datetime, why: str) -> Envelope:
    target = dag * 20 + task * 4
    failed: dict[str, Any] = {"failure_reason": why, "exit_code": 1} if why else {"rows_written": 1_000 + dag}
    return _envelope(at, "job_event", {
        "event_type": "JobRunFailed" if why else "JobRunCompleted", "event_time": format_time(at),
        "producer_urn": job(dag, task), "run_id": run_id, "duration_s": 240.0 + dag % 7,
        "dag_run_id": f"scheduled__{at:%Y-%m-%d}__{dag:03d}", "code_ref": f"sha-{dag:03d}",
        "actual_start_time": format_time(at - timedelta(minutes=4)),
        "input_datasets": [table(target - 20 - task), table(target - 21)],
        "output_datasets": [writes(dag, task)], **failed,
    })  # fmt: skip


def _committed(run_id: str, dag: int, task: int, at: datetime, midnight: datetime) -> Envelope:
    return _envelope(at, "write_event", {
        "event_type": "DatasetWriteCommitted", "event_time": format_time(at), "run_id": run_id,
        "dataset_urn": writes(dag, task), "rows_written": 1_000 + dag,
        "output_partitions_written": [f"dt={midnight:%Y-%m-%d}"],
    })  # fmt: skip


def _deployments(number: int, midnight: datetime, dags: int) -> Iterator[Envelope]:
    for turn in range(_DEPLOYMENTS):
        dag = (number * _DEPLOYMENTS + turn) % dags
        at = midnight + timedelta(hours=6, minutes=turn * 11)
        yield _envelope(at, "deployment", {
            "service": job(dag, 2), "version": f"v{number}.{turn}", "deployed_at": format_time(at),
            "jobs": [job(dag, 2)],
        })  # fmt: skip


def _checks(number: int, midnight: datetime) -> Iterator[Envelope]:
    for turn in range(_CHECKS):
        at = midnight + timedelta(minutes=turn * 30 + 3)
        code = f"MISSING_FIELD:field_{number % 300}" if turn == 0 else ""
        gates = [{"gate": "G4_CONTRACT", "result": "FAIL" if code else "PASS"} | (
            {"reason_code": code} if code else {})]  # fmt: skip
        told: dict[str, Any] = {"result": "FAIL" if code else "PASS", "gates": gates}
        yield _envelope(at, "evidence", {
            "evidence_id": f"evd-{midnight:%Y%m%d}T{turn:04d}", "timestamp": format_time(at),
            "dataset_urn": STREAM, "validation": told | ({"reason_codes": [code]} if code else {}),
            "producer": {"id": "clicks", "confidence": "HIGH", "version": f"v{number // 30}"},
        })  # fmt: skip


def _envelope(at: datetime, kind: str, body: dict[str, Any]) -> Envelope:
    return Envelope(time=at, kind=kind, body=body)
