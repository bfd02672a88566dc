"""A fleet on days on which it keeps what it promises."""

from dataclasses import dataclass, replace

from .build import build
from .chance import Chance
from .effects import Effects
from .faults.setting import Plan
from .model import Fleet
from .noise import delayed_within_grace, ordinary
from .objectives import misses, promised
from .simulate import simulate
from .world import World

CLEAR = 0.15
"""By this share a promise must be kept, or missed: nobody should argue about a case."""


@dataclass(frozen=True)
class Stage:
    """A fleet with its promises, what ordinarily befalls it, and its days."""

    fleet: Fleet
    effects: Effects
    world: World
    chance: Chance

    def arranged(self, plans: tuple[Plan, ...]) -> "Stage":
        """The fleet as the faults need it: some data sets without promises, some described otherwise.

        Neither changes what happens to the data.
        """
        unpromised = {urn for plan in plans for urn in plan.unpromised}
        kept = {urn: p for urn, p in self.fleet.objectives.items() if urn not in unpromised}
        told = {urn: described for plan in plans for urn, described in plan.sets.items()}
        fleet = replace(self.fleet, objectives=kept, sets={**self.fleet.sets, **told})
        return replace(self, fleet=fleet, world=replace(self.world, fleet=fleet))


def stage(seed: int, attempt: int) -> Stage:
    """A fleet whose ordinary days clearly break no promise."""
    chance = Chance(f"{seed}/{attempt}")
    fleet = build(seed * 1000 + attempt, chance)
    effects = ordinary(fleet, chance)
    fleet = replace(fleet, objectives=promised(fleet, simulate(fleet, effects, chance), chance))
    calm = delayed_within_grace(fleet, effects, chance.of("grace"))
    for tried in (calm, effects):
        world = simulate(fleet, tried, chance)
        if not misses(world, fleet.moment(fleet.days, 0), -CLEAR):
            return Stage(fleet, tried, world, chance)
    return stage(seed, attempt + 100)
