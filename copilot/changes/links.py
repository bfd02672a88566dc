"""Which changes touch a job or a table, how firmly, and through whom."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from ..world import Change, World
from ..world.orchestration import starters_of

_ECHO = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Link:
    """A change and what it touches; ``weight`` (0..1) is how firmly, ``owners`` are whose change it is."""

    change: Change
    weight: float
    why: str
    owners: frozenset[str]

    def joined(self, other: "Link") -> "Link":
        """The firmer of two links of one change, the first of equals, with the owners of both."""
        firmer = self if self.weight >= other.weight else other
        return replace(firmer, owners=self.owners | other.owners)


def links_to_job(world: World, job: str, table: str) -> dict[str, Link]:
    """Changes of a job, of what it belongs to and of its table, by key."""
    places = [
        ("Job", job, 0.95),
        *(("Service", service, 0.9) for service in _services_of(world, job)),
        *(("Job", starter, 0.88) for starter in starters_of(world, job)),
        ("Dataset", table, 0.88),
        ("Service", world.text("Dataset", table, "service"), 0.85),
    ]
    why = f"it changed {job.rpartition('/')[2]}"
    return _by_change(
        link
        for label, key, weight in places
        if key
        for link in _links(world.changes_on(label, key), weight, why)
    )


def links_to_data(world: World, urn: str, blamed: Collection[str]) -> dict[str, Link]:
    """Changes of what produces a table, by key; the failing records name the producers ``blamed``."""
    return _by_change([*_of_producers(world, urn, blamed), *_of_writers(world, urn)])


def _of_producers(world: World, urn: str, blamed: Collection[str]) -> Iterator[Link]:
    for producer in world.producers(urn):
        weight = 1.0 if producer in blamed else 0.85
        for label in ("Producer", "Service"):
            yield from _links(
                world.changes_on(label, producer), weight, f"{producer} produces {urn}", producer
            )
    service, writers = world.text("Dataset", urn, "service"), world.writers(urn)
    if service:
        weight = 1.0 if service in blamed or not blamed else 0.85
        yield from _links(world.changes_on("Service", service), weight, f"{service} produces {urn}", *writers)
    yield from _links(world.changes_on("Dataset", urn), 0.85, f"it was deployed onto {urn}", *writers)


def _of_writers(world: World, urn: str) -> Iterator[Link]:
    for job in world.writers(urn):
        writes = f"{job} writes {urn}"
        yield from _links(without_echoes(world.changes_on("Job", job)), 0.9, writes, job)
        for name in _services_of(world, job):
            yield from _links(world.changes_on("Service", name), 0.88, writes, job)
        for starter in starters_of(world, job):
            starts = f"it starts {job}, which writes {urn}"
            yield from _links(world.changes_on("Job", starter), 0.85, starts, job)


def _links(changes: Iterable[Change], weight: float, why: str, *owners: str) -> Iterator[Link]:
    for change in changes:
        yield Link(change, weight, why, frozenset((change.service, *owners)))


def _by_change(links: Iterable[Link]) -> dict[str, Link]:
    found: dict[str, Link] = {}
    for link in links:
        known = found.get(link.change.key)
        found[link.change.key] = known.joined(link) if known else link
    return found


def _services_of(world: World, job: str) -> list[str]:
    names = (world.text("Job", job, "service"), job.rpartition("/")[2])
    return [name for name in names if name]


def without_echoes(changes: Iterable[Change]) -> list[Change]:
    """In order of time; a version that only a run showed is an echo of a deployment that was told of."""
    changes = sorted(changes, key=lambda each: (each.at, each.key))
    told = [each for each in changes if each.is_told]
    return [each for each in changes if each.is_told or not is_echo(each, told)]


def is_echo(seen: Change, told: Iterable[Change]) -> bool:
    """Whether a version that was only seen is one that was told of, under whatever name."""
    return any(each.version == seen.version or timedelta() <= seen.at - each.at < _ECHO for each in told)
