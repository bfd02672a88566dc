"""Which failures of a table are the one looked for, and which had been there while it was good."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from graph.signatures import field_of

from ..world import FailureView, World
from .bad import Bad

LEAD = timedelta(hours=6)
"""So long before the data was last good a failure may have begun that breaks it now."""

_LOOKBACK = timedelta(days=3)
_PART = 0.2


def matching(world: World, urn: str, bad: Bad) -> list[FailureView]:
    """Failures of a table that are the one looked for, by name or by field."""
    wanted, field = set(bad.signatures), field_of(bad.chief)
    oldest = bad.since - _LOOKBACK

    def fits(each: FailureView) -> bool:
        same_field = bool(each.field) and each.field == field and each.family == bad.family
        in_time = each.first_seen <= bad.newest and each.last_seen >= oldest
        return in_time and (each.signature in wanted or same_field)

    found = [each for each in world.failures("Dataset", urn) if fits(each)]
    new = [each for each in found if each.signature == bad.chief or not _was_there_before(each, bad)]
    return sorted(new or found, key=lambda each: (each.signature not in wanted, each.first_seen, each.ref))


def telling(world: World, bad: Bad) -> Bad:
    """Without the signatures that a few of its records have, or had while it was good: they broke nothing."""
    known = {each.signature: each for each in world.failures("Dataset", bad.urn)}
    chief = known.get(bad.chief)
    if chief is None:
        return bad

    def tells(signature: str) -> bool:
        each = known.get(signature)
        if each is None or signature == bad.chief:
            return True
        return not _was_there_before(each, bad) and each.count >= _PART * chief.count

    return replace(bad, signatures=tuple(filter(tells, bad.signatures)))


def _was_there_before(failure: FailureView, bad: Bad) -> bool:
    """Whether the data was good although a few records failed like this."""
    return bad.was_good_after(failure.first_seen, LEAD)


def evidence_of(failures: Sequence[FailureView]) -> tuple[str, ...]:
    """What is cited for them: the first of each, and two more."""
    told = (ref for each in failures for ref in (each.first_evidence, *each.evidence[:2]))
    return tuple(dict.fromkeys(filter(None, told)))
