"""When a job usually starts, and which of its runs were for an update that was missed.

A schedule is not told by everyone, and where it is, an orchestrator gives every task of a
DAG the same one: how long after it a task usually starts is learned from its nights.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ..world import CommitView, RunView, World

DAY = timedelta(days=1)
_ONE_START = timedelta(minutes=30)
_AT_ONCE = timedelta(minutes=1)
_LEAST_TOLERANCE = timedelta(minutes=15)
_LEAST_RUNS = 4
_DAILY = timedelta(hours=16)
_SEVERAL = 2
_SETTLING = timedelta(minutes=10)
_BACKFILL = re.compile(r"(?:^|__)backfill__")
"""What Airflow calls such a run of a DAG."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a job was to start for an update, and from and until when a start is one for it.

    ``lag`` is how long after the schedule that its runs name it usually starts, None where
    none named one; ``is_regular`` says that ``due`` is its habit, and no guess.
    """

    opens: datetime
    due: datetime
    closes: datetime
    lag: timedelta | None = None
    is_regular: bool = False

    def planned(self, run: RunView) -> datetime:
        """When this run was to start. After days off, it may name the schedule of the last day on."""
        told = self._scheduled(run)
        if told is None or (self.is_regular and told < self.due <= run.started):
            return self.due
        return told

    def _scheduled(self, run: RunView) -> datetime | None:
        if run.scheduled is None:
            return None
        if self.lag is not None:
            return run.scheduled + self.lag
        return run.scheduled if run.started - run.scheduled < DAY / 2 else run.started

    def tells_lateness(self, run: RunView) -> bool:
        """Whether enough is known to say that a run began late."""
        return run.scheduled is not None or self.is_regular

    def holds(self, run: RunView, by: datetime) -> bool:
        """Whether a run was for this update: no rerun of an old one, and not already the next."""
        told = self._scheduled(run) or run.started
        return self.opens < told < self.closes or (told > self.opens and run.started <= by)


def slot_of(world: World, job: str, since: datetime | None, by: datetime) -> Slot:
    """The slot of the update that was due after ``since`` and by ``by``."""
    before = [run for run in world.runs.get(job, ()) if run.started <= (since or by)]
    starts = [run.started for run in before]
    if not starts:
        return Slot(since or by - DAY, by, by + DAY / 2)
    usual, lag = _by_the_clock(interval(starts)), _lag(before)
    if not _is_regular(starts, usual):
        return Slot(since or by - DAY, min(starts[-1] + usual, by), by + usual / 2, lag)
    habit = starts[-1] + _middle([_apart(each - starts[-1], usual) for each in starts])
    first = habit
    while since is not None and first <= since + usual / 24:
        first += usual
    if first > by:
        return Slot(since or by - DAY, by, by + usual / 2, lag)
    due = first + (by - first) // usual * usual
    opens = by - DAY if since is None else max(since, first - usual / 4)
    return Slot(opens, due, due + usual / 2, lag, is_regular=len(starts) >= _LEAST_RUNS - 1)


def out_of_turn(world: World, urn: str, runs: Sequence[RunView], since: datetime | None) -> list[RunView]:
    """The runs that fill in older partitions, as backfills and runs by hand do.

    Whichever wrote a partition older than the table already had was for an older update where
    nothing scheduled it, though the job's runs usually say when they were scheduled, or where
    several wrote one partition each. An orchestrator may name it, too.
    """
    usual = [run for run in world.runs.get(runs[0].job, ()) if since and run.started <= since] if runs else []
    tells = 2 * sum(run.scheduled is not None for run in usual) > len(usual)
    wrote = {run.run_id: commit for commit in world.commits(urn) if (run := run_of(world, runs, commit))}
    older = {run_id for run_id, each in wrote.items() if _is_older(world, urn, each)}
    many = len({wrote[run_id].watermark for run_id in older})

    def is_aside(run: RunView) -> bool:
        if _BACKFILL.search(run.dag_run):
            return True
        commit = wrote.get(run.run_id)
        stays = commit is not None and not commit.advances
        if tells and run.scheduled is None:
            return bool(older) and (commit is None or stays)
        return stays and (many >= _SEVERAL or (run.run_id in older and len(wrote) > many))

    return [run for run in runs if is_aside(run)]


def run_of(world: World, runs: Sequence[RunView], commit: CommitView) -> RunView | None:
    """The run of ``runs`` that made a commit: by id, or by its end where the commit names no known run."""
    if world.run(commit.run_id) is not None or not runs:
        return next((run for run in runs if run.run_id == commit.run_id), None)
    nearest = min(runs, key=lambda run: (abs((run.ended or run.started) - commit.at), run.run_id))
    is_near = nearest.ended is not None and abs(nearest.ended - commit.at) <= _SETTLING
    return nearest if is_near else None


def _is_older(world: World, urn: str, commit: CommitView) -> bool:
    return any(each.at < commit.at and each.watermark > commit.watermark for each in world.commits(urn))


def interval(moments: list[datetime]) -> timedelta:
    """What usually lies between; a day where that is not known. Repetitions at once are one.

    Who comes by the day comes at whole days. Days off and misses make some gaps longer, and
    nothing makes them shorter: few gaps, half of them across a weekend or a miss, still tell a day.
    """
    gaps = sorted(_gaps(moments))
    usual = _middle(gaps) if gaps else DAY
    apart = [gap for gap in gaps if gap >= _DAILY]
    if usual < _DAILY or not apart:
        return usual
    short = apart[(len(apart) - 1) // 4]
    whole = round(short / DAY) * DAY
    return whole if abs(short - whole) <= DAY - _DAILY else usual


def expected(arrivals: list[datetime]) -> tuple[datetime, timedelta]:
    """When the next one was to come, and by how much it may be late.

    What comes all the time is not late before it paused for longer than it ever did. What comes
    by the day is due at its time of day, also after a day on which it came at another.
    """
    usual, gaps = interval(arrivals), _gaps(arrivals)
    if usual >= _DAILY:
        return _by_the_day(arrivals, usual)
    spread = 3 * _middle([abs(gap - usual) for gap in gaps]) if gaps else timedelta()
    if usual <= _ONE_START:
        spread = max(gaps)
    return arrivals[-1] + usual, max(min(_LEAST_TOLERANCE, usual / 4), spread)


def _by_the_day(arrivals: list[datetime], usual: timedelta) -> tuple[datetime, timedelta]:
    off = [_apart(each - arrivals[-1], usual) for each in arrivals]
    habit = _middle(off)
    spread = 3 * _middle([abs(_apart(each - habit, usual)) for each in off])
    due = arrivals[-1] + habit
    while due <= arrivals[-1] + usual / 2:
        due += usual
    return due, max(_LEAST_TOLERANCE, spread)


def _by_the_clock(usual: timedelta) -> timedelta:
    """The interval that a clock would keep, where it is nearly that: small errors add up over a week."""
    for grid in (DAY, DAY / 24, _ONE_START):
        whole = round(usual / grid) * grid
        if abs(usual - whole) <= usual / 50:
            return whole
    return usual


def _gaps(moments: list[datetime]) -> list[timedelta]:
    """What lies between, without that between tries of one run, unless it is so short most of the time."""
    gaps = [later - sooner for sooner, later in pairwise(moments) if later - sooner > _AT_ONCE]
    apart = [gap for gap in gaps if gap > _ONE_START]
    return apart if 3 * len(apart) >= len(gaps) else gaps


def _is_regular(starts: list[datetime], usual: timedelta) -> bool:
    """Whether most runs keep to one rhythm; nights left out, as on weekends, do not break it."""
    off = [abs(_apart(gap, usual)) for gap in _gaps(starts)]
    return not off or _middle(off) <= usual / 8


def _apart(span: timedelta, usual: timedelta) -> timedelta:
    """How far from a whole number of intervals."""
    return (span + usual / 2) % usual - usual / 2


def _lag(before: list[RunView]) -> timedelta | None:
    told = [run.started - run.scheduled for run in before if run.scheduled is not None]
    return max(timedelta(), _middle(told)) if told else None


def _middle(spans: list[timedelta]) -> timedelta:
    return timedelta(seconds=median(each.total_seconds() for each in spans))
