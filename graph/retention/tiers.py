"""How long the graph keeps what, and in which form (spec: architecture_review.md §1.3, "graph tiering").

Each label and edge kind has a retention class (``graph/schema.py``); this table says
what becomes of a class, and when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from signal_factory.times import format_time

from ..schema import EDGE_KINDS, LABELS, Retention

HOT, WARM = timedelta(days=30), timedelta(days=90)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tier:
    """Whether runs of a class become one node a job and day after the hot time, and whether it ends."""

    is_folded: bool
    is_archived: bool


TIERS: Mapping[Retention, Tier] = {
    "derived": Tier(is_folded=False, is_archived=True),
    "run": Tier(is_folded=True, is_archived=True),
    "causal": Tier(is_folded=False, is_archived=True),
    "topology": Tier(is_folded=False, is_archived=False),
}

FOLDED = ("JobRun", "DAGRun")
"""The labels that are runs of a job: of class ``run``, and folded."""
DAY_NODE = "JobDay"
ARCHIVED = tuple(
    name
    for name, label in LABELS.items()
    if TIERS[label.retention].is_archived and name not in (*FOLDED, DAY_NODE)
)
"""Labels whose nodes are kept whole until they go to the archive."""
ARCHIVED_KINDS = tuple(name for name, kind in EDGE_KINDS.items() if TIERS[kind.retention].is_archived)
"""Kinds whose edges end even where both of their ends stay."""


@dataclass(frozen=True, slots=True)
class Horizons:
    """What was last heard of before ``folded`` is not hot any more, before ``archived`` not warm either.

    Both are the beginning of a day in UTC, as text that sorts by time.
    """

    folded: str
    archived: str


def horizons(now: datetime, hot: timedelta = HOT, warm: timedelta = WARM) -> Horizons:
    """Where the tiers end at ``now``; whole days, so that a day is never half folded."""
    return Horizons(_midnight(now, hot), _midnight(now, max(hot, warm)))


def day_of(moment: str) -> str:
    """``2026-01-19`` of a time as text."""
    return moment[:10]


def end_of(day: str) -> str:
    """The first moment after a day, as text."""
    return format_time(_start(day) + DAY)


def beside(day: str, days: int) -> str:
    """The day so many days later (or earlier); a day past the calendar's ends is itself."""
    try:
        return (_start(day) + days * DAY).date().isoformat()
    except OverflowError:
        return day


def _start(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _midnight(now: datetime, back: timedelta) -> str:
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return format_time(day - back)
