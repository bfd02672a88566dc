"""Volumes that moved without an alarm: on the way from a cause, a table may be off and within its limits."""

from datetime import datetime, timedelta
from statistics import median

from ..world import CommitView, World

_SAME_DAY, _WEEK = timedelta(hours=26), timedelta(days=8)
_LEAST_BEFORE, _NOTABLE = 2, 0.1


def moved_alike(world: World, urn: str, at: datetime, *, low: bool) -> bool | None:
    """Whether the last update of a table by ``at`` left the range of those before, downwards or upwards.

    None where no rows of it are told.
    """
    told = [each for each in world.commits(urn) if each.rows is not None and each.at <= at]
    if not told:
        return None
    last, before = told[-1], _before(told)
    if last.at < at - _SAME_DAY or len(before) < _LEAST_BEFORE:
        return False
    rows, usual = last.rows or 0, median(before)
    beyond = rows < min(before) if low else rows > max(before)
    return beyond and abs(rows - usual) > _NOTABLE * usual


def _before(told: list[CommitView]) -> list[int]:
    """The rows of updates of the week before the last, which two observers may tell within the hour."""
    last = told[-1].at
    return [each.rows or 0 for each in told if last - _WEEK <= each.at < last - timedelta(hours=1)]
