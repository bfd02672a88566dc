"""What the failing records say of a change: they name producers and versions, and when they began."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..suspects import Suspect, proximity, span
from ..world import Change, FailureView, World
from .boundary import LEAK, ROLLOUT, SKEW, Between
from .links import Link

_SOON = timedelta(hours=2)
_SIDE_BY_SIDE = timedelta(days=3)
_JUST_BEFORE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of ``urn`` that failed, whose they are, and since when there are any."""

    urn: str
    producers: frozenset[str]
    versions: frozenset[str]
    began: datetime | None

    @classmethod
    def of(cls, urn: str, failures: Sequence[FailureView]) -> "Records":
        """Those with any of these failures."""
        return cls(
            urn,
            frozenset(producer for failure in failures for producer in failure.producers),
            frozenset(version for failure in failures for version in failure.versions),
            min((failure.first_seen for failure in failures), default=None),
        )

    def name_versions_of(self, service: str) -> bool:
        """Whether they say which version of a service made them."""
        return bool(self.versions) and (not self.producers or _have_one_name(self.producers, {service}))

    def began_with(self, change: Change, within: timedelta) -> bool:
        """Whether the first came with a change, or so soon after it, and none before."""
        return self.began is not None and change.at - SKEW <= self.began <= change.at + within


def weighed(world: World, suspect: Suspect, link: Link, records: Records, between: Between) -> Suspect:
    """A change as it stands once the failing records are heard."""
    change = link.change
    if records.name_versions_of(change.service):
        if change.version not in records.versions or between.is_before(change.at):
            return suspect.ruled_out(0.25, "the failing records came from another version")
        certain = _separates(world, change, records, between)
        return _with_version(suspect, change, between, certain=certain)
    if records.producers and not _have_one_name(records.producers, link.owners):
        return suspect.ruled_out(0.3, "the failing records name another producer")
    if records.began is not None and _leaks(world, change, records, between):
        return _leaking(suspect, change, records.began, between)
    return suspect


def _have_one_name(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether producers have one in common; a job's bare name, its URN and ``spark:<name>`` are one."""
    bare = [{re.split(r"[/:]", name)[-1] for name in names if name} for names in (one, other)]
    return not bare[0].isdisjoint(bare[1])


def _separates(world: World, change: Change, records: Records, between: Between) -> bool:
    """Whether the version itself tells bad from good, so that good records after it clear nothing.

    Either the failure was never seen before the version came and began soon after, or
    another version of the same producer goes on being good.
    """
    if records.versions == frozenset((change.version,)) and records.began_with(change, LEAK):
        return True
    good_last = (
        last
        for other, _, last in world.versions_seen(records.urn)
        if other.service == change.service and other.version not in records.versions
    )
    return between.first_bad - change.at < _SIDE_BY_SIDE and any(
        last >= between.first_bad for last in good_last
    )


def _leaks(world: World, change: Change, records: Records, between: Between) -> bool:
    """Whether a failure never seen before came with the first data after a change, and grew from little.

    It must have begun before the data was last good: else the boundary tells enough.
    """
    if records.began is None or between.last_good is None:
        return False
    if not change.at - SKEW <= records.began < between.last_good:
        return False
    updates = sum(change.at < each.at <= records.began for each in world.commits(records.urn))
    return updates == 1 or (updates == 0 and records.began_with(change, _SOON))


def _leaking(suspect: Suspect, change: Change, began: datetime, between: Between) -> Suspect:
    """The good data after the change clears nothing: a little of it failed already."""
    seen = f"the failure was first seen {span(began - change.at)} after it, and never before"
    factors = suspect.factors | {"timing": (proximity(change.at, began), seen)}
    summary = f"{change.service} {change.version} went live {between.distance(change.at)}; {seen}"
    return replace(suspect, factors=factors, standing=1.0, summary=summary)


def _with_version(suspect: Suspect, change: Change, between: Between, *, certain: bool) -> Suspect:
    """The failing records name this version: it ran, whenever it went live."""
    factors = suspect.factors | {"signature": (1.0, f"the failing records carry version {change.version}")}
    good = between.last_good
    if certain or good is None or change.at > good - ROLLOUT:
        summary = f"{change.service} {change.version} went live {between.distance(change.at)}"
        return replace(suspect, factors=factors, standing=1.0, summary=summary)
    return replace(suspect, factors=factors, standing=0.75 if good - change.at < _JUST_BEFORE else 0.4)
