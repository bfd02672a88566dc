"""What events say once names are resolved: the common tongue of ingest, graph and engines.

A fact speaks of one moment (``at``, event time in UTC) and carries ``ref``, what a
report cites for it: an evidence id, run id, deployment key or URN (contract rule 14).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from signal_factory.wire import DatasetRegistration


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A job run gave a sign: START, RUNNING, HEARTBEAT, COMPLETE, FAIL, ABORT or OTHER.

    ``dag`` is the URN of the orchestrating job, ``error`` a failure signature,
    ``duration_s`` seconds, ``resources`` what it used as (name, amount). Times that were not told are None.
    """

    at: datetime
    ref: str
    run_id: str
    job: str
    state: str
    run_type: str = ""
    started_at: datetime | None = None
    scheduled_at: datetime | None = None
    duration_s: float | None = None
    code_ref: str = ""
    deploy_ref: str = ""
    dag: str = ""
    dag_run_id: str = ""
    parent_run_id: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    rows_read: int | None = None
    rows_written: int | None = None
    error: str = ""
    retries: int = 0
    resources: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """A table has new data. ``watermark`` is its latest partition as sortable text, "" without one.

    ``strength`` says how sure that is: 2 the table's own commit, statistics, version or
    partition; 1 a run that started and completed; 0 a completion alone.
    """

    at: datetime
    ref: str
    dataset: str
    run_id: str = ""
    job: str = ""
    watermark: str = ""
    partitions: tuple[str, ...] = ()
    rows: int | None = None
    size: int | None = None
    version: str = ""
    strength: int = 2


@dataclass(frozen=True, slots=True)
class Validated:
    """One validation attempt: a record of a stream, a sampled record of a batch, or a run's verdict."""

    at: datetime
    ref: str
    dataset: str
    result: str
    signatures: tuple[str, ...] = ()
    producer: str = ""
    version: str = ""
    run_id: str = ""
    job: str = ""
    dag_run_id: str = ""
    gates: tuple[tuple[str, str], ...] = ()
    is_sample: bool = False
    upstreams: tuple[str, ...] = ()
    trace_id: str = ""
    quarantine: str = ""
    held: bool = False
    compliance_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Summarised:
    """How many of a run's records passed; ``signatures`` are (signature, count, first seen)."""

    at: datetime
    ref: str
    dataset: str
    run_id: str
    job: str
    processed: int
    passed: int
    failed: int
    signatures: tuple[tuple[str, int, datetime | None], ...] = ()
    dag_run_id: str = ""


@dataclass(frozen=True, slots=True)
class Tested:
    """One data test on a table, as dbt and its like report it."""

    at: datetime
    ref: str
    dataset: str
    run_id: str
    job: str
    name: str
    column: str
    passed: bool
    warns_only: bool
    signature: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Metrics of a table's columns over ``rows`` rows: (name, value), such as ``null_rate:customer_id``."""

    at: datetime
    ref: str
    dataset: str
    run_id: str
    job: str
    rows: int
    metrics: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class SchemaSeen:
    """The columns of a table as (name, type), in the order told."""

    at: datetime
    ref: str
    dataset: str
    columns: tuple[tuple[str, str], ...]
    job: str = ""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A change went live. ``source`` is how that is known: event, cdevents, openlineage, run, evidence."""

    at: datetime
    ref: str
    service: str
    version: str
    source: str
    previous_version: str = ""
    environment: str = ""
    commit_sha: str = ""
    deploy_ref: str = ""
    pull_request: str = ""
    deployed_by: str = ""
    change_summary: str = ""
    jobs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """``<service>:<version>``."""
        return f"{self.service}:{self.version}"


@dataclass(frozen=True, slots=True)
class Fed:
    """Data flows from one table into another, through ``job`` where that is known."""

    at: datetime
    ref: str
    source: str
    target: str
    job: str = ""
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Owned:
    """A data set or job belongs to a team."""

    at: datetime
    ref: str
    label: str
    key: str
    team: str


@dataclass(frozen=True, slots=True)
class Described:
    """A table's metadata: physical names, a life-cycle change, tags."""

    at: datetime
    ref: str
    dataset: str
    namespaces: tuple[str, ...] = ()
    type: str = ""
    lifecycle: str = ""
    version: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    resolved: bool = True


@dataclass(frozen=True, slots=True)
class Registered:
    """A data set came under watch, with these objectives."""

    at: datetime
    ref: str
    registration: DatasetRegistration


@dataclass(frozen=True, slots=True)
class Served:
    """A service produces a data set (from a mapping rule)."""

    at: datetime
    ref: str
    dataset: str
    service: str


Fact: TypeAlias = (
    RunSeen | Committed | Validated | Summarised | Tested | Measured | SchemaSeen | Shipped | Fed | Owned
    | Described | Registered | Served
)  # fmt: skip
