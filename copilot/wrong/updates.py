"""Which updates of a table were good: those before the one that a failure was seen in."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from ..world import CommitView, World


def updates_before(world: World, urn: str, since: datetime) -> list[datetime]:
    """When a table was updated before the update that a failure was seen in at ``since``.

    The last one may be what failed: its own run, a test or a reader looks at it after the commit.
    It was good where a later run was on already, or where the next update was all but due.
    """
    told = [each for each in world.commits(urn) if each.at < since]
    if not told or _is_of_the_next(world, urn, told, since):
        return [each.at for each in told]
    last = told[-1]
    return [each.at for each in told[:-1] if each.run_id != last.run_id or not last.run_id]


def _is_of_the_next(world: World, urn: str, told: Sequence[CommitView], since: datetime) -> bool:
    last = told[-1]
    was_on = any(
        last.at < run.started <= since and run.run_id != last.run_id
        for job in world.writers(urn)
        for run in world.runs.get(job, ())
    )
    gaps = [(later.at - sooner.at).total_seconds() for sooner, later in pairwise(told)]
    return was_on or (bool(gaps) and (since - last.at).total_seconds() > median(gaps) / 2)
