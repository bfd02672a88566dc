"""Who hears what: a route's own filter, and above it the gate (spec/prd.md §8.1)."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import Final, Protocol

from .model import Asset, Gate, Kind, Snapshot

_CALM: Final = frozenset({Kind.OPENED, Kind.REOPENED, Kind.RESOLVED, Kind.FLAPPING, Kind.DIGEST})
GATE_KINDS: Final = {
    Gate.G0: frozenset[Kind](),
    Gate.G1: _CALM,
    Gate.G2: frozenset(Kind),
    Gate.G3: frozenset(Kind),
}
"""G0 shows and says nothing. G1 tells the owners, and neither wakes, insists nor warns others."""

PAGING_GATES: Final = frozenset({Gate.G2, Gate.G3})


class Filter(Protocol):
    """What a route asks for; an empty collection asks for anything."""

    @property
    def teams(self) -> Collection[str]: ...
    @property
    def severities(self) -> Collection[str]: ...
    @property
    def tiers(self) -> Collection[int]: ...
    @property
    def gates(self) -> Collection[Gate]: ...
    @property
    def datasets(self) -> Collection[str]: ...


class Receiver(Protocol):
    """A route as the rules see it."""

    @property
    def match(self) -> Filter: ...
    @property
    def kinds(self) -> Collection[Kind]: ...
    @property
    def is_pager(self) -> bool: ...


def wants(receiver: Receiver, seen: Snapshot) -> bool:
    """Whether the receiver is to follow this incident."""
    wanted = receiver.match
    return (
        _admits(receiver, seen.gate)
        and _any(wanted.severities, (seen.severity,))
        and _any(wanted.tiers, () if seen.tier is None else (seen.tier,))
        and _any(wanted.teams, seen.teams)
        and _named(wanted.datasets, (seen.dataset, *seen.datasets))
    )


def wants_warning(receiver: Receiver, seen: Snapshot, asset: Asset) -> bool:
    """Whether the receiver stands for the owners of an asset that may be hit.

    Only a route that names teams does: one for everybody follows the incident itself.
    """
    wanted = receiver.match
    return (
        asset.team in wanted.teams
        and _admits(receiver, asset.gate)
        and may_say(receiver, Kind.AT_RISK, asset.gate)
        and _any(wanted.severities, (seen.severity,))
        and _any(wanted.tiers, () if asset.tier is None else (asset.tier,))
        and _named(wanted.datasets, (asset.urn,))
    )


def may_say(receiver: Receiver, kind: Kind, gate: Gate) -> bool:
    """Whether the gate and the receiver let a notice of this kind through."""
    return kind in GATE_KINDS[gate] and (not receiver.kinds or kind in receiver.kinds)


def _admits(receiver: Receiver, gate: Gate) -> bool:
    if gate is Gate.G0 or (receiver.is_pager and gate not in PAGING_GATES):
        return False
    return not receiver.match.gates or gate in receiver.match.gates


def _any(wanted: Collection[object], found: Iterable[object]) -> bool:
    return not wanted or any(each in wanted for each in found)


def _named(patterns: Collection[str], names: Iterable[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
