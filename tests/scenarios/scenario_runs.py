"""Batch jobs and their nights, told as job and write events or as OpenLineage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from tests.scenarios import scenario_openlineage as openlineage
from tests.scenarios.scenario import Json, Scenario, day_before, rfc3339
from tests.scenarios.scenario_streams import gate_evidence

Outcome = Literal["complete", "fail", "silent", "absent"]
BATCH_GATES = ("G3_SCHEMA", "G4_CONTRACT", "G5_PII")


@dataclass(frozen=True)
class Batch:
    """A job that writes one table each night, and how it usually does that.

    ``start`` is the scheduled local time, ``minutes`` the usual duration, ``lag_days``
    how many days before the run's local date the written partition lies.
    """

    job: str
    writes: str
    reads: tuple[str, ...] = ()
    start: str = "01:00"
    minutes: float = 35
    rows: int = 100_000
    lag_days: int = 0
    dag: str = ""
    gates: tuple[str, ...] = ()
    heartbeat_minutes: float = 0
    code_ref: str = "sha-4f1c2aa"


@dataclass(frozen=True)
class Night:
    """What one night's run does; None and defaults mean as usual.

    ``silent`` starts and is never heard of again after ``minutes``; ``absent`` never starts.
    ``found`` are the ``dataQualityMetrics`` of inputs, by URN; only OpenLineage tells them.
    """

    outcome: Outcome = "complete"
    start: str | None = None
    minutes: float | None = None
    rows: int | None = None
    partition: str | None = None
    reason: str = ""
    stack_trace: str = ""
    commits: bool = True
    gates: tuple[str, ...] | None = None
    gate_results: Mapping[str, str] = field(default_factory=dict[str, str])
    run_id: str | None = None
    code_ref: str | None = None
    inputs: tuple[str, ...] | None = None
    summary: Json | None = None
    schema: Sequence[tuple[str, str]] = ()
    found: Mapping[str, Json] = field(default_factory=dict[str, Json])


USUAL = Night()


@dataclass(frozen=True)
class Run:
    """One run as it is told: everything settled."""

    batch: Batch
    night: Night
    day: str
    run_id: str
    scheduled: datetime
    started: datetime
    ended: datetime
    partition: str

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.batch.reads if self.night.inputs is None else self.night.inputs

    @property
    def rows(self) -> int:
        return self.batch.rows if self.night.rows is None else self.night.rows

    @property
    def code_ref(self) -> str:
        return self.night.code_ref or self.batch.code_ref

    @property
    def dag_run_id(self) -> str:
        return f"scheduled__{rfc3339(self.scheduled)}" if self.batch.dag else ""


def run(scenario: Scenario, batch: Batch, day: str, night: Night = USUAL) -> str:
    """One night of one job. Returns its run id, "" when it never started."""
    if night.outcome == "absent":
        return ""
    told = _settle(scenario, batch, day, night)
    _tell_start(scenario, told)
    _tell_heartbeats(scenario, told)
    if night.outcome == "fail":
        _tell_failure(scenario, told)
    if night.outcome == "complete":
        _tell_gates(scenario, told)
        _tell_completion(scenario, told)
    return told.run_id


def nights(scenario: Scenario, batches: Sequence[Batch], over: Sequence[str], usual: Night = USUAL) -> None:
    """Healthy nights: every batch on every day, with durations and row counts that vary a little."""
    for number, day in enumerate(over):
        for batch in batches:
            wobble = (number * 7 + len(batch.job)) % 5 - 2
            minutes, rows = batch.minutes * (1 + wobble / 50), round(batch.rows * (1 + wobble / 100))
            run(scenario, batch, day, replace(usual, minutes=minutes, rows=rows))


def night(
    scenario: Scenario, batches: Sequence[Batch], day: str, unlike: Mapping[str, Night] | None = None
) -> dict[str, str]:
    """One night of a fleet; ``unlike`` says by job URN what goes differently. Returns run ids by job."""
    return {batch.job: run(scenario, batch, day, (unlike or {}).get(batch.job, USUAL)) for batch in batches}


def deliver(scenario: Scenario, when: datetime, urn: str, partition: str, rows: int = 50_000) -> str:
    """A table that somebody outside writes: a commit without a job. Returns the run id."""
    run_id = f"delivery-{urn.rpartition('/')[2]}-{partition}-{when:%d%H%M}"
    _commit(scenario, when, urn, run_id, partition, rows)
    return run_id


def _settle(scenario: Scenario, batch: Batch, day: str, night: Night) -> Run:
    scheduled = scenario.at(day, batch.start)
    started = scenario.at(day, night.start) if night.start else scheduled
    minutes = batch.minutes if night.minutes is None else night.minutes
    local_date = started.astimezone(scenario.zone).date().isoformat()
    name = batch.job.rpartition("/")[2].replace(".", "-")
    return Run(
        batch=batch,
        night=night,
        day=day,
        run_id=night.run_id or f"{name}-{started:%Y%m%dT%H%M}",
        scheduled=scheduled,
        started=started,
        ended=started + timedelta(minutes=minutes),
        partition=night.partition or day_before(local_date, batch.lag_days),
    )


def _tell_start(scenario: Scenario, told: Run) -> None:
    if scenario.form == "openlineage":
        scenario.emit(told.started, "openlineage", openlineage.start(told))
        return
    body = _job_event("JobRunStarted", told.started, told) | {
        "scheduled_time": rfc3339(told.scheduled),
        "actual_start_time": rfc3339(told.started),
    }
    scenario.emit(told.started, "job_event", body)


def _tell_heartbeats(scenario: Scenario, told: Run) -> None:
    every = told.batch.heartbeat_minutes
    if not every:
        return
    moment = told.started + timedelta(minutes=every)
    while moment < told.ended:
        if scenario.form == "openlineage":
            scenario.emit(moment, "openlineage", openlineage.running(told, moment))
        else:
            scenario.emit(moment, "job_event", _job_event("Heartbeat", moment, told))
        moment += timedelta(minutes=every)


def _tell_failure(scenario: Scenario, told: Run) -> None:
    if scenario.form == "openlineage":
        scenario.emit(told.ended, "openlineage", openlineage.fail(told))
        return
    body = _job_event("JobRunFailed", told.ended, told) | {
        "failure_reason": told.night.reason, "exit_code": 1, "duration_s": _seconds(told),
    }  # fmt: skip
    if told.night.stack_trace:
        body["stack_trace"] = told.night.stack_trace
    scenario.emit(told.ended, "job_event", body)


def _tell_gates(scenario: Scenario, told: Run) -> None:
    gates = told.batch.gates if told.night.gates is None else told.night.gates
    for number, gate in enumerate(gates):
        reason = told.night.gate_results.get(gate)
        moment = told.ended - timedelta(seconds=30 - number)
        gate_evidence(
            scenario, moment, told.batch.writes, told.batch.job, told.run_id, gate,
            "FAIL" if reason else "PASS", reason,
        )  # fmt: skip


def _tell_completion(scenario: Scenario, told: Run) -> None:
    if scenario.form == "openlineage":
        scenario.emit(told.ended, "openlineage", openlineage.complete(told))
        return
    if told.night.commits:
        _commit(scenario, told.ended, told.batch.writes, told.run_id, told.partition, told.rows)
    body = _job_event("JobRunCompleted", told.ended, told) | {
        "duration_s": _seconds(told), "rows_written": told.rows, "exit_code": 0,
    }  # fmt: skip
    scenario.emit(told.ended + timedelta(seconds=5), "job_event", body)


def _job_event(event_type: str, moment: datetime, told: Run) -> Json:
    body: Json = {
        "event_type": event_type,
        "event_time": rfc3339(moment),
        "producer_urn": told.batch.job,
        "run_id": told.run_id,
        "code_ref": told.code_ref,
        "input_datasets": list(told.inputs),
        "output_datasets": [told.batch.writes],
    }
    return body | ({"dag_run_id": told.dag_run_id} if told.dag_run_id else {})


def _commit(scenario: Scenario, when: datetime, urn: str, run_id: str, partition: str, rows: int) -> None:
    scenario.emit(when, "write_event", {
        "event_type": "DatasetWriteCommitted", "event_time": rfc3339(when), "dataset_urn": urn,
        "run_id": run_id, "output_partitions_written": [f"dt={partition}"],
        "rows_written": rows, "bytes_written": rows * 120, "files_added": 8,
    })  # fmt: skip


def _seconds(told: Run) -> float:
    return round((told.ended - told.started).total_seconds(), 3)
