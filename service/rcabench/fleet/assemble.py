"""One case from one seed: a fleet, what befell it, what was received of it, and what is true."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from random import Random

from signal_factory.times import format_time

from ..case import Case, Fault
from .chance import Chance
from .confounders import confound
from .effects import Effects
from .emit import Quirks, recorded
from .faults import RECIPES, Recipe, Strike
from .faults.setting import Plan, Setting
from .model import Fleet
from .noise import SETTLED
from .objectives import misses
from .simulate import simulate
from .stage import CLEAR, Stage, stage
from .truth import Damage, damage, fault
from .words import ORDERS_IN_TEXT
from .world import World

TRIES = 80


@dataclass(frozen=True)
class Struck:
    """One fault of a case, alone in a world of its own."""

    name: str
    plan: Plan
    world: World


def make(seed: int, families: Collection[str] | None, *, healthy: bool) -> Case:
    """The case of ``seed``.

    Raises:
        ValueError: no family of that name, or none of its faults shows in any of the fleets tried.
    """
    if healthy:
        return _healthy(seed)
    known = {recipe.family for recipe in RECIPES}
    unknown = set(families or ()) - known
    if unknown:
        raise ValueError(
            f"unknown families: {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}"
        )
    wanted = [recipe for recipe in RECIPES if not families or recipe.family in families]
    return case_of(seed, Chance(f"{seed}").of("choice").choice(wanted))


def case_of(seed: int, recipe: Recipe) -> Case:
    """The case of ``seed`` for one type of fault.

    Raises:
        ValueError: it shows in none of the fleets tried.
    """
    for attempt in range(TRIES):
        case = _attempt(seed, attempt, recipe)
        if case is not None:
            return case
    raise ValueError(f"no fleet of seed {seed} shows {recipe.family}: {recipe.name}")


def _healthy(seed: int) -> Case:
    found = stage(seed, 0)
    rng = found.chance.of("look")
    until = found.fleet.moment(found.fleet.today, rng.uniform(240, 1200))
    skew = rng.choice((1.5, 1.5, 60.0))
    events = recorded(found.world, until, Quirks(skew), found.chance)
    return Case(f"healthy-{seed}", seed, events, format_time(until), traits=("skew",) if skew > 2 else ())


def _attempt(seed: int, attempt: int, recipe: Recipe) -> Case | None:
    ground = stage(seed, attempt)
    rng = ground.chance.of("fault", recipe.name)
    strikes = tuple(rng.choice(pool) for pool in recipe.pools)
    plans = tuple(_strike(ground, strike, at, ground.effects.copy()) for at, strike in enumerate(strikes))
    if any(plan is None for plan in plans):
        return None
    sure = tuple(plan for plan in plans if plan is not None)
    struck = tuple(_alone(ground, sure, recipe, strike, at) for at, strike in enumerate(strikes))
    together = ground.effects.copy()
    for at, strike in enumerate(strikes):
        _strike(ground, strike, at, together)
    ground = ground.arranged(sure)
    until = _until(ground, struck, rng)
    if until is None or not _is_clear(ground, struck, until):
        return None
    return _case(seed, ground, together, until, recipe, struck, rng)


def _strike(ground: Stage, strike: Strike, at: int, effects: Effects) -> Plan | None:
    """What ``strike`` does to ``effects``; the same each time it is asked."""
    rng = ground.chance.of("strike", strike.__name__, at)
    return strike(Setting(ground.fleet, ground.world, rng), effects)


def _alone(ground: Stage, plans: tuple[Plan, ...], recipe: Recipe, strike: Strike, at: int) -> Struck:
    effects = ground.effects.copy()
    _strike(ground, strike, at, effects)
    name = recipe.name if len(recipe.pools) == 1 else f"{recipe.name}:{strike.__name__}"
    fleet = ground.arranged(plans).fleet
    return Struck(name, plans[at], simulate(fleet, effects, ground.chance))


def _until(ground: Stage, struck: tuple[Struck, ...], rng: Random) -> datetime | None:
    """When somebody looks: after each fault broke a promise, and not in the minutes around a miss."""
    if struck[0].plan.until is not None:
        return struck[0].plan.until
    firsts = [_first_miss(ground, one) for one in struck]
    if None in firsts:
        return None
    until = max(at for at in firsts if at is not None) + timedelta(minutes=rng.uniform(10, 90))
    while any(until - SETTLED < miss.at <= until for one in struck for miss in misses(one.world, until)):
        until += SETTLED
    return until


def _first_miss(ground: Stage, one: Struck) -> datetime | None:
    today = ground.fleet.today
    horizon = one.plan.horizon or ground.fleet.moment(today, 24 * 60 - 1)
    missed = damage(one.world, ground.world, horizon).missed
    return next((miss.at for miss in missed if miss.day == today), None)


def _is_clear(ground: Stage, struck: tuple[Struck, ...], until: datetime) -> bool:
    """Whether no promise is missed by a hair, and no two faults touch the same data."""
    for one in struck:
        strict, lax = ({m.urn for m in misses(one.world, until, by)} for by in (-CLEAR, CLEAR))
        if strict != lax:
            return False
    hurt = [damage(one.world, ground.world, until) for one in struck]
    if len(hurt) > 1 and not all(one.broken for one in hurt):
        return False
    return not any(one.harmed & other.harmed for one, other in combinations(hurt, 2))


def _case(
    seed: int,
    ground: Stage,
    effects: Effects,
    until: datetime,
    recipe: Recipe,
    struck: tuple[Struck, ...],
    rng: Random,
) -> Case:
    hurt = [damage(one.world, ground.world, until) for one in struck]
    traits = {trait for one in struck for trait in one.plan.traits}
    world = simulate(ground.fleet, effects, ground.chance)
    told = confound(world, _harmed(struck, hurt), _guarded(struck), (_first(struck, hurt, until), until), rng)
    traits |= set(told.traits)
    if told.changes:
        effects.changes += told.changes
        world = simulate(ground.fleet, effects, ground.chance)
    quirks = _quirks(world, struck, rng, traits)
    events = recorded(world, until, quirks, ground.chance)
    pairs = zip(struck, hurt, strict=True)
    faults = tuple(_truth(ground.fleet, recipe.family, one, damaged) for one, damaged in pairs)
    name = f"{recipe.family}-{recipe.name}-{seed}"
    return Case(name, seed, events, format_time(until), faults, tuple(sorted(traits)))


def _truth(fleet: Fleet, family: str, one: Struck, hurt: Damage) -> Fault:
    plan = one.plan
    return fault(fleet, one.name, family, plan.answers, plan.origins, hurt, is_parallel=plan.is_parallel)


def _harmed(struck: tuple[Struck, ...], hurt: list[Damage]) -> frozenset[str]:
    found = {urn for one in hurt for urn in one.harmed}
    return frozenset(found | {urn for one in struck for urn in one.plan.origins})


def _guarded(struck: tuple[Struck, ...]) -> frozenset[str]:
    return frozenset(name for one in struck for name in one.plan.guarded)


def _first(struck: tuple[Struck, ...], hurt: list[Damage], until: datetime) -> datetime:
    """When the first promise was missed that somebody looks at."""
    onset = min(one.plan.onset for one in struck)
    return min((miss.at for one in hurt for miss in one.missed if miss.at > onset), default=until)


def _quirks(world: World, struck: tuple[Struck, ...], rng: Random, traits: set[str]) -> Quirks:
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
    codes = [one.code for found in world.effects.spoilt.values() for one in found]
    codes += [code for found in world.effects.bad.values() for code in found]
    if any("INSTRUCTIONS" in code for code in codes):
        traits.add("injection")
    unversioned = frozenset(urn for one in struck for urn in one.plan.unversioned)
    return Quirks(skew, lost, orders, unversioned)
