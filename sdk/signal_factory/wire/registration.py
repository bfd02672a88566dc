"""Registrations of data sets and identity rules.

Source: contract §2, spec/bootstrap_lld.md §3, spec/prd.md FR-8 (``dataset.yaml``).
"""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from ..errors import InvalidEvent
from .fields import Count, Object, OptionalLabel, Rate, Urn, Urns, WireModel, without_nulls, wrong
from .objectives import check_schedule, parse_duration, parse_update_by, zone_name
from .shapes import is_list, is_object

_NOT_A_PLACE = frozenset(
    {"format", "partition_key", "partition_keys", "partitions", "quarantine", "staging", "type"}
)
_ALWAYS_A_PLACE = frozenset({"table", "path", "location", "topic"})


def _tier(value: object) -> object:
    """1, 2 or 3 from ``TIER_1``, ``tier-1``, ``"1"`` or 1; nothing else is a tier."""
    if isinstance(value, str):
        value = value.strip().upper().removeprefix("TIER").lstrip("_- ")
        value = int(value) if value.isdecimal() and len(value) < 3 else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value in (1, 2, 3) else None


def _grace(value: object) -> object:
    return f"{value}s" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _read(field: str, read: Callable[[], object]) -> None:
    try:
        read()
    except InvalidEvent as error:
        raise InvalidEvent(f"slo.freshness.{field}: {error}", hint=error.hint) from None


class FreshnessObjective(WireModel):
    """By when, each day, the watermark has to advance, and with how much grace."""

    expected_update_by: str | None = None
    grace_period: Annotated[str, BeforeValidator(_grace)] = "0m"
    timezone: str | None = None
    schedule: str | None = None
    max_staleness_hours: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, raw: Any) -> Any:
        return without_nulls(raw)

    @model_validator(mode="after")
    def _readable(self) -> "FreshnessObjective":
        _read("timezone", lambda: zone_name(self.timezone or "UTC"))
        _read("expected_update_by", lambda: self.update_by)
        _read("grace_period", lambda: self.grace)
        _read("schedule", lambda: check_schedule(self.schedule or "* * * * *"))
        return self

    @property
    def update_by(self) -> tuple[time, str] | None:
        """The time of day and its IANA zone, or None where none is promised."""
        if self.expected_update_by is None:
            return None
        return parse_update_by(self.expected_update_by, default_zone=self.timezone or "UTC")

    @property
    def zone(self) -> str:
        """The IANA zone that the objective and its schedule are meant in."""
        if self.timezone:
            return zone_name(self.timezone)
        by = self.update_by
        return by[1] if by else "UTC"

    @property
    def grace(self) -> timedelta:
        """How long after the promised time the update is still in time."""
        return parse_duration(self.grace_period)


class VolumeObjective(WireModel):
    """How many rows a partition has, and how far (in per cent) it may stray from its baseline."""

    min_rows_per_partition: Count = None
    anomaly_threshold_pct: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


class ContractObjective(WireModel):
    """The share of records (0..1) that must, and that should at least, keep the contract."""

    compliance_rate: Rate | None = None
    warning_rate: Rate | None = None


class DqObjective(WireModel):
    """The share of a batch's records (0..1) that must pass its quality checks."""

    compliance_rate: Rate | None = None


class Slo(WireModel):
    """The objectives of one data set; one that was not registered is None."""

    freshness: FreshnessObjective | None = None
    volume: VolumeObjective | None = None
    contract: ContractObjective | None = None
    dq: DqObjective | None = None


_NO_SLO = Slo.model_construct()


class DatasetRegistration(WireModel):
    """A data set under watch. Only ``urn`` is required."""

    urn: Urn
    name: OptionalLabel = None
    type: OptionalLabel = None
    owner_team: OptionalLabel = None
    service: OptionalLabel = None
    tier: Annotated[int | None, BeforeValidator(_tier, json_schema_input_type=int | str | None)] = None
    classification: OptionalLabel = None
    job: Urn | None = None
    feeds: Urns = ()
    runbook_url: OptionalLabel = None
    runtime: OptionalLabel = None
    storage: Object = Field(default_factory=dict[str, Any])
    orchestration: Object = Field(default_factory=dict[str, Any])
    slo: Slo = _NO_SLO

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, raw: Any) -> Any:
        return without_nulls(raw)

    @property
    def storage_paths(self) -> tuple[str, ...]:
        """Paths and table names of its storage, sorted; staging and quarantine are not the data set."""
        return tuple(sorted(set(_places(self.storage))))


def _places(storage: dict[str, Any]) -> Iterator[str]:
    for key, value in storage.items():
        if key in _NOT_A_PLACE:
            continue
        if is_object(value):
            yield from _places(value)
        for text in value if is_list(value) else (value,):
            if isinstance(text, str) and text and (key in _ALWAYS_A_PLACE or "/" in text or "." in text):
                yield text


class MappingRule(WireModel):
    """What a name seen on the wire stands for: (namespace, name) of OpenLineage, or a topic.

    ``name`` may end in ``*``.
    """

    dataset_urn: Urn
    namespace: str | None = None
    name: str | None = None
    topic: str | None = None
    schema_id: str | None = None
    service: OptionalLabel = None

    @model_validator(mode="after")
    def _names_something(self) -> "MappingRule":
        if not self.topic and not (self.namespace is not None and self.name):
            raise wrong("mapping", "should have namespace and name, or a topic")
        return self


class Tick(WireModel):
    """Nothing but time passing."""
