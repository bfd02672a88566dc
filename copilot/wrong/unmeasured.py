"""Changes above a table whose data is wrong, through tables that nobody measures.

What is measured and good clears all that is above it; what nobody looks at clears nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from graph.model import NodeRef

from ..changes import Between, on_data
from ..suspects import Suspect
from ..world import World
from ..world.upstream import ways_up

Clears: TypeAlias = Callable[[World, str], bool]
"""Whether a table is known to be good in the respect that is looked into."""

_HOPS = 3
_LOST_BY_HOP = 0.12


def changed_above(world: World, chain: tuple[str, ...], between: Between, clears: Clears) -> list[Suspect]:
    """Deployments between last good and first bad, the nearest first; ``chain`` begins at the table."""
    return [
        _through(suspect, len(way) - len(chain))
        for way in ways_up(world, chain, _HOPS, lambda urn: not clears(world, urn))
        for suspect in on_data(world, way[0], [], between, way)
        if suspect.standing == 1.0
    ]


def _through(suspect: Suspect, hops: int) -> Suspect:
    link, why = suspect.factors["link"]
    tables = "a table" if hops == 1 else f"{hops} tables"
    factors = suspect.factors | {"link": (link - hops * _LOST_BY_HOP, f"{why}, {tables} above, unmeasured")}
    return replace(suspect, factors=factors)


def is_measured(world: World, urn: str) -> bool:
    """Whether anybody checks the data of a table, or of a stream. It says nothing of how much there is."""
    runs = world.into("WROTE_TO", NodeRef("Dataset", urn), "JobRun")
    checked = any(each.props.get("role") == "validated" or each.props.get("gates") for each in runs)
    return checked or bool(world.failures("Dataset", urn)) or bool(world.versions_seen(urn))
