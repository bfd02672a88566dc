"""Which incident is about which fault.

An incident belongs to the fault whose broken data sets it holds most of; then, of whose
harmed data sets it holds most; then, whose cause it names; then, the first in the case.
One that holds neither a broken nor a harmed data set of any fault is false, unless the bus
was out and it says so: STALE and INCONCLUSIVE (contract rule 3).

A broken data set is a fault's own where no other fault of the case breaks or harms it.
An incident that holds own data sets of two faults merges them wrongly, and so does one
that holds the broken data sets of a fault for which there is no other incident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from .answers import answer_of
from .case import Fault

Incident: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Matching:
    """``own`` has the incidents of each fault, best first, in the order of the faults.

    ``swallowed`` are the positions of faults that are due an incident, have none, and
    are covered by another's.
    """

    own: tuple[tuple[Incident, ...], ...]
    false: tuple[Incident, ...]
    merging: tuple[Incident, ...]
    swallowed: frozenset[int]


def match(incidents: Sequence[Incident], faults: Sequence[Fault]) -> Matching:
    """Give each incident to a fault, or to none."""
    own: list[list[Incident]] = [[] for _ in faults]
    false: list[Incident] = []
    for incident in incidents:
        place = _place(incident, faults)
        if place is not None:
            own[place].append(incident)
        elif not _is_owned_up(incident, faults):
            false.append(incident)
    for fault, found in zip(faults, own, strict=True):
        found.sort(key=partial(_rank, fault))
    swallowed = _swallowed(own, faults, incidents)
    return Matching(
        tuple(map(tuple, own)), tuple(false), tuple(_merging(incidents, faults, swallowed)), swallowed
    )


def affected(incident: Incident) -> frozenset[str]:
    """The data sets that an incident is about."""
    return frozenset({incident["dataset_urn"], *incident["datasets"]})


def _place(incident: Incident, faults: Sequence[Fault]) -> int | None:
    urns = affected(incident)
    touching = [place for place, fault in enumerate(faults) if urns & (fault.broken | fault.harmed)]
    return max(touching, key=lambda place: _fit(incident, faults[place]), default=None)


def _is_owned_up(incident: Incident, faults: Sequence[Fault]) -> bool:
    """Whether it says of itself that it may only be the silence of a bus, which there was."""
    is_stale = incident.get("freshness_of_evidence") == "STALE"
    was_out = any(not fault.answers and not fault.harmed for fault in faults)
    return was_out and is_stale and incident["rca"]["verdict"] == "INCONCLUSIVE"


def _fit(incident: Incident, fault: Fault) -> tuple[int, int, bool]:
    urns = affected(incident)
    return len(urns & fault.broken), len(urns & fault.harmed), answer_of(incident).cause in fault.answers


def _rank(fault: Fault, incident: Incident) -> tuple[bool, int, str, str]:
    """The best first: about a broken data set, more of them, earlier."""
    urns = affected(incident)
    return (
        incident["dataset_urn"] not in fault.broken,
        -len(urns & fault.broken),
        incident["created_at"],
        incident["incident_id"],
    )


def _swallowed(
    own: Sequence[Sequence[Incident]], faults: Sequence[Fault], incidents: Sequence[Incident]
) -> frozenset[int]:
    held = frozenset(urn for incident in incidents for urn in affected(incident))
    return frozenset(
        place for place, fault in enumerate(faults) if fault.broken & held and not own[place]
    )  # fmt: skip


def _merging(
    incidents: Sequence[Incident], faults: Sequence[Fault], swallowed: frozenset[int]
) -> list[Incident]:
    lone = [_lone(place, faults) for place in range(len(faults))]
    return [
        incident
        for incident in incidents
        if sum(bool(affected(incident) & urns) for urns in lone) > 1
        or any(affected(incident) & faults[place].broken for place in swallowed)
    ]


def _lone(place: int, faults: Sequence[Fault]) -> frozenset[str]:
    others = [fault for number, fault in enumerate(faults) if number != place]
    return faults[place].broken.difference(*(other.broken | other.harmed for other in others))
