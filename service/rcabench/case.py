"""What the generator hands to the scorer: recorded events, and the truth about them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that went wrong.

    ``answers`` are the causes ``(kind, entity key)`` that are right by the contract, the
    best first; it is empty where nobody who sees only these events could know, and then
    INCONCLUSIVE is right. ``path`` are data set URNs from the cause's first data set to
    the incident's, both included; more than one route may be right. ``harmed`` are the
    data sets whose content or timing differs from the same simulation without the fault.
    ``reachable`` are all descendants of the cause's first data set within three hops.
    ``broken`` are the data sets with a broken objective: an incident is due for them.
    """

    name: str
    family: str
    answers: tuple[tuple[str, str], ...]
    paths: tuple[tuple[str, ...], ...]
    harmed: frozenset[str]
    reachable: frozenset[str]
    broken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """A recording of a few days of one fleet; without faults it is a healthy day.

    ``events`` are envelopes ``{"time", "kind", "body"}`` as of contract §3, in order of
    time. ``until`` is when somebody looks. ``traits`` name what makes it hard (``skew``,
    ``no_deploy_event``, ``confounder``, ``injection``, …).
    """

    case_id: str
    seed: int
    events: tuple[dict[str, Any], ...]
    until: str
    faults: tuple[Fault, ...] = ()
    traits: tuple[str, ...] = field(default=())

    @property
    def is_healthy(self) -> bool:
        """Nothing is wrong in it."""
        return not self.faults
