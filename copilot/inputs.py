"""Which inputs of a job a missed update was waiting for."""

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from .blame import Tried
from .culprits import Missed
from .habits import expected, interval
from .orchestration import starters_of
from .world import World

_ONE_UPDATE = timedelta(minutes=30)
_MORE_THAN_ONCE = 2
_SKEW = timedelta(minutes=2)
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
    """What a job reads, itself or through what it starts to write the table."""
    started = [other for other in world.writers(table) if job in starters_of(world, other)]
    return sorted({urn for each in (job, *started) for urn in world.inputs(each)} - {table})


def _late(
    world: World, missed: Missed, told: Tried, way: tuple[str, ...], reference: datetime
) -> Missed | None:
    urn, *through = way
    arrivals = _arrivals(world, urn)
    used_by = reference + min(_SKEW, interval(arrivals) / 4)
    before = [at for at in arrivals if at <= used_by]
    after = [at for at in arrivals if at > used_by]
    if not before:
        return None
    due, tolerance = expected(before)
    if not after:
        late = max(world.now, missed.by) > due + tolerance
        return Missed(urn, before[-1], missed.by, through=tuple(through)) if late else None
    in_time = after[0] <= max(due + tolerance, _needed(told))
    if in_time or _left_time(world, missed, told, urn, due, after[0]):
        return None
    return Missed(urn, before[-1], min(after[0], missed.by), through=tuple(through))


def _arrivals(world: World, urn: str) -> list[datetime]:
    return [each.at for each in world.commits(urn) if each.advances]


def _needed(told: Tried) -> datetime:
    """By when the job needs its inputs: its start, or when it would have started had they been there."""
    return min(told.runs[0].started, told.slot.planned(told.runs[0])) if told.runs else told.slot.due


def _reference(world: World, missed: Missed, job: str) -> datetime | None:
    """The start of the run that left the table good: its inputs had come before that."""
    if missed.since is None:
        return None
    before = [run for run in world.runs.get(job, ()) if run.started <= missed.since]
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
    arrivals = _arrivals(world, urn)
    waits = [
        (update - max(each for each in arrivals if each <= update)).total_seconds()
        for update in _updates(world, missed)
        if arrivals[0] <= update
    ]
    return bool(waits) and missed.by - arrived - timedelta(seconds=median(waits)) > arrived - due
