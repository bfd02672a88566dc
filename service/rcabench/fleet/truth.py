"""What is true of a fault: the difference between two simulations, with it and without it."""

from dataclasses import dataclass
from datetime import datetime

from ..case import Fault
from .model import Fleet
from .objectives import Miss, misses
from .world import Part, World

MOST_PATHS = 40
LONGEST_PATH = 9


@dataclass(frozen=True, slots=True)
class Damage:
    """What differs: data sets, and promises that only the faulty world misses."""

    harmed: frozenset[str]
    missed: tuple[Miss, ...]

    @property
    def broken(self) -> frozenset[str]:
        """The data sets with a missed promise."""
        return frozenset(miss.urn for miss in self.missed)


def damage(faulty: World, healthy: World, until: datetime) -> Damage:
    """The difference as far as it has come by ``until``."""
    ordinary = {(miss.urn, miss.promise, miss.day) for miss in misses(healthy, until)}
    missed = [m for m in misses(faulty, until) if (m.urn, m.promise, m.day) not in ordinary]
    touched = {miss.urn for miss in missed} | _differing(faulty, healthy, until)
    shown = {u for urn in touched for u in faulty.fleet.sets[urn].feeds}
    return Damage(frozenset(touched | shown), tuple(missed))


def _differing(faulty: World, healthy: World, until: datetime) -> set[str]:
    keys = set(faulty.parts) | set(healthy.parts)
    found = {key[0] for key in keys if _state(faulty, key, until) != _state(healthy, key, until)}
    found |= {urn for urn, spoilt in faulty.effects.spoilt.items() if any(s.start <= until for s in spoilt)}
    return found | {urn for urn, since in faulty.effects.mute_streams.items() if since <= until}


def _state(world: World, key: tuple[str, int], until: datetime) -> Part | None:
    """The partition as it lies there at ``until``; one that is not there yet is nothing."""
    part = world.parts.get(key)
    return part if part is not None and part.at <= until else None


def fault(
    fleet: Fleet,
    name: str,
    family: str,
    answers: tuple[tuple[str, str], ...],
    origins: tuple[str, ...],
    hurt: Damage,
    *,
    is_parallel: bool = False,
) -> Fault:
    """The truth about one fault.

    ``origins`` are the first data sets of its answers, the best first; with
    ``is_parallel`` they are all hit at once.
    """
    first = origins if is_parallel else origins[:1]
    reached = {urn for origin in first for urn in fleet.within(origin, 3)} | set(first[1:])
    paths = tuple(path for origin in origins for path in routes(fleet, origin, hurt))
    return Fault(
        name=name,
        family=family,
        answers=answers,
        paths=tuple(dict.fromkeys(paths)),
        harmed=hurt.harmed,
        reachable=frozenset(reached - set(first[:1])),
        broken=hurt.broken,
    )


def routes(fleet: Fleet, origin: str, hurt: Damage) -> list[tuple[str, ...]]:
    """Ways from ``origin`` to broken data sets through harmed ones, the shortest first."""
    found: list[tuple[str, ...]] = []
    edge: list[tuple[str, ...]] = [(origin,)]
    while edge and len(found) < MOST_PATHS:
        found += [path for path in edge if path[-1] in hurt.broken]
        edge = [
            (*path, child)
            for path in edge
            if len(path) < LONGEST_PATH
            for child in fleet.children(path[-1])
            if child in hurt.harmed and child not in path
        ]
    return found[:MOST_PATHS]
