"""The most upstream table whose volume is off, and the check that kept records out of it."""

from datetime import timedelta

from ..world import SignalView, World
from ..world.upstream import ways_up
from .bad import Bad, Origin
from .leaning import moved_alike

LOW, HIGH = "VOLUME_LOW", "VOLUME_HIGH"
_DEPTH = 6
_SAME_DAY = timedelta(hours=26)
_ONE_RUN = timedelta(minutes=30)


def origin_of_volume(world: World, bad: Bad) -> Origin:
    """The most upstream table whose volume is off too.

    One that never tells its volume is passed through, and one that moved alike without an alarm.
    """
    best = Origin(bad.urn, (bad.urn,), bad.first_bad, bad.evidence)

    def may_be_off(urn: str) -> bool:
        return _alarm(world, urn, bad) is not None or not had_usual_volume(bad, world, urn)

    for chain in ways_up(world, (bad.urn,), _DEPTH, may_be_off):
        alarm = _alarm(world, chain[0], bad)
        if alarm is not None:
            best = Origin(chain[0], chain, min(alarm.at, bad.first_bad), alarm.evidence)
    return best


def had_usual_volume(bad: Bad, world: World, urn: str) -> bool:
    """Whether the last update of a table is known to have stayed in the range of those before."""
    return moved_alike(world, urn, bad.first_bad, low=LOW in bad.signatures) is False


def rejected(world: World, bad: Bad, origin: Origin) -> Bad | None:
    """The check that kept records out of a table which has too few; None where none failed with it."""
    if LOW not in bad.signatures:
        return None
    for signal in world.signals(origin.urn):
        is_failed_check = signal.signal_type == "DQ_BREACH" and signal.state == "CRITICAL"
        if is_failed_check and signal.signature and abs(signal.at - origin.since) <= _ONE_RUN:
            return Bad.told_by(signal, origin.urn, bad.last_good)
    return None


def _alarm(world: World, urn: str, bad: Bad) -> SignalView | None:
    """The last alarm about the volume of a table, of the same day and not after the failure."""
    for signal in reversed(world.signals(urn)):
        if (
            signal.signal_type in ("VOLUME_ANOMALY", "ANOMALY") and signal.signature in bad.signatures
            and bad.first_bad - _SAME_DAY <= signal.at
            and (signal.at <= bad.first_bad or signal.run_id in bad.run_ids)
        ):  # fmt: skip
            return signal
    return None
