"""The most upstream table that shows a failure of records or checks."""

from collections.abc import Sequence
from datetime import datetime

from ..world import FailureView, World
from ..world.upstream import ways_up
from .bad import Bad, Origin
from .failures import LEAD, evidence_of, matching, telling
from .signs import Sign, alarms, measured, reshaped

_DEPTH = 6


def origin_of_failure(world: World, bad: Bad) -> Origin:
    """Where it comes from; the table itself where nothing further up shows it."""
    bad = telling(world, bad)
    here = matching(world, bad.urn, bad)
    best = Origin(bad.urn, (bad.urn,), bad.first_bad, evidence_of(here) or bad.evidence, tuple(here))
    for chain in ways_up(world, (bad.urn,), _DEPTH):
        found = _seen_at(world, chain, bad)
        if found is not None and (best.urn in chain or _is_more_telling(found, best)):
            best = found
    return best


def _seen_at(world: World, chain: tuple[str, ...], bad: Bad) -> Origin | None:
    """The failure at the first table of a chain; None where it does not show, or only later."""
    urn = chain[0]
    failures = matching(world, urn, bad)
    changes, measures = reshaped(world, urn, bad), measured(world, urn, bad)
    if not failures and not changes and not measures:
        return None
    alarmed = sorted([*alarms(world, urn, bad), *(each.at for each in measures)])
    since = _since(bad, failures, changes, alarmed)
    if since is None or since > bad.newest:
        return None
    said = (ref for each in (*changes, *measures) for ref in each.evidence)
    refs = tuple(dict.fromkeys((*evidence_of(failures), *said)))
    shape = changes[0].signature if changes else ""
    return Origin(urn, chain, since, refs, tuple(failures), bool(alarmed), shape)


def _since(
    bad: Bad, failures: Sequence[FailureView], changes: Sequence[Sign], alarmed: Sequence[datetime]
) -> datetime | None:
    """Since when a table shows it; an alarm says more than a few records that failed long before."""
    moments = [*(each.first_seen for each in failures), *(each.at for each in changes)]
    recent = [at for at in moments if not bad.was_good_after(at, LEAD)]
    if alarmed:
        recent = [*(at for at in recent if at >= alarmed[0] - LEAD), *alarmed]
    return min(recent, default=None)


def _is_more_telling(found: Origin, best: Origin) -> bool:
    """Of two branches: the one that is broken before one where some records fail, the longer, the earlier."""
    if found.has_alarmed != best.has_alarmed:
        return found.has_alarmed
    return len(found.chain) > len(best.chain) or found.since < best.since
