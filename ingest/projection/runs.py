"""Runs of jobs: what they are part of, read and wrote, how they ended, and what they committed."""

from graph.facts import Committed, RunSeen
from graph.model import NodeRef
from signal_factory.times import format_time

from .mutations import Mutations

_TERMINAL = frozenset({"COMPLETE", "FAIL", "ABORT"})


def ran(fact: RunSeen, out: Mutations) -> None:
    """What one event tells of a run; of its job only, where no run is named."""
    job = out.node(
        "Job", fact.job, fact.at, code_ref=fact.code_ref, deploy_ref=fact.deploy_ref, dag_id=fact.dag,
        name=fact.job.rpartition("/")[2],
    )  # fmt: skip
    if not fact.run_id:
        return
    run = _run(fact, out)
    out.edge("EXECUTED", job, run, fact.at)
    _touched(fact, job, run, out)
    _orchestrated(fact, run, out)
    if fact.error:
        _errored(fact, job, run, out)


def _run(fact: RunSeen, out: Mutations) -> NodeRef:
    began = fact.started_at or (fact.at if fact.state == "START" else None)
    return out.node(
        "JobRun", fact.run_id, fact.at, job=fact.job, run_type=fact.run_type, dag_id=fact.dag,
        status="RUNNING" if fact.state == "HEARTBEAT" else fact.state or "OTHER",
        started_at=format_time(began) if began else None,
        ended_at=format_time(fact.at) if fact.state in _TERMINAL else None,
        scheduled_at=format_time(fact.scheduled_at) if fact.scheduled_at else None,
        last_heartbeat_at=format_time(fact.at) if fact.state in ("HEARTBEAT", "RUNNING") else None,
        code_ref=fact.code_ref, deploy_ref=fact.deploy_ref, dag_run_id=fact.dag_run_id,
        parent_run_id=fact.parent_run_id, rows_read=fact.rows_read, rows_written=fact.rows_written,
        duration_s=fact.duration_s, failure_signature=fact.error, retry_count=fact.retries,
    )  # fmt: skip


def _touched(fact: RunSeen, job: NodeRef, run: NodeRef, out: Mutations) -> None:
    """What it read and wrote, for the run and for its job."""
    for urn in fact.inputs:
        source = out.node("Dataset", urn, fact.at)
        out.edge("READ_FROM", run, source, fact.at)
        out.edge("READ_FROM", job, source, fact.at)
    for urn in fact.outputs:
        target = out.node("Dataset", urn, fact.at)
        out.edge("WROTE_TO", run, target, fact.at, role="declared")
        out.edge("WROTE_TO", job, target, fact.at)


def _orchestrated(fact: RunSeen, run: NodeRef, out: Mutations) -> None:
    if fact.dag_run_id:
        key = f"{fact.dag}/{fact.dag_run_id}" if fact.dag else fact.dag_run_id
        dag_run = out.node("DAGRun", key, fact.at, dag_id=fact.dag)
        out.edge("EXECUTED", dag_run, run, fact.at)
        if fact.dag:
            out.edge("EXECUTED", out.node("Job", fact.dag, fact.at), dag_run, fact.at)
    if fact.parent_run_id and fact.parent_run_id != fact.run_id:
        out.edge("EXECUTED", out.node("JobRun", fact.parent_run_id, fact.at), run, fact.at)


def _errored(fact: RunSeen, job: NodeRef, run: NodeRef, out: Mutations) -> None:
    failure = out.failure(
        fact.error, fact.job, fact.at, job=fact.job, first_evidence=fact.run_id, evidence=(fact.run_id,)
    )
    out.edge("ENCOUNTERED", run, failure, fact.at, first_evidence=fact.run_id)
    out.edge("AFFECTS", failure, job, fact.at)


def committed(fact: Committed, out: Mutations) -> None:
    """New data in a table, and the run that wrote it."""
    moment = format_time(fact.at)
    version = fact.version[:100]
    dataset = out.node(
        "Dataset", fact.dataset, fact.at, last_commit_at=moment, watermark=_watermark_time(fact),
        last_commit_version=version,
    )  # fmt: skip
    run = out.run(fact.run_id, fact.job, fact.at)
    if run is not None:
        out.edge(
            "WROTE_TO", run, dataset, fact.at, role="committed" if fact.strength else "completed",
            commit_at=moment, timestamp=moment, rows=fact.rows, bytes=fact.size, count=fact.strength,
            partitions=fact.partitions, commit_version=version,
            source=(fact.watermark,) if fact.watermark else (),
        )  # fmt: skip


def _watermark_time(fact: Committed) -> str | None:
    if not fact.watermark:
        return None
    day, _, time = fact.watermark.partition("T")
    minute = f"{time or '00'}:00"[: len("00:00")]
    return f"{day}T{minute}:00.000Z"
