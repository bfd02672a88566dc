"""Few rows in a table because what feeds it failed its checks, and held them back: one cause, not two."""

from datetime import timedelta

from ..suspects import Suspect
from ..world import SignalView, World
from ..world.upstream import ways_up
from .bad import Bad
from .volume import LOW

_DEPTH = 6
_LONG = timedelta(days=3)
_OF_DATA = ("CONTRACT_BREACH", "DQ_BREACH")


def failing_input(world: World, bad: Bad, plain: Suspect) -> tuple[Bad, tuple[str, ...]] | None:
    """The nearest failing table above one with few rows, and the way down; where no change explains them.

    The input must have begun to fail gravely since the volume was last good: a failure that
    good volumes came with explains none.
    """
    if bad.chief != LOW or plain.kind != "SOURCE_DATA_ANOMALY":
        return None
    for way in ways_up(world, plain.chain, _DEPTH):
        signal = _failing(world, way[0], bad)
        if signal is not None:
            return Bad.told_by(signal, way[0], bad.last_good), way
    return None


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
