"""What the tools answer, for their output schemas: contract §3, further fields always allowed."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A document; fields nobody has named yet pass through."""

    model_config = ConfigDict(extra="allow")


class Page(Shape):
    """A bounded list that says whether it is whole."""

    total: int = Field(description="How many there are in all.")
    returned: int = Field(description="How many are in items.")
    is_partial: bool = Field(description="True when some were left out.")
    next_cursor: str | None = Field(
        default=None, description="Pass as cursor for the next page; null at the end."
    )


class EntityRef(Shape):
    """A node of the causal graph."""

    label: str
    key: str


class Confidence(Shape):
    """How sure the report is: score 0..1 and its factors."""

    score: float | None = None
    level: str | None = Field(default=None, description="HIGH, MEDIUM or LOW.")
    factors: list[dict[str, Any]] = []


class CauseShape(Shape):
    """A candidate cause."""

    kind: str = Field(description="DEPLOYMENT, SCHEMA_DRIFT, JOB_FAILED, … (contract §3).")
    entity: EntityRef
    score: float | None = None
    summary: str | None = None
    evidence_refs: list[str] = []


class IncidentRow(Shape):
    """An incident without its report; explain_incident has that."""

    incident_id: str
    title: str | None = None
    severity: str | None = Field(default=None, description="SEV-1 (worst) to SEV-4.")
    status: str | None = Field(default=None, description="OPEN or RESOLVED.")
    dataset_urn: str | None = None
    created_at: str | None = None
    verdict: str | None = Field(default=None, description="ROOT_CAUSE_FOUND or INCONCLUSIVE.")
    confidence: Confidence | None = None
    root_cause: CauseShape | None = None


class IncidentPage(Page):
    """Incidents, newest first."""

    items: list[IncidentRow]


class IncidentShape(Shape):
    """One incident with its RCA report under ``rca``."""

    incident_id: str
    status: str | None = None
    rca: dict[str, Any] | None = None


class Report(Shape):
    """The RCA report of contract §3."""

    incident_id: str
    verdict: str = Field(description="ROOT_CAUSE_FOUND or INCONCLUSIVE.")
    confidence: Confidence | None = None
    root_cause: CauseShape | None = None
    candidates: list[CauseShape] = []
    evidence_refs: list[str] = []
    missing_evidence: list[str] = []
    next_checks: list[str] = []
    recommended_actions: list[str] = []


class AssetRow(Shape):
    """Something up or down the lineage."""

    urn: str
    type: str | None = None
    tier: int | str | None = None
    hops: int | None = None
    effect: str | None = Field(
        default=None, description="STALE, BLOCKED, INCOMPLETE or AT_RISK (downstream)."
    )
    status: str | None = Field(default=None, description="OK, WARNING, CRITICAL or UNKNOWN (upstream).")


class AssetPage(Page):
    """Assets by distance."""

    items: list[AssetRow]


class DatasetShape(Shape):
    """Health of one data set."""

    urn: str
    status: str | None = Field(default=None, description="OK, WARNING, CRITICAL or UNKNOWN.")


class DatasetPage(Page):
    """Data sets."""

    items: list[DatasetShape]


class DocumentPage(Page):
    """Signals, changes or search results as the engine holds them."""

    items: list[dict[str, Any]]


class EvidenceShape(Shape):
    """One evidence record, without raw values of data."""


class ToolCall(Shape):
    """One look-up behind an answer."""

    tool: str
    arguments: dict[str, Any]


class AnswerShape(Shape):
    """An answer with what it stands on."""

    answer: str
    citations: list[str]
    tool_calls: list[ToolCall]
    answered_by: str
