"""Simulated data platforms. Nothing here knows the engine: it shares the wire models only.

A fleet is built, its ordinary days are simulated, and its owners promise what those days
keep. Then a fault strikes and the same days are simulated again: whatever differs is the
fault's doing, and that difference is the truth a case carries. What a platform would have
received of the faulty days, late, twice and by clocks that are off, is the recording.
"""

from collections.abc import Collection

from ..case import Case
from .assemble import make
from .faults import RECIPES

FAMILIES: dict[str, tuple[str, ...]] = {
    family: tuple(recipe.name for recipe in RECIPES if recipe.family == family)
    for family in dict.fromkeys(recipe.family for recipe in RECIPES)
}
"""The names of the faults of each family."""

HELD_OUT: frozenset[str] = frozenset({"access", "capacity", "rewrite", "setting"})
"""The families that nothing may be tuned on."""

__all__ = ["FAMILIES", "HELD_OUT", "generate"]


def generate(seed: int, *, families: Collection[str] | None = None, healthy: bool = False) -> Case:
    """The case of ``seed``: the same each time, byte for byte.

    ``families`` limits the faults to some of ``FAMILIES``; each fault of those is equally
    likely. With ``healthy`` nothing goes wrong that breaks a promise.

    Raises:
        ValueError: there is no such family, or it does not show in any fleet of this seed.
    """
    return make(seed, families, healthy=healthy)
