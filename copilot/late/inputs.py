"""Which inputs of a job a missed update was waiting for."""

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ..world import World
from ..world.orchestration import starters_of
from .blame import Tried
from .culprits import Missed
from .habits import expected, interval

_ONE_UPDATE = timedelta(minutes=30)
_MORE_THAN_ONCE = 2
_SKEW, _MOST_SKEW = timedelta(minutes=2), timedelta(minutes=10)
_A_HABIT = 3
_DEPTH = 4


def late_inputs(world: World, missed: Missed, told: Tried) -> list[Missed]:
    """The inputs that were missed where that explains the table; those not known to be due are none."""
    reference = _reference(world, missed, told.job)
    if reference is None:
        return []
    heard = _heard(world, [(urn,) for urn in _read(world, missed.urn, told.job)])
    known = [_late(world, missed, told, way, reference) for way in heard]
    return [each for each in known if each is not None and not _does_without(world, missed, each.urn)]


def _heard(world: World, ways: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The inputs, each with the tables below it: one that never says when it is new is looked through."""
    found: list[tuple[str, ...]] = []
    seen = {way[0] for way in ways}
    for _ in range(_DEPTH):
        silent = [way for way in ways if not _arrivals(world, way[0])]
        found += [way for way in ways if way not in silent]
        ways = [(urn, *way) for way in silent for urn in world.sources(way[0]) if urn not in seen]
        seen |= {way[0] for way in ways}
    return found


def _read(world: World, table: str, job: str) -> list[str]:
    """What a job reads, itself or through what it starts to write the table, and what is said to feed it."""
    started = [other for other in world.writers(table) if job in starters_of(world, other)]
    read = {urn for each in (job, *started) for urn in world.inputs(each)}
    return sorted((read | set(world.declared(table))) - {table})


def _late(
    world: World, missed: Missed, told: Tried, way: tuple[str, ...], reference: datetime
) -> Missed | None:
    urn, *through = way
    arrivals = _arrivals(world, urn)
    used_by = reference + _behind(world, missed, told.job, arrivals)
    before = [at for at in arrivals if at <= used_by]
    after = [at for at in arrivals if at > used_by]
    if not before:
        return None
    due, tolerance = expected(before)
    if not after:
        late = max(world.now, missed.by) > due + tolerance
        return Missed(urn, before[-1], missed.by, through=tuple(through)) if late else None
    in_time = after[0] <= max(due + tolerance, _needed(world, missed, told, urn, tolerance))
    if in_time or _left_time(world, missed, told, urn, due, after[0]):
        return None
    return Missed(urn, before[-1], min(after[0], missed.by), through=tuple(through))


def _behind(world: World, missed: Missed, job: str, arrivals: list[datetime]) -> timedelta:
    """How long after the start of a run an input may be stamped that it was made of.

    Two senders' clocks may differ, and a run may begin by waiting: both show as a habit.
    """
    most = interval(arrivals) / 4
    runs = [run for run in world.runs.get(job, ()) if missed.since and run.started <= missed.since]
    nearest = [min((at - run.started for at in arrivals), key=abs) for run in runs]
    near = [each for each in nearest if abs(each) <= min(_MOST_SKEW, most)]
    habit = max(near) if 2 * len(near) > len(runs) and len(near) >= _A_HABIT else timedelta()
    return max(min(_SKEW, most), habit)


def _arrivals(world: World, urn: str) -> list[datetime]:
    return [each.at for each in world.commits(urn) if each.advances]


def _needed(world: World, missed: Missed, told: Tried, urn: str, tolerance: timedelta) -> datetime:
    """By when the job needs its inputs: its start, or when it would have started had they been there.

    Of a table whose writer is not seen to run, by when what it is made of usually is there.
    """
    if told.runs:
        return min(told.runs[0].started, told.slot.planned(told.runs[0]))
    if world.runs.get(told.job):
        return told.slot.due
    updates, waits = _updates(world, missed), _waits(world, missed, urn)
    if not updates or not waits:
        return missed.by
    due, usual = expected(updates)[0], interval(updates)
    due += max(timedelta(), (missed.by - due) // usual * usual)
    return due - timedelta(seconds=median(waits)) + tolerance


def _reference(world: World, missed: Missed, job: str) -> datetime | None:
    """The start of the run that left the table good: its inputs had come before that.

    Of a job that is never seen to run, its commit, before which they had come as well.
    """
    if missed.since is None or not world.runs.get(job):
        return missed.since
    before = [run for run in world.runs[job] if run.started <= missed.since]
    return before[-1].started if before else missed.since - timedelta(hours=3)


def _updates(world: World, missed: Missed) -> list[datetime]:
    """When the table was updated, up to the last good time."""
    return [at for at in _arrivals(world, missed.urn) if missed.since is None or at <= missed.since]


def _does_without(world: World, missed: Missed, urn: str) -> bool:
    """Whether updates have come without anything new in an input, more than once."""
    arrivals = _arrivals(world, urn)
    pairs = [(one, other) for one, other in pairwise(_updates(world, missed)) if other - one > _ONE_UPDATE]
    without = [pair for pair in pairs if not any(pair[0] < each <= pair[1] for each in arrivals)]
    return len(without) >= _MORE_THAN_ONCE and 5 * len(without) >= len(pairs)


def _left_time(world: World, missed: Missed, told: Tried, urn: str, due: datetime, arrived: datetime) -> bool:
    """Whether it came early enough for an update in time: the job then lost more than the wait for it."""
    if told.runs and told.runs[0].started < arrived - _SKEW:
        return False
    waits = _waits(world, missed, urn)
    return bool(waits) and missed.by - arrived - timedelta(seconds=median(waits)) > arrived - due


def _waits(world: World, missed: Missed, urn: str) -> list[float]:
    """How many seconds updates of the table came after the latest news of an input."""
    arrivals = _arrivals(world, urn)
    return [
        (update - max(each for each in arrivals if each <= update)).total_seconds()
        for update in _updates(world, missed)
        if arrivals[0] <= update
    ]
