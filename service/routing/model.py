"""What routing speaks of: incidents as it sees them, what was said of them, and what is to be said."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Gate(StrEnum):
    """How far enforcement of a data set has come (spec/prd.md §8.1)."""

    G0 = "G0"
    G1 = "G1"
    G2 = "G2"
    G3 = "G3"


class Kind(StrEnum):
    """Why a notice is sent."""

    OPENED = "opened"
    RAISED = "raised"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    AT_RISK = "at_risk"
    FLAPPING = "flapping"
    DIGEST = "digest"
    TEST = "test"


SEVERITIES: Final = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")
"""Worst first, so that text order is the order of severity."""


@dataclass(frozen=True, slots=True)
class Asset:
    """Something downstream that an incident may make late: due at ``due``, grace included."""

    urn: str
    team: str
    tier: int | None
    gate: Gate
    due: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An incident at one moment, with the words its own explanation found for it.

    ``teams`` own the data sets it has broken, the first of them the one it is told from.
    ``successor`` is the open incident that it has become part of.
    """

    incident_id: str
    title: str
    severity: str
    is_open: bool
    opened_at: datetime
    dataset: str
    datasets: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    tier: int | None = None
    gate: Gate = Gate.G2
    signature: str = ""
    cause: str = ""
    confidence: str = ""
    narrative: str = ""
    runbook: str = ""
    downstream: int = 0
    is_stale: bool = False
    successor: str = ""
    at_risk: tuple[Asset, ...] = ()

    @property
    def subject(self) -> str:
        """What is the same when it happens again: the data set and the failure's signature."""
        return f"{self.dataset}\x1f{self.signature or self.title}"


@dataclass(frozen=True, slots=True)
class Told:
    """What one receiver knows of one incident.

    ``is_open``: it follows the incident. ``said``: something of this opening was sent to it.
    ``severity``: the worst that it was told in this opening. ``openings``: the recent ones,
    those of earlier incidents of the same subject included. ``hushed``: it flaps, and nothing
    is said until it has been still for a while.
    """

    incident_id: str
    subject: str
    changed_at: datetime
    is_open: bool = False
    said: bool = False
    opening: int = 0
    ended: int = 0
    severity: str = "SEV-4"
    openings: tuple[datetime, ...] = ()
    escalated: bool = False
    warned: tuple[str, ...] = ()
    hushed: bool = False

    @property
    def is_live(self) -> bool:
        """Whether there may still be something to say without the incident opening anew."""
        return self.is_open or bool(self.warned) or self.hushed


@dataclass(frozen=True, slots=True)
class Policy:
    """When to hold one's tongue, when to insist and when to warn."""

    flaps: int = 3
    calm: timedelta = timedelta(hours=1)
    limits: dict[int, timedelta] = field(
        default_factory=lambda: {1: timedelta(hours=24), 2: timedelta(hours=48), 3: timedelta(hours=72)}
    )
    warn_within: timedelta = timedelta(hours=12)

    def limit(self, tier: int | None) -> timedelta:
        """How long an incident of this tier may stay open (spec/architecture_review.md §2.1)."""
        return self.limits.get(tier or 3, self.limits[3])


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say to one receiver. ``key`` names it: the same change never has two.

    ``closes``: the threads that it ends. ``team`` is whom it is meant for.
    """

    kind: Kind
    route: str
    key: str
    team: str
    seen: Snapshot
    at: datetime
    opening: int
    assets: tuple[Asset, ...] = ()
    closes: tuple[str, ...] = ()
