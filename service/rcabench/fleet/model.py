"""A simulated data platform at rest: its tables, streams, jobs, schedules and promises."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

SetKind: TypeAlias = Literal["stream", "external", "table", "dashboard"]
Style: TypeAlias = Literal["spark", "airflow", "dbt", "native"]
Column: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Objectives:
    """What is promised. Minutes after local midnight; rates 0..1; the threshold in per cent."""

    deadline: int | None = None
    grace: int = 30
    rows_at_least: int | None = None
    rows_within_pct: float | None = None
    contract_rate: float | None = None
    warning_rate: float | None = None
    dq_rate: float | None = None


@dataclass(frozen=True, slots=True)
class DataSet:
    """A table, stream, file from outside, or dashboard.

    ``ol`` is its OpenLineage (namespace, name); ``suffix`` is what a partition adds to the
    name. A run of day D writes the partition of D less ``lag`` days. ``rows`` is the size
    of a partition (of a day, for a stream) where nothing upstream decides it.
    """

    urn: str
    kind: SetKind
    domain: str
    team: str
    tier: int
    ol: tuple[str, str]
    columns: tuple[Column, ...]
    suffix: str = ""
    lag: int = 0
    rows: int = 0
    is_registered: bool = True
    is_mapped: bool = False
    hook: bool = False
    services: tuple[str, ...] = ()
    versioned: bool = True
    attributed: bool = True
    beats: bool = False
    arrival: int = 0
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """What writes ``output`` each day; ``gates`` are those it reports on, none for a silent job.

    ``on_missing`` is what it does when an input is not there yet, ``on_bad`` what it does
    with records that break its checks.
    """

    namespace: str
    name: str
    dag: str
    style: Style
    inputs: tuple[str, ...]
    output: str
    minutes: float
    selectivity: float
    retries: int
    on_missing: Literal["wait", "fail", "stale"]
    on_bad: Literal["pass", "filter", "fail"]
    gates: tuple[str, ...]
    heartbeats: bool
    service: str

    @property
    def urn(self) -> str:
        """``job://<namespace>/<name>``."""
        return f"job://{self.namespace}/{self.name}" if self.namespace else f"job://{self.name}"


@dataclass(frozen=True, slots=True)
class Dag:
    """A schedule: ``start`` in minutes after midnight of ``zone``, daily."""

    dag_id: str
    namespace: str
    zone: str
    start: int
    style: Style
    is_live: bool = True

    @property
    def urn(self) -> str:
        """``job://<orchestrator>/<dag>`` (contract, rule 8)."""
        return f"job://{self.namespace}/{self.dag_id}"


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything that exists. ``jobs`` are in an order in which inputs come before outputs."""

    seed: int
    start: date
    days: int
    zone: str
    sets: dict[str, DataSet]
    jobs: tuple[Job, ...]
    dags: dict[str, Dag]
    versions: dict[str, str]
    objectives: dict[str, Objectives] = field(default_factory=dict[str, Objectives])

    @property
    def today(self) -> int:
        """The index of the last day, the one somebody looks at."""
        return self.days - 1

    def writer(self, urn: str) -> Job | None:
        """The job that writes ``urn``."""
        return next((job for job in self.jobs if job.output == urn), None)

    def children(self, urn: str) -> tuple[str, ...]:
        """The data sets directly downstream, each once."""
        written = [job.output for job in self.jobs if urn in job.inputs]
        return tuple(dict.fromkeys([*written, *self.sets[urn].feeds]))

    def parents(self, urn: str) -> tuple[str, ...]:
        """The data sets directly upstream, each once."""
        return tuple(other for other in self.sets if urn in self.children(other))

    def within(self, urn: str, hops: int) -> frozenset[str]:
        """All descendants of ``urn`` that so many hops reach."""
        seen: set[str] = set()
        edge = {urn}
        for _ in range(hops):
            edge = {child for one in edge for child in self.children(one)} - seen
            seen |= edge
        return frozenset(seen - {urn})

    def below(self, urn: str) -> frozenset[str]:
        """All descendants."""
        return self.within(urn, len(self.sets))

    def above(self, urn: str) -> frozenset[str]:
        """All ancestors."""
        return frozenset(other for other in self.sets if urn in self.below(other))

    def moment(self, day: int, minute: float, zone: str | None = None) -> datetime:
        """``minute`` after midnight of day ``day`` in ``zone``, in UTC."""
        midnight = datetime.combine(
            self.start + timedelta(days=day), time(), tzinfo=ZoneInfo(zone or self.zone)
        )
        return midnight.astimezone(UTC) + timedelta(minutes=minute)

    def label(self, urn: str, day: int) -> date:
        """The partition that the run of ``day`` writes."""
        return self.start + timedelta(days=day - self.sets[urn].lag)
