"""What we answer (contract §3): signals, incidents, their explanation, and the replay document.

Strict: an unknown field is an error of ours. Dump with ``by_alias=True``.
Times are RFC 3339 in UTC, rates and scores 0..1, durations seconds.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from .wire.fields import Instant

SignalType: TypeAlias = Literal[
    "FRESHNESS_BREACH",
    "VOLUME_ANOMALY",
    "CONTRACT_BREACH",
    "DQ_BREACH",
    "DRIFT_DETECTED",
    "COST_ANOMALY",
    "ANOMALY",
    "EVIDENCE_INCOMPLETE",
]
State: TypeAlias = Literal["OK", "WARNING", "CRITICAL", "UNKNOWN"]
Severity: TypeAlias = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
Level: TypeAlias = Literal["HIGH", "MEDIUM", "LOW"]
Effect: TypeAlias = Literal["STALE", "BLOCKED", "INCOMPLETE", "AT_RISK"]
Verdict: TypeAlias = Literal["ROOT_CAUSE_FOUND", "INCONCLUSIVE"]
CauseKind: TypeAlias = Literal[
    "DEPLOYMENT",
    "SCHEMA_DRIFT",
    "JOB_NOT_TRIGGERED",
    "JOB_FAILED",
    "JOB_RUNNING_SLOW",
    "WRONG_PARTITION",
    "UPSTREAM_DATA_LATE",
    "SOURCE_DATA_ANOMALY",
    "EVIDENCE_GAP",
]
Score: TypeAlias = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
JsonObject: TypeAlias = dict[str, Any]


class Report(BaseModel):
    """The base of what is emitted."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SignalWindow(Report):
    """The event time a signal speaks of; ``type`` as in docs/signals.md."""

    start: Instant
    end: Instant
    type: str


class TopFailure(Report):
    """One bucket of failures within a signal's window."""

    signature: str
    count: Annotated[int, Field(ge=0)]
    first_seen: Instant | None = None
    producer: str | None = None
    producer_version: str | None = None
    is_new: bool | None = None


class Signal(Report):
    """The health of one data set in one respect (spec/event_schemas_and_scenarios.md §4.1)."""

    signal_id: Annotated[str, Field(pattern=r"^sig-[0-9A-Z]{26}$")]
    signal_type: SignalType
    dataset_urn: str
    state: State
    window: SignalWindow
    timestamp: Instant | None = None
    metrics: JsonObject = Field(default_factory=dict[str, Any])
    top_failures: Annotated[tuple[TopFailure, ...], Field(max_length=5)] = ()
    evidence_refs: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    details: JsonObject | None = None
    batch_context: JsonObject | None = None


class NodeRefDoc(Report):
    """A node of the causal graph by label and key."""

    label: str
    key: str


class Factor(Report):
    """One named reason for, or against, a cause; ``value`` and ``weight`` lie in 0..1."""

    name: str
    value: Score
    weight: Score
    reason: str


class Confidence(Report):
    """How sure the root cause is: a probability, the factors that add up to it, and the sort of answer.

    ``basis`` is what precedents are counted by. ``fitted`` is the score before feedback
    corrected it; absent where nothing was corrected.
    """

    score: Score
    level: Level
    factors: tuple[Factor, ...] = ()
    basis: str | None = None
    fitted: Score | None = None


class Cause(Report):
    """A candidate cause with its score and the events it rests on."""

    kind: CauseKind
    entity: NodeRefDoc
    score: Score
    summary: str
    evidence_refs: tuple[str, ...] = ()


class PathStep(Report):
    """One edge on the way from the cause to the incident, with its evidence."""

    from_: NodeRefDoc = Field(alias="from")
    edge: str
    to: NodeRefDoc
    evidence: tuple[str, ...] = ()


class PathQuery(Report):
    """The path as queries a person can paste."""

    cypher: str
    gremlin: str


class TimelineEntry(Report):
    """Something that happened, and the event that says so (rule 14)."""

    time: Instant
    what: str
    ref: str


class Boundary(Report):
    """The last good or the first bad moment. What is not known is null."""

    time: Instant | None = None
    dataset_urn: str | None = None
    ref: str | None = None
    run_id: str | None = None
    partition: str | None = None
    version: str | None = None
    what: str | None = None


class Boundaries(Report):
    """Between these two the failure began."""

    last_good: Boundary | None = None
    first_bad: Boundary | None = None


class BlastEntry(Report):
    """An asset downstream of the cause (rule 13)."""

    urn: str
    type: str
    tier: int | None = None
    hops: Annotated[int, Field(ge=0)]
    effect: Effect


class RCAReport(Report):
    """Why an incident happened, how that is known, and what could not be seen."""

    incident_id: str
    verdict: Verdict
    confidence: Confidence
    root_cause: Cause | None
    candidates: tuple[Cause, ...] = ()
    path: tuple[PathStep, ...] = ()
    query: PathQuery
    timeline: tuple[TimelineEntry, ...] = ()
    boundaries: Boundaries
    blast_radius: tuple[BlastEntry, ...] = ()
    evidence_refs: tuple[str, ...] = ()
    missing_evidence: tuple[str, ...] = ()
    next_checks: tuple[str, ...] = ()
    recommended_actions: tuple[str, ...] = ()
    narrative: str
    narrated_by: str = "template"


class Incident(Report):
    """One root cause and everything it breaks."""

    incident_id: Annotated[str, Field(pattern=r"^inc-[0-9A-Z]{26}$")]
    title: str
    severity: Severity
    status: Literal["OPEN", "RESOLVED"]
    created_at: Instant
    resolved_at: Instant | None = None
    dataset_urn: str
    datasets: tuple[str, ...]
    signals: tuple[str, ...]
    failure_signature: str | None = None
    first_bad: Instant | None
    last_good: Instant | None
    tier: int | None
    impact: JsonObject
    evidence_summary: JsonObject
    primary_evidence_id: str | None = None
    primary_trace_id: str | None = None
    freshness_of_evidence: Literal["FRESH", "STALE"]
    rca: RCAReport


class DatasetHealth(BaseModel):
    """The state of one data set; the engines may say more than ``status``."""

    model_config = ConfigDict(extra="allow", frozen=True)

    status: State


class RejectedLine(Report):
    """A line that could not be read; lines are counted from 1."""

    line: Annotated[int, Field(ge=1)]
    reason: str


class ReplayStats(Report):
    """Counts of one replay; ``seconds`` is how long it took."""

    events: int
    duplicates: int
    nodes: int
    edges: int
    graph_hash: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    seconds: float


class ReplayDocument(Report):
    """What ``sf replay --format json`` prints."""

    incidents: tuple[Incident, ...] = ()
    signals: tuple[Signal, ...] = ()
    datasets: dict[str, DatasetHealth] = Field(default_factory=dict[str, DatasetHealth])
    rejected: tuple[RejectedLine, ...] = ()
    stats: ReplayStats
