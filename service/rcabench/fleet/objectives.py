"""What the fleet's owners promise, set from how it does on ordinary days; and what is missed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal, TypeAlias

from .chance import Chance
from .model import DataSet, Fleet, Objectives
from .streams import windows
from .world import Part, World

Promise: TypeAlias = Literal["freshness", "volume", "contract", "dq", "gap"]
MIN_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Miss:
    """``urn`` missed ``promise``; ``at`` is when that could first be known."""

    urn: str
    promise: Promise
    at: datetime
    day: int


def promised(fleet: Fleet, ordinary: World, chance: Chance) -> dict[str, Objectives]:
    """Objectives that every ordinary day of ``ordinary`` keeps with room to spare."""
    found = {s.urn: _promise(fleet, ordinary, s, chance) for s in fleet.sets.values() if s.is_registered}
    return {urn: promise for urn, promise in found.items() if promise is not None}


def _promise(fleet: Fleet, ordinary: World, target: DataSet, chance: Chance) -> Objectives | None:
    rng = chance.of("promise", target.urn)
    if target.kind == "stream":
        return Objectives(contract_rate=rng.choice((0.95, 0.95, 0.9)), warning_rate=0.8)
    writer = fleet.writer(target.urn)
    if writer is None or (target.tier == 3 and rng.random() < 0.5):
        return None
    minute = max(
        (part.at - fleet.moment(part.day, 0)) / timedelta(minutes=1)
        for part in ordinary.parts.values()
        if part.urn == target.urn
    )
    deadline = (int(minute) // 15 + 1) * 15 + rng.choice((15, 30, 30, 45))
    rows = _is_counted(target, writer.style)
    return Objectives(
        deadline=deadline,
        grace=rng.choice((15, 30, 30, 45)),
        rows_at_least=int(target.rows * 0.4) if rows and rng.random() < 0.6 else None,
        rows_within_pct=rng.choice((40.0, 40.0, 50.0)) if rows and rng.random() < 0.8 else None,
        dq_rate=rng.choice((0.95, 0.98, 0.98, 0.99)) if writer.gates and rng.random() < 0.9 else None,
    )


def _is_counted(target: DataSet, style: str) -> bool:
    """Whether anybody is told how many rows a run wrote."""
    return target.hook or style in ("spark", "native")


def misses(world: World, until: datetime, leeway: float = 0.0) -> list[Miss]:
    """Every objective that is missed by ``until``, in order of time.

    ``leeway`` widens (or, below nothing, narrows) by that share what is still taken as kept.
    """
    found: list[Miss] = []
    for urn, promise in world.fleet.objectives.items():
        target = world.fleet.sets[urn]
        if target.kind == "stream":
            found += _contract(world, urn, promise, until, leeway)
        else:
            for day in range(world.fleet.days):
                found += _batch(world, urn, promise, day, leeway)
    found += _gaps(world)
    return sorted((miss for miss in found if miss.at <= until), key=lambda miss: (miss.at, miss.urn))


def _batch(world: World, urn: str, promise: Objectives, day: int, leeway: float) -> list[Miss]:
    part = world.part(urn, day)
    found = [_freshness(world, urn, promise, day, part)]
    if part is not None:
        found += [_volume(world, promise, part, leeway), _dq(promise, part, leeway)]
    return [miss for miss in found if miss is not None]


def _freshness(world: World, urn: str, promise: Objectives, day: int, part: Part | None) -> Miss | None:
    if promise.deadline is None:
        return None
    limit = world.fleet.moment(day, promise.deadline + promise.grace)
    in_time = part is not None and part.at <= limit and part.label >= world.fleet.label(urn, day)
    return None if in_time else Miss(urn, "freshness", limit, day)


def _volume(world: World, promise: Objectives, part: Part, leeway: float) -> Miss | None:
    before = [p.rows for d in range(part.day) if (p := world.part(part.urn, d)) is not None]
    usual = median(before[-7:]) if len(before) >= 3 else None
    low = promise.rows_at_least is not None and part.rows < promise.rows_at_least * (1 - leeway)
    off = promise.rows_within_pct is not None and usual is not None
    off = off and abs(part.rows - (usual or 0)) > (usual or 0) * (promise.rows_within_pct or 0) / 100 * (
        1 + leeway
    )
    return Miss(part.urn, "volume", part.at, part.day) if low or off else None


def _dq(promise: Objectives, part: Part, leeway: float) -> Miss | None:
    if promise.dq_rate is None or not part.reported:
        return None
    is_bad = part.failing > (1 - promise.dq_rate) * (1 + leeway)
    return Miss(part.urn, "dq", part.at, part.day) if is_bad else None


def _contract(world: World, urn: str, promise: Objectives, until: datetime, leeway: float) -> list[Miss]:
    if urn not in world.effects.spoilt:
        return []  # the noise of a stream is at most one record of a whole window
    for window in windows(world, urn, until):
        total = len(window.records)
        failed = sum(record.verdict == "FAIL" for record in window.records)
        allowed = (1 - (promise.contract_rate or 0)) * (1 + leeway)
        if total >= MIN_SAMPLE and window.end <= until and failed / total > allowed:
            return [Miss(urn, "contract", window.end, world.fleet.today)]
    return []


def _gaps(world: World) -> list[Miss]:
    """Runs of which nobody was told what they should have been told."""
    found: list[Miss] = []
    for run in world.runs:
        target = world.fleet.sets[run.job.output]
        if target.tier > 2 or not target.is_registered or run.state != "COMPLETE" or run.is_backfill:
            continue
        part = world.part(target.urn, run.day)
        silent = part is not None and set(part.reported) != set(run.job.gates)
        if run.dark_from is not None:
            found.append(Miss(target.urn, "gap", run.dark_from + timedelta(minutes=30), run.day))
        elif silent:
            found.append(Miss(target.urn, "gap", run.ended + timedelta(minutes=20), run.day))
    found += [
        Miss(urn, "gap", since + timedelta(minutes=30), world.fleet.today)
        for urn, since in world.effects.mute_streams.items()
    ]
    return found
