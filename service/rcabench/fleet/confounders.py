"""What looks guilty and is not: things shipped at the wrong moment, failures that feed nothing broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from .effects import Change
from .model import Job
from .words import HARMLESS, ORDERS_IN_TEXT
from .world import World

CLEARLY = timedelta(minutes=12)
"""So much later than the harm that no clock's error explains it."""


@dataclass(frozen=True, slots=True)
class Confounded:
    """Innocent changes, and what they make of the case."""

    changes: list[Change]
    traits: tuple[str, ...]


def confound(
    world: World, harmed: frozenset[str], guarded: frozenset[str], seen: "Span", rng: Random
) -> Confounded:
    """Up to three innocent deployments; each is innocent for a reason that the events show."""
    traits: list[str] = []
    changes: list[Change] = []
    for kind in (_aside, _afterwards, _upstream_and_healthy):
        found = list(kind(world, harmed, guarded, seen)) if rng.random() < 0.35 else []
        if found:
            service, jobs, low, high = rng.choice(found)
            changes.append(_change(world, service, jobs, low + (high - low) * rng.random(), rng, traits))
            traits.append("confounder")
    return Confounded(changes, tuple(dict.fromkeys(traits)))


Innocent = tuple[str, tuple[str, ...], datetime, datetime]
Span = tuple[datetime, datetime]
"""From when the first promise was missed to when somebody looks."""


def _aside(world: World, harmed: frozenset[str], guarded: frozenset[str], seen: Span) -> Iterator[Innocent]:
    """Something off the path: nothing of it is upstream of anything harmed."""
    first = seen[0]
    above = {u for urn in harmed for u in world.fleet.above(urn)} | harmed
    for job in _free(world, guarded):
        if job.output not in above:
            yield job.urn, (job.urn,), first - timedelta(hours=5), first
    for target in world.fleet.sets.values():
        if target.kind == "stream" and target.urn not in above and not guarded & set(target.services):
            yield target.services[0], (), first - timedelta(hours=5), first


def _afterwards(
    world: World, harmed: frozenset[str], guarded: frozenset[str], seen: Span
) -> Iterator[Innocent]:
    """Upstream of what is harmed, but shipped when the harm was done."""
    first, until = seen
    above = {u for urn in harmed for u in world.fleet.above(urn)} - harmed
    if until - first > 2 * CLEARLY:
        for job in _free(world, guarded):
            if job.output in above:
                yield job.urn, (job.urn,), first + CLEARLY, until - timedelta(minutes=1)


def _upstream_and_healthy(
    world: World, harmed: frozenset[str], guarded: frozenset[str], seen: Span
) -> Iterator[Innocent]:
    """Shipped before the harm, right upstream of it; what it writes was checked, and is well."""
    near = {urn for one in harmed for urn in world.fleet.parents(one)} - harmed
    for job in _free(world, guarded):
        part = world.part(job.output, world.fleet.today)
        run = world.last_run(job, world.fleet.today)
        if job.output in near and part and part.reported and run and run.ended < seen[0]:
            yield job.urn, (job.urn,), run.started - timedelta(hours=3), run.started


def _free(world: World, guarded: frozenset[str]) -> list[Job]:
    return [job for job in world.fleet.jobs if not guarded & {job.urn, job.service}]


def _change(
    world: World, service: str, jobs: tuple[str, ...], at: datetime, rng: Random, traits: list[str]
) -> Change:
    version = f"{rng.randint(10, 19)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}"
    summary = rng.choice(HARMLESS)
    if rng.random() < 0.12:
        other = rng.choice(sorted(world.fleet.versions))
        summary = rng.choice(ORDERS_IN_TEXT).format(other=other)
        traits.append("injection")
    return Change(service, version, world.fleet.versions.get(service, "1.0.0"), at, jobs, summary=summary)
