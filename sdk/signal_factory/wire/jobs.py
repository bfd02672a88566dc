"""Job runs and table commits. Source: contract §2, spec/prd.md FR-1, spec/team_expectations.md A1–A3."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from ..errors import InvalidEvent
from .fields import (
    Count,
    Instant,
    Int64,
    Label,
    Labels,
    Object,
    OptionalLabel,
    Texts,
    Urn,
    WireModel,
    without_nulls,
    wrong,
)
from .objectives import parse_duration
from .shapes import is_object

JobEventType: TypeAlias = Literal["JobRunStarted", "JobRunCompleted", "JobRunFailed", "Heartbeat"]


def _seconds(value: object) -> object:
    """Seconds from a text such as ``12m``; numbers, also as text, are seconds already."""
    if not isinstance(value, str) or value.strip().replace(".", "", 1).isdecimal():
        return value
    try:
        return parse_duration(value).total_seconds()
    except InvalidEvent:
        raise wrong("duration", "should be seconds, or a duration such as 30m") from None


def _version(value: object) -> object:
    """A table version; digits in text are the same number."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 19 else value


def _renamed(raw: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """``raw`` without nulls, the spec's older names read as the contract's where those are absent."""
    data: dict[str, Any] = without_nulls(raw)
    for old, new in names.items():
        if old in data and new not in data:
            data[new] = data[old]
    return data


class JobEvent(WireModel):
    """A job run began, ended or gave a sign of life. ``run_id`` is "" only in a heartbeat."""

    event_type: JobEventType
    event_time: Instant
    producer_urn: Urn
    run_id: str = ""
    dag_run_id: OptionalLabel = None
    code_ref: OptionalLabel = None
    deploy_ref: OptionalLabel = None
    scheduled_time: Instant | None = None
    actual_start_time: Instant | None = None
    duration_s: Annotated[float | None, BeforeValidator(_seconds), Field(ge=0, allow_inf_nan=False)] = None
    rows_read: Count = None
    rows_written: Count = None
    failure_reason: str | None = None
    stack_trace: str | None = None
    retry_count: Int64 | None = None
    exit_code: Int64 | None = None
    input_datasets: Labels = ()
    output_datasets: Labels = ()
    env: OptionalLabel = None
    cluster_id: OptionalLabel = None
    spark_app_id: OptionalLabel = None
    resource_summary: Object = Field(default_factory=dict[str, Any])

    @model_validator(mode="before")
    @classmethod
    def _contract_names(cls, raw: Any) -> Any:
        if not is_object(raw):
            return raw
        data = _renamed(raw, {"duration": "duration_s"})
        if data.get("event_type") == "JobRunStarted" and "event_time" not in data:
            data = _renamed(data, {"actual_start_time": "event_time"})
        return data

    @model_validator(mode="after")
    def _has_run(self) -> "JobEvent":
        if not self.run_id.strip() and self.event_type != "Heartbeat":
            raise wrong("run_id", "run_id should name the run")
        return self


class WriteEvent(WireModel):
    """A run committed to a table; ``output_partitions_written`` are like ``dt=2026-01-19``."""

    event_type: Literal["DatasetWriteCommitted"] = "DatasetWriteCommitted"
    event_time: Instant
    dataset_urn: Urn
    run_id: Label
    commit_version: Annotated[Int64 | str | None, BeforeValidator(_version)] = None
    output_partitions_written: Texts = ()
    rows_written: Count = None
    bytes_written: Count = None
    files_added: Count = None

    @model_validator(mode="before")
    @classmethod
    def _contract_names(cls, raw: Any) -> Any:
        if not is_object(raw):
            return raw
        data = _renamed(raw, {"commit_timestamp": "event_time"})
        if _names_a_partition(data.get("partition_key")):
            data = _renamed(data, {"partition_key": "output_partitions_written"})
        return data


def _names_a_partition(value: object) -> bool:
    """``dt=2026-01-19`` is a partition; ``dt`` alone is the name of a column."""
    return isinstance(value, list) or (isinstance(value, str) and "=" in value)
