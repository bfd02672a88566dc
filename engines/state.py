"""What the engines remember of one data set: small, bounded, and a fold of its facts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from .policy import Policy

KEPT = timedelta(days=35)
_ONE_COMMIT = timedelta(hours=1)
MAX_FAILURES, MAX_CHECKS, MAX_OPEN = 50, 500, 100
MAX_COMMITS, MAX_RUNS, MAX_WINDOWS, MAX_BATCHES, MAX_SIGNATURES = 300, 150, 300, 60, 200
MAX_POINTS, MAX_SERIES, MAX_HOURS = 40, 80, 200

Point: TypeAlias = tuple[float, str, float, bool]
"""What one run measured: when (Unix seconds), its id, the value, and whether that was odd. Many are kept."""

MOST_BEATS = 20
"""So many of the last heartbeats of a run are kept."""


@dataclass(slots=True)
class Commit:
    """New data in the table; ``watermark`` is "" where no partition is known."""

    at: datetime
    run_id: str
    job: str
    watermark: str
    rows: int | None
    strength: int
    anomalous: bool = False
    size: int | None = None


@dataclass(slots=True)
class Late:
    """Records that came when their window had been given up."""

    records: int = 0
    failed: int = 0
    newest: datetime | None = None


@dataclass(slots=True)
class Run:
    """A run of a job that writes the table. ``heard`` is when its last heartbeat was received."""

    run_id: str
    job: str
    state: str = "START"
    started: datetime | None = None
    seen: datetime | None = None
    ended: datetime | None = None
    scheduled: datetime | None = None
    error: str = ""
    dag: str = ""
    dag_run_id: str = ""
    beats: list[datetime] = field(default_factory=list[datetime])
    explicit_beats: bool = False
    heard: datetime | None = None
    last_start: datetime | None = None
    last_fail: datetime | None = None

    @property
    def was_followed(self) -> bool:
        """Whether more than its end is known of it."""
        return self.started is not None and (self.ended is None or self.started < self.ended)

    @property
    def has_failed(self) -> bool:
        """Whether it failed and was not started again under the same id."""
        if self.last_fail is None:
            return False
        return self.last_start is None or self.last_start <= self.last_fail


@dataclass(slots=True)
class Failure:
    """One signature within a window or run."""

    count: int = 0
    first_at: datetime | None = None
    first_ref: str = ""
    producer: str = ""
    version: str = ""


@dataclass(slots=True)
class Window:
    """Five minutes of a stream's validations."""

    start: datetime
    passed: int = 0
    warned: int = 0
    failed: int = 0
    last_pass: datetime | None = None
    first_fail: datetime | None = None
    good_before: datetime | None = None
    trace_id: str = ""
    failures: dict[str, Failure] = field(default_factory=dict[str, Failure])
    refs: list[str] = field(default_factory=list[str])

    @property
    def total(self) -> int:
        """Records validated."""
        return self.passed + self.warned + self.failed


@dataclass(slots=True)
class BatchRun:
    """The quality of one run: its summary, its gates' verdicts and its tests."""

    run_id: str
    at: datetime
    job: str = ""
    dag_run_id: str = ""
    processed: int = 0
    passed: int = 0
    failed: int = 0
    summary_at: datetime | None = None
    gates: dict[str, str] = field(default_factory=dict[str, str])
    tests: dict[str, bool] = field(default_factory=dict[str, bool])
    verdict_at: datetime | None = None
    first_fail: datetime | None = None
    failures: dict[str, Failure] = field(default_factory=dict[str, Failure])
    refs: list[str] = field(default_factory=list[str])
    is_new: dict[str, bool] = field(default_factory=dict[str, bool])
    ended: datetime | None = None
    held: bool = False


@dataclass(slots=True)
class Schema:
    """Columns (name → type) as seen at one time."""

    at: datetime
    columns: dict[str, str]
    ref: str = ""


@dataclass(slots=True)
class Open:
    """A track that is broken now."""

    signal_id: str
    state: str
    since: datetime
    first_bad: datetime
    last_good: datetime | None
    promise: bool


@dataclass(slots=True)
class DatasetState:
    """Everything the engines keep of one data set."""

    urn: str
    policy: Policy = field(default_factory=Policy)
    commits: list[Commit] = field(default_factory=list[Commit])
    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    windows: dict[str, Window] = field(default_factory=dict[str, Window])
    batches: dict[str, BatchRun] = field(default_factory=dict[str, BatchRun])
    schemas: list[Schema] = field(default_factory=list[Schema])
    signatures: dict[str, datetime] = field(default_factory=dict[str, datetime])
    open: dict[str, Open] = field(default_factory=dict[str, Open])
    due: datetime | None = None
    last_due: datetime | None = None
    missed: tuple[datetime | None, datetime] | None = None
    last_seen: datetime | None = None
    series: dict[str, list[Point]] = field(default_factory=dict[str, list[Point]])
    hours: dict[str, int] = field(default_factory=dict[str, int])
    late: Late = field(default_factory=Late)

    def remember_commit(self, commit: Commit) -> Commit:
        """Keep a commit in order of time; returns how it is kept.

        What several events tell of one commit is one (the strongest, then the earliest,
        stands). A run that goes on for days commits many times.
        """
        for index, known in enumerate(self.commits):
            if _is_same(known, commit):
                commit = self.commits[index] = _stronger(known, commit)
                break
        else:
            self.commits.append(commit)
        self.commits.sort(key=lambda each: (each.at, each.run_id))
        del self.commits[:-MAX_COMMITS]
        return commit

    def prune(self) -> None:
        """Forget what is beyond the bounds, oldest first."""
        bounds = ((self.windows, MAX_WINDOWS), (self.batches, MAX_BATCHES), (self.runs, MAX_RUNS))
        for held, most in (*bounds, (self.hours, MAX_HOURS)):
            while len(held) > most:
                del held[next(iter(held))]
        while len(self.open) > MAX_OPEN:
            del self.open[min(self.open, key=lambda track: (self.open[track].since, track))]
        while len(self.signatures) > MAX_SIGNATURES:
            del self.signatures[min(self.signatures, key=lambda name: (self.signatures[name], name))]


def _is_same(one: Commit, other: Commit) -> bool:
    if not one.run_id or one.run_id != other.run_id:
        return False
    if one.strength != other.strength:
        return True
    marks = sorted((one.watermark, other.watermark))
    return marks[1].startswith(marks[0]) and abs(one.at - other.at) <= _ONE_COMMIT


def _stronger(one: Commit, other: Commit) -> Commit:
    first, second = sorted((one, other), key=lambda each: (-each.strength, each.at))
    rows = first.rows if first.rows is not None else second.rows
    watermark = (
        max(first.watermark, second.watermark) if first.strength == second.strength else first.watermark
    )
    return Commit(
        first.at, first.run_id, first.job or second.job, watermark or second.watermark, rows, first.strength,
        first.anomalous or second.anomalous, first.size if first.size is not None else second.size,
    )  # fmt: skip
