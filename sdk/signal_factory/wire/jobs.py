"""Job runs and table commits. Source: contract §2, spec/prd.md FR-1, spec/team_expectations.md A1–A3."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

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

JobEventType: TypeAlias = Literal["JobRunStarted", "JobRunCompleted", "JobRunFailed", "Heartbeat"]


def _seconds(value: object) -> object:
    return parse_duration(value).total_seconds() if isinstance(value, str) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdecimal()


def _renamed(raw: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """``raw`` without nulls, the spec's older names read as the contract's where those are absent."""
    data = without_nulls(raw)
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
        if not isinstance(raw, dict):
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
    commit_version: int | str | None = None
    output_partitions_written: Texts = ()
    rows_written: Count = None
    bytes_written: Count = None
    files_added: Count = None

    @model_validator(mode="before")
    @classmethod
    def _contract_names(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        data = _renamed(raw, {"commit_timestamp": "event_time"})
        if _names_a_partition(data.get("partition_key")):
            data = _renamed(data, {"partition_key": "output_partitions_written"})
        return data


def _names_a_partition(value: object) -> bool:
    """``dt=2026-01-19`` is a partition; ``dt`` alone is the name of a column."""
    return isinstance(value, list) or (isinstance(value, str) and "=" in value)
