"""From data that is wrong to its suspects: what changed at the origin or above it, or the data itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from ..changes import LEAK, Between, on_data
from ..suspects import Suspect
from ..world import World
from .bad import Bad, Origin
from .origin import origin_of_failure
from .plain import plain
from .starved import failing_input
from .unmeasured import Clears, changed_above, is_measured
from .updates import updates_before
from .volume import had_usual_volume, origin_of_volume, rejected

_A_DAY = timedelta(days=1)
_STARVED = "what its input failed explains it"


def trace_failure(world: World, bad: Bad) -> list[Suspect]:
    """Suspects for failing records or checks."""
    return _at_origin(world, bad, origin_of_failure(world, bad), bad.family)


def trace_volume(world: World, bad: Bad) -> list[Suspect]:
    """Suspects for a volume that is off; where checks held records back, those for what failed them."""
    origin = origin_of_volume(world, bad)
    held_back = rejected(world, bad, origin)
    if held_back is not None:
        found = _seen_from_below(trace_failure(world, held_back), origin.chain)
    else:
        found = _at_origin(world, bad, origin, "anomaly", partial(had_usual_volume, bad))
    starving = failing_input(world, bad, found[0])
    if starving is None:
        return found
    failing, way = starving
    above = _seen_from_below(trace_failure(world, failing), way)
    return [*above, *(each.ruled_out(0.6, _STARVED) for each in found)]


def _seen_from_below(suspects: list[Suspect], way: tuple[str, ...]) -> list[Suspect]:
    """Suspects for the first table of a way down, as they look from its last."""
    return [replace(each, chain=(*each.chain, *way[1:])) for each in suspects]


def _at_origin(
    world: World, bad: Bad, origin: Origin, family: str, clears: Clears = is_measured
) -> list[Suspect]:
    """The change that explains it, then what else changed and the data itself; or the data first."""
    since = min(origin.since, bad.first_bad)
    between = Between(_last_good(world, origin, since, bad), since)
    here = on_data(world, origin.urn, origin.failures, between, origin.chain)
    changes = [_completed(each, bad, origin) for each in here]
    above = [_completed(each, bad, origin) for each in changed_above(world, origin.chain, between, clears)]
    itself = plain(world, bad, origin, family)
    guilty = [each for each in changes if each.standing == 1.0] or above
    if not guilty:
        return [itself, *changes]
    best = max(guilty, key=lambda each: (each.score, each.key))
    rest = [each for each in (*changes, *above) if each is not best]
    return [best, *rest, itself.ruled_out(0.75, "a deployment explains it")]


def _last_good(world: World, origin: Origin, since: datetime, bad: Bad) -> datetime | None:
    """When the origin was last good: an update before, records that did not fail, or what was made of it."""
    if origin.urn == bad.urn:
        return None if bad.last_good is None else bad.last_good - (bad.first_bad - since)
    commits = updates_before(world, origin.urn, since)
    seen = [at for _, at, _ in world.versions_seen(origin.urn) if at < since]
    streamed = [max(seen[-1], since - LEAK)] if seen else []
    below = [min(bad.last_good, since) - _A_DAY] if bad.last_good is not None else []
    return max([*commits, *streamed, *below], default=None)


def _completed(suspect: Suspect, bad: Bad, origin: Origin) -> Suspect:
    """A change with what is known of the failure it is held to have caused."""
    factors = suspect.factors | {
        "upstream": (1.0, "nothing further up shows the failure"),
        "completeness": (1.0 if bad.evidence or origin.refs else 0.7, "records of the failure are at hand"),
    }
    refs = tuple(dict.fromkeys((*suspect.refs, *origin.refs, *bad.evidence)))
    run_id = suspect.run_id or (bad.run_ids[0] if bad.run_ids else "")
    return replace(
        suspect, factors=factors, refs=refs, signature=bad.chief, failure=origin.failure, run_id=run_id
    )
