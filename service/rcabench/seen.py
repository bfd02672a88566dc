"""What the baselines know of a recording: lineage, runs, verdicts, commits and changes.

They read the events for themselves and share with the engine only the wire models and
the identity of names, so that both see the same tables.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from ingest.identity import Identity
from signal_factory.errors import InvalidEvent
from signal_factory.times import parse_time
from signal_factory.wire import (
    DatasetRegistration,
    Deployment,
    Evidence,
    JobEvent,
    MappingRule,
    OLDataset,
    OpenLineageEvent,
    WriteEvent,
)
from signal_factory.wire.bodies import Body, parse_body

State: TypeAlias = Literal["running", "done", "failed"]
_OL_STATES: Mapping[str, State] = {
    "START": "running", "RUNNING": "running", "COMPLETE": "done", "FAIL": "failed", "ABORT": "failed",
}  # fmt: skip
_JOB_STATES: Mapping[str, State] = {
    "JobRunStarted": "running", "JobRunCompleted": "done", "JobRunFailed": "failed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A deployment, and what it touches; not told where only a run's version shows it."""

    at: datetime
    service: str
    version: str
    touches: frozenset[str] = frozenset()
    is_told: bool = True


@dataclass(slots=True)
class RunSeen:
    """The last that was told of a run."""

    job: str
    began: datetime
    told: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Verdict:
    """One validation of a data set."""

    at: datetime
    failed: bool
    reason: str = ""
    producer: str = ""


@dataclass(slots=True)
class Seen:
    """Data sets by URN, jobs by URN, services by name."""

    parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    writers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    services: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    runs: dict[str, RunSeen] = field(default_factory=dict[str, RunSeen])
    verdicts: dict[str, list[Verdict]] = field(default_factory=lambda: defaultdict(list))
    writes: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    changes: list[Change] = field(default_factory=list[Change])
    versions: dict[str, str] = field(default_factory=dict[str, str])


def seen(events: Iterable[Mapping[str, Any]], until: str) -> Seen:
    """Everything told up to ``until``; what cannot be read is passed over."""
    end = parse_time(until)
    bodies = [body for event in events if (body := _read(event, end)) is not None]
    reader = _Reader(_identity(bodies), Seen())
    for body in bodies:
        reader.take(body)
    return reader.found


def _read(event: Mapping[str, Any], end: datetime) -> Body | None:
    if event["kind"] == "tick" or parse_time(event["time"]) > end:
        return None
    try:
        return parse_body(event["kind"], event["body"])
    except InvalidEvent:
        return None


def _identity(bodies: Iterable[Body]) -> Identity:
    identity = Identity()
    for number, body in enumerate(bodies):
        if isinstance(body, MappingRule):
            identity.learn_rule(body, f"{number:09}")
        elif isinstance(body, DatasetRegistration):
            identity.learn_registration(body)
    return identity


class _Reader:
    def __init__(self, identity: Identity, found: Seen) -> None:
        self._identity, self.found = identity, found
        self._inputs: dict[str, set[str]] = defaultdict(set)
        self._outputs: dict[str, set[str]] = defaultdict(set)

    def take(self, body: Body) -> None:
        if isinstance(body, DatasetRegistration):
            self._registration(body)
        elif isinstance(body, OpenLineageEvent):
            self._openlineage(body)
        elif isinstance(body, JobEvent):
            self._job_event(body)
        elif isinstance(body, WriteEvent):
            self._write(body)
        elif isinstance(body, Evidence):
            self._evidence(body)
        elif isinstance(body, Deployment):
            touches = frozenset((*body.jobs, *map(self._identity.name, body.datasets)))
            self.found.changes.append(Change(body.deployed_at, body.service, body.version, touches))

    def _registration(self, body: DatasetRegistration) -> None:
        for target in body.feeds:
            self.found.parents[target].add(body.urn)
        if body.job:
            self.found.writers[body.urn].add(body.job)
        if body.service:
            self.found.services[body.urn].add(body.service)

    def _openlineage(self, body: OpenLineageEvent) -> None:
        inputs, outputs = self._named(body.inputs), self._named(body.outputs)
        for each in (*body.inputs, *body.outputs):
            self._assertions(self._identity.dataset(each), each, body.event_time)
        if body.job is None:
            return
        job = body.job.urn
        self._lineage(job, inputs, outputs)
        state = _OL_STATES.get(body.event_type)
        if body.run is not None and state:
            self._run(job, body.run.run_id, state, body.event_time)
        location = body.job.facets.get("sourceCodeLocation", {})
        self._version(job, location.get("version"), body.event_time)

    def _job_event(self, body: JobEvent) -> None:
        inputs = [self._identity.name(each) for each in body.input_datasets]
        outputs = [self._identity.name(each) for each in body.output_datasets]
        self._lineage(body.producer_urn, inputs, outputs)
        state = _JOB_STATES.get(body.event_type)
        if state:
            self._run(body.producer_urn, body.run_id, state, body.event_time)
        self._version(body.producer_urn, body.deploy_ref or body.code_ref, body.event_time)

    def _write(self, body: WriteEvent) -> None:
        urn = self._identity.name(body.dataset_urn)
        self.found.writes[urn].append(body.event_time)
        run = self.found.runs.get(body.run_id)
        if run is not None:
            self._lineage(run.job, [], [urn])

    def _evidence(self, body: Evidence) -> None:
        if body.timestamp is None:
            return
        urn, result = self._identity.name(body.dataset_urn), body.validation.result
        reason = body.reasons[0] if body.reasons else ""
        producer = body.producer.id or ""
        self.found.verdicts[urn].append(Verdict(body.timestamp, result == "FAIL", reason, producer))
        if producer:
            owners = self.found.writers if producer.startswith("job://") else self.found.services
            owners[urn].add(producer)

    def _assertions(self, urn: str, each: OLDataset, at: datetime) -> None:
        facet = {**each.facets, **each.input_facets}.get("dataQualityAssertions", {})
        for told in facet.get("assertions") or ():
            failed = told.get("success") is False
            self.found.verdicts[urn].append(Verdict(at, failed, str(told.get("assertion", ""))))

    def _named(self, told: Iterable[OLDataset]) -> list[str]:
        return [self._identity.dataset(each) for each in told]

    def _lineage(self, job: str, inputs: Iterable[str], outputs: Iterable[str]) -> None:
        self._inputs[job].update(inputs)
        self._outputs[job].update(outputs)
        for output in self._outputs[job]:
            self.found.writers[output].add(job)
            self.found.parents[output].update(self._inputs[job] - {output})

    def _run(self, job: str, run_id: str, state: State, at: datetime) -> None:
        known = self.found.runs.setdefault(run_id, RunSeen(job, at, at, state))
        known.began = min(known.began, at)
        if at >= known.told:
            known.told, known.state = at, state

    def _version(self, job: str, version: object, at: datetime) -> None:
        """A version that changes between two runs was deployed in between, though nobody said so."""
        if not isinstance(version, str) or not version:
            return
        before = self.found.versions.get(job)
        self.found.versions[job] = version
        if before not in (None, version):
            self.found.changes.append(Change(at, job, version, frozenset({job}), is_told=False))
