"""What a simulation leaves behind: runs, and the partitions they wrote."""

from dataclasses import dataclass, field
from datetime import date, datetime

from .effects import Effects
from .model import Fleet, Job

DRIFT = ("MISSING_FIELD", "SCHEMA_BREAK", "UNKNOWN_ENUM", "RENAMED_FIELD")


@dataclass(frozen=True, slots=True)
class Part:
    """One partition as it lies in storage: rows, and the share (0..1) that each code spoils.

    ``measured`` is what the checks of the run that wrote it found; ``reported`` are the
    gates that anybody was told of.
    """

    urn: str
    day: int
    label: date
    rows: int
    bad: tuple[tuple[str, float], ...]
    at: datetime
    measured: tuple[tuple[str, float], ...] = ()
    reported: tuple[str, ...] = ()
    retyped: tuple[tuple[str, str], ...] = ()
    stale: bool = False

    @property
    def failing(self) -> float:
        """The share of records that the run's checks found wrong."""
        return min(1.0, sum(share for _, share in self.measured))


@dataclass(frozen=True, slots=True)
class Run:
    """One try of a job; ``read`` are the partitions it looked for.

    ``ended`` and ``state`` are those that it will have had in the end.
    """

    job: Job
    day: int
    attempt: int
    run_id: str
    dag_run_id: str
    scheduled: datetime
    started: datetime
    ended: datetime
    state: str
    rows_in: int
    version: str
    error: str = ""
    part: Part | None = None
    dark_from: datetime | None = None
    is_backfill: bool = False
    is_last: bool = True
    read: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """A sensor looked for ``urn`` from ``started``; ``ended`` is None where it never found it."""

    job: Job
    day: int
    run_id: str
    urn: str
    started: datetime
    ended: datetime | None


@dataclass
class World:
    """A fleet's days, as they came."""

    fleet: Fleet
    effects: Effects
    runs: list[Run] = field(default_factory=list[Run])
    waits: list[Wait] = field(default_factory=list[Wait])
    parts: dict[tuple[str, int], Part] = field(default_factory=dict[tuple[str, int], Part])

    def part(self, urn: str, day: int) -> Part | None:
        """The partition that the run of ``day`` wrote."""
        return self.parts.get((urn, day))

    def last_run(self, job: Job, day: int) -> Run | None:
        """The last try of ``job`` on ``day``."""
        found = [run for run in self.runs if run.job is job and run.day == day and not run.is_backfill]
        return found[-1] if found else None


def column_of(code: str) -> str:
    """The column a failure code speaks of, or an empty text."""
    parts = code.split(":")
    return parts[1] if len(parts) > 1 else ""


def is_shape(code: str) -> bool:
    """Whether it is the shape of a record that is wrong, not a value."""
    return code.split(":", maxsplit=1)[0] in ("MISSING_FIELD", "SCHEMA_BREAK", "RENAMED_FIELD")
