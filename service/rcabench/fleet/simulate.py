"""What happens to the data, day by day and job by job."""

from datetime import datetime, timedelta

from .chance import Chance
from .effects import Effects
from .model import DataSet, Fleet
from .turn import Turn, typical
from .world import Part, World


def simulate(fleet: Fleet, effects: Effects, chance: Chance) -> World:
    """The fleet's days under ``effects``. Equal arguments give equal worlds."""
    world = World(fleet, effects)
    for day in range(fleet.days):
        for source in fleet.sets.values():
            if source.kind in ("stream", "external"):
                _arrive(world, source, day, chance)
        for job in fleet.jobs:
            Turn(world, job, day, chance).run()
    return world


def _arrive(world: World, source: DataSet, day: int, chance: Chance) -> None:
    fleet, effects = world.fleet, world.effects
    late = effects.late.get((source.urn, day), 0.0)
    minute = source.arrival + chance.uniform(-6, 6, "arrival", source.urn, day)
    at = fleet.moment(day, minute + late)
    bad = dict(effects.bad.get((source.urn, day), {}))
    if source.kind == "stream":
        at = fleet.moment(day, 0)
        bad |= _spoilt_day(effects, source, at)
    rows = typical(fleet, source, day) * chance.spread(0.05, "rows", source.urn, day)
    rows *= effects.rows.get((source.urn, day), 1.0)
    retyped = tuple(pair for pair in (effects.schema.get((source.urn, day)),) if pair)
    label = fleet.label(source.urn, day)
    world.parts[source.urn, day] = Part(
        source.urn, day, label, int(rows), tuple(sorted(bad.items())), at, retyped=retyped
    )


def _spoilt_day(effects: Effects, stream: DataSet, end: datetime) -> dict[str, float]:
    """The share of the 24 hours before ``end`` that each code spoils, sampled twice an hour."""
    found: dict[str, float] = {}
    for spoilt in effects.spoilt.get(stream.urn, []):
        moments = (end - timedelta(minutes=30 * step + 15) for step in range(48))
        share = sum(spoilt.at(moment) for moment in moments) / 48 * spoilt.rollout / len(stream.services)
        if share > 0:
            found[spoilt.code] = found.get(spoilt.code, 0.0) + share
    return found
