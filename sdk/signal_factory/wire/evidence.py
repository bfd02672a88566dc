"""Evidence: the result of one validation attempt.

Source: spec/event_schemas_and_scenarios.md §1.3 (schema 2), §3.2 (streams), §3.4
(correlation chain), its scenario 2 (batch), and spec/prd.md FR-10 (flat quarantine record).
"""

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from . import flat
from .fields import Instant, Int64, Label, Object, OptionalLabel, Texts, Urn, Urns, WireModel, as_items, wrong
from .shapes import is_object

Verdict: TypeAlias = Literal["PASS", "FAIL", "WARN"]
GateVerdict: TypeAlias = Literal["PASS", "FAIL", "WARN", "SKIP"]
Certainty: TypeAlias = Literal["HIGH", "MEDIUM", "LOW", "NONE"]

_EVIDENCE_ID = re.compile(r"evd-[0-9A-Za-z]{1,64}")
_VERDICTS = {"PASSED": "PASS", "FAILED": "FAIL", "WARNING": "WARN", "SKIPPED": "SKIP"}
_LEVELS = frozenset({"HIGH", "MEDIUM", "LOW", "NONE"})


def _verdict(value: object) -> object:
    if isinstance(value, str):
        upper = value.strip().upper()
        return _VERDICTS.get(upper, upper)
    return value


def _gate_verdict(value: object) -> object:
    """A gate that says nothing was skipped."""
    return "SKIP" if value is None else _verdict(value)


def _certainty(value: object) -> object:
    """A level that the schema does not know says nothing about confidence."""
    if not isinstance(value, str):
        return None
    upper = value.strip().upper()
    return upper if upper in _LEVELS else None


def _evidence_id(text: str) -> str:
    if _EVIDENCE_ID.fullmatch(text) is None:
        raise wrong("evidence_id", "should be evd- and 1 to 64 letters or digits")
    return text


def _watermark(value: object) -> object:
    """Flink's lowest and highest watermarks (the ends of a 64-bit integer) are no instants."""
    return None if isinstance(value, int) and abs(value) >= 2**63 - 1 else value


EvidenceId: TypeAlias = Annotated[
    str,
    AfterValidator(_evidence_id),
    WithJsonSchema({"type": "string", "pattern": f"^{_EVIDENCE_ID.pattern}$"}),
]


class GateResult(WireModel):
    """What one gate said about the record or run."""

    gate: Label
    result: Annotated[GateVerdict, BeforeValidator(_gate_verdict)] = "SKIP"
    reason_code: str | None = None
    details: Object = Field(default_factory=dict[str, Any])


class ProducerIdentity(WireModel):
    """Who produced the data, and how sure that is."""

    id: OptionalLabel = None
    confidence: Annotated[Certainty | None, BeforeValidator(_certainty)] = None
    version: OptionalLabel = None
    run_id: OptionalLabel = None


class Validation(WireModel):
    """The verdict and the gates behind it."""

    result: Annotated[Verdict, BeforeValidator(_verdict)]
    gates: Annotated[tuple[GateResult, ...], BeforeValidator(as_items)] = ()
    failed_gates: Texts = ()
    reason_codes: Texts = ()


class EvidenceSource(WireModel):
    """Where the validated record was read: a Kafka position or a record of an input data set."""

    topic: str | None = None
    partition: Int64 | None = None
    offset: Int64 | None = None
    timestamp_type: str | None = None
    input_dataset: OptionalLabel = None
    source_record_id: str | None = None


class OtelContext(WireModel):
    """The OpenTelemetry trace the record belongs to."""

    trace_id: str | None = None
    span_id: str | None = None
    trace_flags: Int64 | None = None


class EvidenceLineage(WireModel):
    """What the run read, and the ids that tie a batch together."""

    upstream_urns: Urns = ()
    job_urn: Urn | None = None
    dag_run_id: OptionalLabel = None
    spark_run_id: OptionalLabel = None
    upstream_dataset: OptionalLabel = None


class StreamWindow(WireModel):
    """A window of event time."""

    type: str | None = None
    start: Instant | None = None
    end: Instant | None = None


class StreamContext(WireModel):
    """Where in a stream topology, and when in its event time, the evidence arose."""

    topology_id: OptionalLabel = None
    processor_node: OptionalLabel = None
    window: StreamWindow | None = None
    watermark: Annotated[Instant | None, BeforeValidator(_watermark)] = None
    processing_time: Instant | None = None
    late_data: bool | None = None


class CausalStep(WireModel):
    """One link from this evidence to an earlier one."""

    step: Int64 | None = None
    source_evidence_id: str | None = None
    relationship: str | None = None


class CorrelationChain(WireModel):
    """How fan-in and fan-out led here."""

    root_trace_id: str | None = None
    causal_chain: Annotated[tuple[CausalStep, ...], BeforeValidator(as_items)] = ()


_NO_PRODUCER = ProducerIdentity.model_construct()
_NO_SOURCE = EvidenceSource.model_construct()
_NO_OTEL = OtelContext.model_construct()
_NO_LINEAGE = EvidenceLineage.model_construct()
_NO_STREAM = StreamContext.model_construct()
_NO_CHAIN = CorrelationChain.model_construct()


class Evidence(WireModel):
    """One validation attempt, in whichever of its published forms it was sent.

    The flat forms are folded into the nested one: ``is_flat`` tells them apart.
    Parts that were not sent are empty objects, never None.
    """

    evidence_id: EvidenceId | None = None
    timestamp: Instant | None = None
    dataset_urn: Urn
    producer: ProducerIdentity = _NO_PRODUCER
    validation: Validation
    source: EvidenceSource = _NO_SOURCE
    otel: OtelContext = _NO_OTEL
    lineage: EvidenceLineage = _NO_LINEAGE
    stream: StreamContext = _NO_STREAM
    correlation_chain: CorrelationChain = _NO_CHAIN
    quarantine_table: OptionalLabel = None
    certified_view_status: OptionalLabel = None
    previous_certified_version: OptionalLabel = None
    is_flat: SkipJsonSchema[bool] = Field(default=False, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _nested(cls, raw: Any) -> Any:
        return flat.nested(raw) if is_object(raw) else raw

    @property
    def run_id(self) -> str | None:
        """The run that produced this evidence, wherever the sender put its id."""
        return self.producer.run_id or self.lineage.spark_run_id or self._stray_run_id()

    def _stray_run_id(self) -> str | None:
        stray = (self.model_extra or {}).get("run_id")
        return stray if isinstance(stray, str) and stray else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes, then those of gates that failed or warned; each once, in order."""
        verdict = self.validation
        from_gates = (gate.reason_code for gate in verdict.gates if gate.result in ("FAIL", "WARN"))
        return tuple(dict.fromkeys(code for code in (*verdict.reason_codes, *from_gates) if code))

    @property
    def is_record_sample(self) -> bool:
        """Whether it speaks of one record, so that it cannot stand for a rate of a batch."""
        at = self.source
        return bool(at.source_record_id) or None not in (at.topic, at.partition, at.offset)

    @property
    def upstreams(self) -> tuple[str, ...]:
        """What the sender says the data came from; each once, in order."""
        named = (*self.lineage.upstream_urns, self.lineage.upstream_dataset, self.source.input_dataset)
        return tuple(dict.fromkeys(name for name in named if name))

    def to_wire(self) -> dict[str, Any]:
        """The published form, schema ``urn:schema:evidence:2``: nested, without nulls or empty parts."""
        wire = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
        return {**wire, "source": wire.get("source", {})}
