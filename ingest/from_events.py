"""Facts of our own kinds of event: evidence, deployments, job and write events, registrations."""

from collections.abc import Iterator
from datetime import datetime

from graph.facts import Committed, Fact, Fed, RunSeen, Served, Shipped, Validated
from graph.signatures import signature_of
from signal_factory.ids import content_hash, derived_id
from signal_factory.wire import DatasetRegistration, Deployment, Evidence, JobEvent, MappingRule, WriteEvent

from .identity import Identity
from .measurements import resources
from .watermarks import watermark_of

_STATES = {
    "JobRunStarted": "START",
    "JobRunCompleted": "COMPLETE",
    "JobRunFailed": "FAIL",
    "Heartbeat": "HEARTBEAT",
}


def from_evidence(body: Evidence, received: datetime, identity: Identity) -> Iterator[Fact]:
    """A validation attempt, and the lineage it tells of."""
    at = body.timestamp or received
    dataset = identity.name(body.dataset_urn)
    ref = body.evidence_id or derived_id("evd", at, content_hash(body.model_dump(mode="json")))
    run_id = body.run_id or ""
    upstreams = tuple(dict.fromkeys(identity.name(each) for each in body.upstreams))
    job = body.lineage.job_urn or ""
    yield Validated(
        at=at, ref=ref if body.evidence_id else (run_id or dataset), dataset=dataset,
        result=body.validation.result, signatures=tuple(dict.fromkeys(map(signature_of, body.reasons))),
        producer=_producer(body), version=body.producer.version or "" if _producer(body) else "",
        run_id=run_id, job=job, dag_run_id=body.lineage.dag_run_id or "",
        gates=tuple((gate.gate, gate.result) for gate in body.validation.gates),
        is_sample=body.is_record_sample, upstreams=upstreams, trace_id=body.otel.trace_id or "",
        quarantine=body.quarantine_table or "", held=body.certified_view_status == "HELD_AT_PREVIOUS",
        compliance_rate=_rate(body),
    )  # fmt: skip
    for source in upstreams:
        if source != dataset:
            yield Fed(at, ref if body.evidence_id else dataset, source, dataset, job)


def _producer(body: Evidence) -> str:
    """Who sent the record, "" where the enforcer could not tell (spec §1.2, scenario B)."""
    told = body.producer
    return "" if told.confidence == "NONE" or (told.id or "").upper() == "UNKNOWN" else told.id or ""


def _rate(body: Evidence) -> float | None:
    for gate in body.validation.gates:
        rate = gate.details.get("compliance_rate")
        if isinstance(rate, int | float) and not isinstance(rate, bool) and 0 <= rate <= 1:
            return float(rate)
    return None


def from_deployment(body: Deployment, identity: Identity, raw_type: str) -> Iterator[Fact]:
    """A change that went live."""
    yield Shipped(
        at=body.deployed_at, ref=body.key, service=body.service, version=body.version,
        source="cdevents" if raw_type else "event", previous_version=body.previous_version or "",
        environment=body.environment or "", commit_sha=body.commit_sha or "",
        deploy_ref=body.deploy_ref or "", pull_request=body.pull_request or "",
        deployed_by=body.deployed_by or "", change_summary=(body.change_summary or "")[:500],
        jobs=tuple(body.jobs), datasets=tuple(identity.name(each) for each in body.datasets),
    )  # fmt: skip


def from_job_event(body: JobEvent, identity: Identity) -> Iterator[Fact]:
    """A sign of a run, and what it reads and writes."""
    job = body.producer_urn
    inputs = tuple(dict.fromkeys(identity.name(each) for each in body.input_datasets))
    outputs = tuple(dict.fromkeys(identity.name(each) for each in body.output_datasets))
    error = signature_of(_error_text(body)) if body.event_type == "JobRunFailed" else ""
    ref = body.run_id or job
    yield RunSeen(
        at=body.event_time, ref=ref, run_id=body.run_id, job=job, state=_STATES[body.event_type],
        run_type="spark" if body.spark_app_id else "job",
        started_at=body.actual_start_time, scheduled_at=body.scheduled_time, duration_s=body.duration_s,
        code_ref=body.code_ref or "", deploy_ref=body.deploy_ref or "",
        dag_run_id=body.dag_run_id or "", inputs=inputs, outputs=outputs, rows_read=body.rows_read,
        rows_written=body.rows_written, error=error, retries=body.retry_count or 0,
        resources=resources(body.resource_summary),
    )  # fmt: skip
    yield from _version_of_code(body, job)
    if body.event_type == "JobRunCompleted":
        for dataset in outputs:
            rows = body.rows_written if len(outputs) == 1 else None
            yield Committed(body.event_time, ref, dataset, body.run_id, job, rows=rows, strength=0)
    for source in inputs:
        for target in outputs:
            if source != target:
                yield Fed(body.event_time, ref, source, target, job)


def _error_text(body: JobEvent) -> str:
    return "\n".join(text for text in (body.failure_reason, body.stack_trace) if text) or "UNKNOWN:no_reason"


def _version_of_code(body: JobEvent, job: str) -> Iterator[Fact]:
    began = body.actual_start_time or body.event_time
    version = body.deploy_ref or body.code_ref
    if version:
        yield Shipped(
            began, f"{job}:{version}", job, version, "run",
            commit_sha=body.code_ref or "", deploy_ref=body.deploy_ref or "", jobs=(job,),
        )  # fmt: skip


def from_write_event(body: WriteEvent, identity: Identity) -> Iterator[Fact]:
    """A table's own commit."""
    partitions = body.output_partitions_written
    yield Committed(
        at=body.event_time, ref=body.run_id, dataset=identity.name(body.dataset_urn), run_id=body.run_id,
        watermark=watermark_of(partitions), partitions=partitions[:10],
        rows=body.rows_written, size=body.bytes_written,
        version="" if body.commit_version is None else str(body.commit_version),
    )  # fmt: skip


def from_mapping(body: MappingRule, at: datetime) -> Iterator[Fact]:
    """The service behind a mapped stream."""
    if body.service:
        yield Served(at, body.dataset_urn, body.dataset_urn, body.service)


def from_registration(body: DatasetRegistration, at: datetime) -> Iterator[Fact]:
    """The downstream assets a registration declares."""
    for target in body.feeds:
        yield Fed(at, body.urn, body.urn, target)
