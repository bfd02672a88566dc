"""Few rows in a table because what feeds it failed its checks, and held them back: one cause, not two."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from .suspects import Suspect
from .world import SignalView, World
from .wrong import Bad, trace_failure

_LOW, _DEPTH = "VOLUME_LOW", 6
_LONG = timedelta(days=3)
_OF_DATA = ("CONTRACT_BREACH", "DQ_BREACH")
_WHY = "what its input failed explains it"


def behind_few_rows(world: World, bad: Bad, found: list[Suspect]) -> list[Suspect]:
    """The suspects for a volume; those of the failing input first, where no change explains the few rows.

    The input must have begun to fail gravely since the volume was last good: a failure that
    good volumes came with explains none.
    """
    plain = found[0] if found else None
    if plain is None or bad.chief != _LOW or plain.kind != "SOURCE_DATA_ANOMALY":
        return found
    for way in _ways_up(world, plain.chain):
        signal = _failing(world, way[0], bad)
        if signal is None:
            continue
        runs = (signal.run_id,) if signal.run_id else ()
        failing = Bad(way[0], (signal.signature,), signal.at, bad.last_good, runs, signal.evidence)
        above = [replace(each, chain=(*each.chain, *way[1:])) for each in trace_failure(world, failing)]
        return [*above, *(each.ruled_out(0.6, _WHY) for each in found)]
    return found


def _ways_up(world: World, chain: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The tables above the first of a chain, the nearest first, each with the way down from it."""
    ways, seen = [chain], set(chain)
    for _ in range(_DEPTH):
        grown: list[tuple[str, ...]] = []
        for way in ways:
            grown += [(source, *way) for source in world.sources(way[0]) if source not in seen]
            seen |= {each[0] for each in grown}
        yield from grown
        ways = grown


def _failing(world: World, urn: str, bad: Bad) -> SignalView | None:
    told = [
        each
        for each in world.signals(urn)
        if each.signal_type in _OF_DATA and each.state == "CRITICAL" and each.signature
        and each.at <= bad.first_bad
    ]  # fmt: skip
    good = bad.last_good
    known = {each.signature for each in told if good and good - _LONG <= each.at <= good}
    return next((each for each in told if (not good or each.at > good) and each.signature not in known), None)
