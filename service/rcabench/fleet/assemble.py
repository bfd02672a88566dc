"""One case from one seed: a fleet, what befell it, what was received of it, and what is true."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from signal_factory.times import format_time

from ..case import Case, Fault
from .build import build
from .chance import Chance
from .confounders import confound
from .effects import Effects
from .emit import Quirks, recorded
from .faults import STRIKES, Strike
from .faults.setting import Plan, Setting
from .model import Fleet, Objectives
from .noise import SETTLED, delayed_within_grace, ordinary
from .objectives import misses, promised
from .simulate import simulate
from .truth import Damage, damage, fault
from .words import ORDERS_IN_TEXT
from .world import World

TRIES = 60


@dataclass(frozen=True)
class Struck:
    """A fault that showed."""

    name: str
    family: str
    plan: Plan
    hurt: Damage


def make(seed: int, families: Collection[str] | None, *, healthy: bool) -> Case:
    """The case of ``seed``.

    Raises:
        ValueError: no family of that name, or none of its faults shows in any of the fleets tried.
    """
    if healthy:
        return _healthy(seed)
    wanted = [(family, strike) for family, strike in _strikes(families)]
    rng = Chance(f"{seed}").of("choice")
    family, strike = rng.choice(wanted)
    for attempt in range(TRIES):
        case = _attempt(seed, attempt, family, strike)
        if case is not None:
            return case
    raise ValueError(f"no fleet of seed {seed} shows {family}: {strike.__name__}")


def _strikes(families: Collection[str] | None) -> list[tuple[str, Strike]]:
    unknown = set(families or ()) - set(STRIKES)
    if unknown:
        raise ValueError(f"unknown families: {', '.join(sorted(unknown))}; there are {', '.join(STRIKES)}")
    return [
        (f, strike) for f, strikes in STRIKES.items() if not families or f in families for strike in strikes
    ]


@dataclass(frozen=True)
class Stage:
    """A fleet with its promises, on days on which it keeps them."""

    fleet: Fleet
    effects: Effects
    world: World
    chance: Chance


def stage(seed: int, attempt: int) -> Stage:
    """A fleet whose ordinary days break no promise."""
    chance = Chance(f"{seed}/{attempt}")
    fleet = build(seed * 1000 + attempt, chance)
    effects = ordinary(fleet, chance)
    fleet = replace(fleet, objectives=promised(fleet, simulate(fleet, effects, chance), chance))
    calm = delayed_within_grace(fleet, effects, chance.of("grace"))
    for tried in (calm, effects):
        world = simulate(fleet, tried, chance)
        if not misses(world, fleet.moment(fleet.days, 0)):
            return Stage(fleet, tried, world, chance)
    return stage(seed, attempt + 100)


def _healthy(seed: int) -> Case:
    found = stage(seed, 0)
    rng = found.chance.of("look")
    until = found.fleet.moment(found.fleet.today, rng.uniform(240, 1200))
    quirks = Quirks(skew=rng.choice((1.5, 1.5, 60.0)))
    events = recorded(found.world, until, quirks, found.chance)
    return Case(f"healthy-{seed}", seed, events, format_time(until))


def _attempt(seed: int, attempt: int, family: str, strike: Strike) -> Case | None:
    ground = stage(seed, attempt)
    rng = ground.chance.of("fault", strike.__name__)
    effects = ground.effects.copy()
    plan = strike(Setting(ground.fleet, ground.world, rng), effects)
    if plan is None:
        return None
    ground = _with_plan(ground, plan)
    world = simulate(ground.fleet, effects, ground.chance)
    until = _until(ground, world, plan, rng)
    if until is None:
        return None
    struck = Struck(strike.__name__, family, plan, damage(world, ground.world, until))
    return _case(seed, ground, world, until, (struck,), rng)


def _with_plan(ground: Stage, plan: Plan) -> Stage:
    """The fleet as the fault needs it: some data sets without promises, some described otherwise."""
    kept: dict[str, Objectives] = {
        urn: promise for urn, promise in ground.fleet.objectives.items() if urn not in plan.unpromised
    }
    fleet = replace(ground.fleet, objectives=kept, sets={**ground.fleet.sets, **plan.sets})
    return replace(ground, fleet=fleet, world=simulate(fleet, ground.effects, ground.chance))


def _until(ground: Stage, world: World, plan: Plan, rng: Random) -> datetime | None:
    """When somebody looks: after the first promise is missed, and not in the minutes around a miss."""
    if plan.until is not None:
        return plan.until
    horizon = plan.horizon or ground.fleet.moment(ground.fleet.today, 24 * 60 - 1)
    missed = [m for m in damage(world, ground.world, horizon).missed if m.day == ground.fleet.today]
    if not missed:
        return None
    until = missed[0].at + timedelta(minutes=rng.uniform(10, 90))
    while any(until - SETTLED < miss.at <= until for miss in misses(world, until)):
        until += SETTLED
    return until


def _case(
    seed: int, ground: Stage, world: World, until: datetime, struck: tuple[Struck, ...], rng: Random
) -> Case:
    traits = {trait for one in struck for trait in one.plan.traits}
    told = confound(world, struck_sets(struck), guarded(struck), _first(struck, until), until, rng)
    traits |= set(told.traits)
    quirks = _quirks(world, rng, traits)
    events = recorded(told.world, until, quirks, ground.chance)
    faults = tuple(_truth(ground.fleet, one) for one in struck)
    name = f"{struck[0].family}-{struck[0].name}-{seed}"
    return Case(name, seed, events, format_time(until), faults, tuple(sorted(traits)))


def _truth(fleet: Fleet, one: Struck) -> Fault:
    return fault(fleet, one.name, one.family, one.plan.answers, one.plan.origins, one.hurt)


def struck_sets(struck: tuple[Struck, ...]) -> frozenset[str]:
    """All data sets that any of the faults harmed."""
    return frozenset(urn for one in struck for urn in (*one.hurt.harmed, *one.plan.origins))


def guarded(struck: tuple[Struck, ...]) -> frozenset[str]:
    """All services and jobs that no confounder may touch."""
    return frozenset(name for one in struck for name in one.plan.guarded)


def _first(struck: tuple[Struck, ...], until: datetime) -> datetime:
    """When the first promise was missed that somebody looks at."""
    return min(
        (miss.at for one in struck for miss in one.hurt.missed if miss.at > one.plan.onset), default=until
    )


def _quirks(world: World, rng: Random, traits: set[str]) -> Quirks:
    skew, lost, orders = 1.5, frozenset[str](), dict[str, str]()
    if rng.random() < 0.15:
        skew = 80.0
        traits.add("skew")
    failed = [run for run in world.runs if run.state == "FAIL" and run.day == world.fleet.today]
    if failed and rng.random() < 0.15:
        lost = frozenset({rng.choice(failed).run_id})
        traits.add("no_start")
    if failed and rng.random() < 0.2:
        text = rng.choice(ORDERS_IN_TEXT).format(other=rng.choice(sorted(world.fleet.versions)))
        orders = {run.job.urn: f" {text}" for run in failed}
        traits.add("injection")
    return Quirks(skew, lost, orders)
