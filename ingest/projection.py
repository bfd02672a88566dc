"""Facts become graph mutations: nodes and edges whose merge does not depend on order.

Counts are carried as totals so far, so that merging them by maximum gives the total
whatever the order of arrival.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from graph.facts import (
    Committed,
    Described,
    Fact,
    Fed,
    Measured,
    Owned,
    Registered,
    RunSeen,
    SchemaSeen,
    Served,
    Shipped,
    Summarised,
    Tested,
    Validated,
)
from graph.keys import signature_key
from graph.model import Edge, Node, NodeRef, Value
from graph.signatures import family_of, field_of, kind_of
from signal_factory.ids import content_hash
from signal_factory.times import format_time

TERMINAL = frozenset({"COMPLETE", "FAIL", "ABORT"})
_moment = lru_cache(maxsize=256)(format_time)
_SEPARATOR = "\x1f"
_LASTING = frozenset({"Dataset", "Job", "Service", "Producer", "Team", "Column"})


@dataclass(slots=True)
class Mutations:
    """What one fact adds to the graph."""

    nodes: list[Node] = field(default_factory=list[Node])
    edges: list[Edge] = field(default_factory=list[Edge])

    def node(self, label: str, key: str, at: datetime, **props: Value) -> NodeRef:
        """Add to a node; returns its name."""
        ref, moment = NodeRef(label, key), _moment(at)
        kept = {name: value for name, value in props.items() if value not in (None, "", ())}
        self.nodes.append(Node(ref, _seen(moment) | kept, moment))
        return ref

    def edge(self, kind: str, src: NodeRef, dst: NodeRef, at: datetime, **props: Value) -> None:
        """Add to an edge. Topology has no place in time, so that no window hides it."""
        moment = _moment(at)
        kept = {name: value for name, value in props.items() if value not in (None, "", ())}
        placed = "" if src.label in _LASTING and dst.label in _LASTING else moment
        self.edges.append(Edge(kind, src, dst, _seen(moment) | kept, placed))


def _seen(moment: str) -> dict[str, Value]:
    return {"first_seen": moment, "last_seen": moment}


class Projection:
    """Turns facts into mutations; ``tallies`` are the totals it has counted so far.

    ``bucket`` says under which key a failure signature is kept, so that what shares an
    overflow bucket is counted together and a flood of signatures leaves few totals.
    """

    def __init__(
        self, tallies: dict[str, int] | None = None, bucket: Callable[[str], str] = lambda key: key
    ) -> None:
        self.tallies = tallies if tallies is not None else {}
        self._bucket = bucket

    def spent(self, refs: Iterable[NodeRef]) -> list[str]:
        """The totals of signatures and runs that have left the graph."""
        gone = {ref.key for ref in refs if ref.label in ("FailureSignature", "JobRun")}
        return [key for key in list(self.tallies) if gone.intersection(key.split(_SEPARATOR)[:2])]

    def of(self, facts: Iterable[Fact]) -> Mutations:
        """The mutations of several facts."""
        out = Mutations()
        for fact in facts:
            self._one(fact, out)
        return out

    def _one(self, fact: Fact, out: Mutations) -> None:
        match fact:
            case Validated():
                self._validated(fact, out)
            case Summarised():
                self._summary(fact, out)
            case Tested():
                self._test(fact, out)
            case _:
                _PLAIN[type(fact)](fact, out)

    def _count(self, key: str, by: int = 1) -> int:
        total = self.tallies.get(key, 0) + by
        self.tallies[key] = total
        return total

    def _count_test(self, key: str, name: str) -> int:
        """Failing tests of a run; a run says at its end what it said at its start (dbt)."""
        is_new = self._count(f"{key}\x1f{name}") == 1
        return self._count(key, by=int(is_new))

    def _validated(self, fact: Validated, out: Mutations) -> None:
        dataset = out.node("Dataset", fact.dataset, fact.at)
        run = _run_of(fact.run_id, fact.job, fact.at, out)
        if run is not None:
            out.edge("WROTE_TO", run, dataset, fact.at, role="validated", gates=_verdicts(fact))
        shipped = self._producer(fact, dataset, out)
        for signature in fact.signatures if fact.result != "PASS" else ():
            failure = self._failure(fact, signature, out)
            out.edge("AFFECTS", failure, dataset, fact.at)
            if run is not None:
                out.edge("ENCOUNTERED", run, failure, fact.at, first_evidence=fact.ref, evidence=(fact.ref,))
            if shipped is not None:
                out.edge("ENCOUNTERED", shipped, failure, fact.at, first_evidence=fact.ref)
            if fact.producer and not fact.run_id:
                producer = NodeRef("Producer", fact.producer)
                out.edge("PRODUCED_DRIFT", producer, failure, fact.at, first_evidence=fact.ref)
        if fact.quarantine:
            place = out.node("Quarantine", fact.quarantine, fact.at)
            out.edge("QUARANTINED", run or dataset, place, fact.at)

    def _failure(self, fact: Validated, signature: str, out: Mutations) -> NodeRef:
        key = signature_key(signature, fact.dataset)
        kept = self._bucket(key)
        verdict = "fail_count" if fact.result == "FAIL" else "warn_count"
        return out.node(
            "FailureSignature", key, fact.at, **_about(signature),
            count=self._count(kept), **{verdict: self._count(f"{kept}\x1f{verdict}")},
            first_evidence=fact.ref, evidence=(fact.ref,),
            producers=(fact.producer,) if fact.producer else (),
            versions=(fact.version,) if fact.version else (),
        )  # fmt: skip

    def _producer(self, fact: Validated, dataset: NodeRef, out: Mutations) -> NodeRef | None:
        """The producer of a stream's record, and the version it ran."""
        if not fact.producer or fact.run_id:
            return None
        producer = out.node("Producer", fact.producer, fact.at)
        out.edge("OWNED_BY", dataset, producer, fact.at)
        if not fact.version:
            return None
        key = f"{fact.producer}:{fact.version}"
        shipped = out.node(
            "Deployment", key, fact.at, service=fact.producer, version=fact.version, source=("evidence",)
        )
        out.edge("DEPLOYED", producer, shipped, fact.at)
        out.edge("AFFECTS", shipped, dataset, fact.at, status=fact.result, first_evidence=fact.ref)
        return shipped

    def _summary(self, fact: Summarised, out: Mutations) -> None:
        dataset = out.node("Dataset", fact.dataset, fact.at)
        run = out.node(
            "JobRun", fact.run_id, fact.at, job=fact.job, records_processed=fact.processed,
            records_passed=fact.passed, records_failed=fact.failed,
        )  # fmt: skip
        for signature, count, first_seen in fact.signatures:
            key = signature_key(signature, fact.dataset)
            failure = out.node(
                "FailureSignature", key, first_seen or fact.at, **_about(signature),
                fail_count=count, first_evidence=fact.ref, evidence=(fact.ref,),
            )  # fmt: skip
            out.edge("ENCOUNTERED", run, failure, fact.at, count=count, first_evidence=fact.ref)
            out.edge("AFFECTS", failure, dataset, fact.at)

    def _test(self, fact: Tested, out: Mutations) -> None:
        if fact.passed or not fact.dataset.startswith(("ds://", "urn:")):
            return
        dataset = out.node("Dataset", fact.dataset, fact.at)
        key = signature_key(fact.signature, fact.dataset)
        failure = out.node(
            "FailureSignature", key, fact.at, **_about(fact.signature),
            count=self._count_test(
                f"{self._bucket(key)}\x1f{fact.run_id}", f"{fact.name}:{fact.column}"
            ),
            first_evidence=fact.ref, evidence=(fact.ref,),
        )  # fmt: skip
        out.edge("AFFECTS", failure, dataset, fact.at)
        run = _run_of(fact.run_id, fact.job, fact.at, out)
        if run is not None:
            out.edge("ENCOUNTERED", run, failure, fact.at, first_evidence=fact.ref)


def _verdicts(fact: Validated) -> tuple[str, ...]:
    """What was said of the run as a whole: ``<gate>:<result>``."""
    told = () if fact.is_sample else fact.gates or (("VERDICT", fact.result),)
    return tuple(f"{gate}:{result}" for gate, result in told)


def _about(signature: str) -> dict[str, Value]:
    return {
        "signature": signature, "kind": kind_of(signature),
        "family": family_of(signature), "field": field_of(signature) or "",
    }  # fmt: skip


def _run_of(run_id: str, job: str, at: datetime, out: Mutations) -> NodeRef | None:
    if not run_id:
        return None
    run = out.node("JobRun", run_id, at, job=job)
    if job:
        out.edge("EXECUTED", out.node("Job", job, at), run, at)
    return run


def _run(fact: RunSeen, out: Mutations) -> None:
    job = out.node(
        "Job", fact.job, fact.at, code_ref=fact.code_ref, deploy_ref=fact.deploy_ref, dag_id=fact.dag,
        name=fact.job.rpartition("/")[2],
    )  # fmt: skip
    if not fact.run_id:
        return
    began = fact.started_at or (fact.at if fact.state == "START" else None)
    run = out.node(
        "JobRun", fact.run_id, fact.at, job=fact.job, run_type=fact.run_type, dag_id=fact.dag,
        status="RUNNING" if fact.state == "HEARTBEAT" else fact.state or "OTHER",
        started_at=format_time(began) if began else None,
        ended_at=format_time(fact.at) if fact.state in TERMINAL else None,
        scheduled_at=format_time(fact.scheduled_at) if fact.scheduled_at else None,
        last_heartbeat_at=format_time(fact.at) if fact.state in ("HEARTBEAT", "RUNNING") else None,
        code_ref=fact.code_ref, deploy_ref=fact.deploy_ref, dag_run_id=fact.dag_run_id,
        parent_run_id=fact.parent_run_id, rows_read=fact.rows_read, rows_written=fact.rows_written,
        duration_s=fact.duration_s, failure_signature=fact.error, retry_count=fact.retries,
    )  # fmt: skip
    out.edge("EXECUTED", job, run, fact.at)
    for urn in fact.inputs:
        source = out.node("Dataset", urn, fact.at)
        out.edge("READ_FROM", run, source, fact.at)
        out.edge("READ_FROM", job, source, fact.at)
    for urn in fact.outputs:
        target = out.node("Dataset", urn, fact.at)
        out.edge("WROTE_TO", run, target, fact.at, role="declared")
        out.edge("WROTE_TO", job, target, fact.at)
    _orchestrated(fact, run, out)
    if fact.error:
        _errored(fact, job, run, out)


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
    key = signature_key(fact.error, fact.job)
    failure = out.node(
        "FailureSignature", key, fact.at, **_about(fact.error), job=fact.job,
        first_evidence=fact.run_id, evidence=(fact.run_id,),
    )  # fmt: skip
    out.edge("ENCOUNTERED", run, failure, fact.at, first_evidence=fact.run_id)
    out.edge("AFFECTS", failure, job, fact.at)


def _commit(fact: Committed, out: Mutations) -> None:
    moment = format_time(fact.at)
    version = fact.version[:100]
    dataset = out.node(
        "Dataset", fact.dataset, fact.at, last_commit_at=moment, watermark=_watermark_time(fact),
        last_commit_version=version,
    )  # fmt: skip
    run = _run_of(fact.run_id, fact.job, fact.at, out)
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


def _schema(fact: SchemaSeen, out: Mutations) -> None:
    columns = tuple(f"{name}:{kind}" for name, kind in fact.columns)
    fingerprint = content_hash(sorted(columns))[:16]
    out.node("Dataset", fact.dataset, fact.at, schema_fingerprint=fingerprint, columns=columns[:500])


def _shipped(fact: Shipped, out: Mutations) -> None:
    shipped = out.node(
        "Deployment", fact.key, fact.at, service=fact.service, version=fact.version,
        previous_version=fact.previous_version, deployed_at=format_time(fact.at),
        environment=fact.environment, commit_sha=fact.commit_sha, deploy_ref=fact.deploy_ref,
        pull_request=fact.pull_request, deployed_by=fact.deployed_by, change_summary=fact.change_summary,
        source=(fact.source,), evidence=(fact.ref,),
    )  # fmt: skip
    if not fact.service.startswith("job://"):
        out.edge("DEPLOYED", out.node("Service", fact.service, fact.at), shipped, fact.at)
    jobs = {*fact.jobs, *([fact.service] if fact.service.startswith("job://") else [])}
    for job in sorted(jobs):
        out.edge("DEPLOYED", shipped, out.node("Job", job, fact.at), fact.at)
    for urn in fact.datasets:
        out.edge("DEPLOYED", shipped, out.node("Dataset", urn, fact.at), fact.at)


def _fed(fact: Fed, out: Mutations) -> None:
    source, target = out.node("Dataset", fact.source, fact.at), out.node("Dataset", fact.target, fact.at)
    out.edge("FEEDS", source, target, fact.at, jobs=(fact.job,) if fact.job else ())
    for origin, column in fact.columns[:500]:
        below = out.node("Column", f"{fact.target}#{column}", fact.at, name=column)
        above = out.node("Column", f"{fact.source}#{origin}", fact.at, name=origin)
        out.edge("DERIVED_FROM", below, above, fact.at)


def _described(fact: Described, out: Mutations) -> None:
    out.node(
        "Dataset", fact.dataset, fact.at, namespaces=fact.namespaces, type=fact.type,
        lifecycle=fact.lifecycle, description=fact.description, tags=fact.tags,
    )  # fmt: skip


def _registered(fact: Registered, out: Mutations) -> None:
    told = fact.registration
    dataset = out.node(
        "Dataset", told.urn, fact.at, name=told.name, type=told.type, owner_team=told.owner_team,
        service=told.service, tier=told.tier, classification=told.classification, job=told.job,
        runbook_url=told.runbook_url, registered=True, resolved=True, storage=told.storage_paths,
    )  # fmt: skip
    if told.owner_team:
        out.edge("OWNED_BY", dataset, out.node("Team", told.owner_team, fact.at), fact.at)
    if told.service:
        out.edge("OWNED_BY", dataset, out.node("Service", told.service, fact.at), fact.at)
    if told.job:
        out.edge("WROTE_TO", out.node("Job", told.job, fact.at), dataset, fact.at)


def _owned(fact: Owned, out: Mutations) -> None:
    owner = out.node("Team", fact.team, fact.at)
    out.edge("OWNED_BY", out.node(fact.label, fact.key, fact.at), owner, fact.at)


def _measured(fact: Measured, out: Mutations) -> None:
    """Metrics are for the engines; the graph keeps no values."""
    out.node("Dataset", fact.dataset, fact.at)


def _served(fact: Served, out: Mutations) -> None:
    service = out.node("Service", fact.service, fact.at)
    owned = out.node("Dataset", fact.dataset, fact.at, service=fact.service)
    out.edge("OWNED_BY", owned, service, fact.at)


_PLAIN: dict[type[Fact], Callable[[Any, Mutations], None]] = {
    RunSeen: _run, Committed: _commit, SchemaSeen: _schema, Shipped: _shipped, Fed: _fed,
    Owned: _owned, Described: _described, Registered: _registered, Served: _served,
    Measured: _measured,
}  # fmt: skip
