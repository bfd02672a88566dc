"""What befalls a fleet: the knobs that noise and faults turn, and the simulation obeys."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .model import Job


@dataclass(frozen=True, slots=True)
class Failure:
    """``attempts`` of a run fail with ``error``; None means every one."""

    error: str
    attempts: int | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Records of a stream go wrong: ``share`` (0..1) of them from ``start`` to ``end``.

    The share grows from nothing over ``ramp``, ever faster. ``version`` is what the spoilt records
    carry; only a ``rollout`` share of all records is of that version. ``service`` says
    which of several producers it is.
    """

    start: datetime
    code: str
    share: float
    service: str
    verdict: str = "FAIL"
    end: datetime | None = None
    ramp: timedelta = timedelta(0)
    rollout: float = 1.0

    def at(self, moment: datetime) -> float:
        """The spoilt share at ``moment``."""
        if moment < self.start or (self.end is not None and moment >= self.end):
            return 0.0
        if not self.ramp:
            return self.share
        return self.share * float(min(1.0, (moment - self.start) / self.ramp) ** 3)


@dataclass(frozen=True, slots=True)
class Change:
    """A version went live; ``is_told`` says whether anybody sent the event."""

    service: str
    version: str
    previous: str
    at: datetime
    jobs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    summary: str = ""
    is_told: bool = True
    rollout: float = 1.0
    told_at: datetime | None = None
    is_rollback: bool = False


@dataclass
class Effects:
    """All that is not as planned. Jobs are keyed by URN, days by index.

    ``late``, ``delayed`` and ``moved`` (the schedule
    itself) are minutes; ``slow`` and ``rows`` are factors; ``bad`` maps
    failure codes to shares (0..1) that arise in that table; ``shifted`` are days that the
    partition label is off; ``muted`` are gates that a run does not report; ``doubled`` are
    runs that are done twice.
    """

    failures: dict[tuple[str, int], Failure] = field(default_factory=dict[tuple[str, int], Failure])
    slow: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    paused: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    skipped: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    delayed: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    moved: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    shifted: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    rows: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    bad: dict[tuple[str, int], dict[str, float]] = field(
        default_factory=dict[tuple[str, int], dict[str, float]]
    )
    late: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    stuck: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    backfills: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    doubled: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    muted: dict[tuple[str, int], tuple[str, ...]] = field(
        default_factory=dict[tuple[str, int], tuple[str, ...]]
    )
    dark: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    mute_streams: dict[str, datetime] = field(default_factory=dict[str, datetime])
    outage: tuple[datetime, datetime] | None = None
    spoilt: dict[str, list[Spoilt]] = field(default_factory=dict[str, list[Spoilt]])
    schema: dict[tuple[str, int], tuple[str, str]] = field(
        default_factory=dict[tuple[str, int], tuple[str, str]]
    )
    changes: list[Change] = field(default_factory=list[Change])

    def copy(self) -> "Effects":
        """One that can be added to without touching this one."""
        return Effects(
            dict(self.failures),
            dict(self.slow),
            set(self.paused),
            set(self.skipped),
            dict(self.delayed),
            dict(self.moved),
            dict(self.shifted),
            dict(self.rows),
            {key: dict(codes) for key, codes in self.bad.items()},
            dict(self.late),
            set(self.stuck),
            dict(self.backfills),
            set(self.doubled),
            dict(self.muted),
            dict(self.dark),
            dict(self.mute_streams),
            self.outage,
            {urn: list(found) for urn, found in self.spoilt.items()},
            dict(self.schema),
            list(self.changes),
        )

    def version_of(self, job: Job, start: str, moment: datetime) -> str:
        """The version of ``job`` live at ``moment``."""
        live = [change for change in self.changes if change.at <= moment and _ships(change, job)]
        return max(live, key=lambda change: change.at).version if live else start


def _ships(change: Change, job: Job) -> bool:
    if change.jobs:
        return job.urn in change.jobs
    return change.service in (job.service, job.urn)
