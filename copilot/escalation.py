"""An incident that stays open past the limit of its tier is more urgent than it was.

Source: spec/architecture_review.md §2.1: a certified view may be held for 24, 48 or 72 hours.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from signal_factory.times import format_time

from .episodes import Episode
from .suspects import span

LIMITS: Mapping[int, timedelta] = MappingProxyType(
    {1: timedelta(hours=24), 2: timedelta(hours=48), 3: timedelta(hours=72)}
)
_SEVERITIES = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")


def limit_of(tier: int | None, limits: Mapping[int, timedelta]) -> timedelta:
    """How long something of this tier may stay broken; what has no tier counts as tier 3."""
    return limits.get(tier or 3, limits[3])


def escalated_at(episodes: Iterable[Episode], until: datetime, limit: timedelta) -> datetime | None:
    """When the incident of these episodes had been open for ``limit`` without a break, if it ever was."""
    since: datetime | None = None
    end = until
    for each in sorted(episodes, key=lambda one: (one.opened_at, one.key)):
        if since is None or each.opened_at > end:
            since, end = each.opened_at, each.opened_at
        end = max(end, each.resolved_at or until)
        if end - since >= limit:
            return since + limit
    return None


def raised(severity: str) -> str:
    """The next worse severity."""
    return _SEVERITIES[max(0, _SEVERITIES.index(severity) - 1)]


def passes_limit(
    episodes: Iterable[Episode], after: datetime, until: datetime, limits: Mapping[int, timedelta]
) -> bool:
    """Whether some open episode comes to any limit in (``after``, ``until``]."""
    return any(
        after < each.opened_at + limit <= until
        for each in episodes
        if each.resolved_at is None
        for limit in limits.values()
    )


def told(at: datetime, limit: timedelta, tier: int | None) -> dict[str, Any]:
    """``{at, limit_s, since, why}`` of an incident that has escalated."""
    since = at - limit
    return {
        "at": format_time(at), "since": format_time(since), "limit_s": int(limit.total_seconds()),
        "why": f"open since {since:%Y-%m-%d %H:%M} UTC, longer than the {span(limit)} of tier {tier or 3}",
    }  # fmt: skip
