"""What a data set's state remembers of a signal: which track it opened or closed."""

from .signal import Signal
from .state import DatasetState, Open


def settle(state: DatasetState, signal: Signal) -> None:
    """Note what the signal opens or closes; an observation, without a track, leaves nothing."""
    if not signal.track:
        return
    if signal.is_bad and signal.first_bad is not None:
        known = state.open.get(signal.track)
        first_bad = min(known.first_bad, signal.first_bad) if known else signal.first_bad
        last_good = known.last_good if known else signal.last_good
        since = known.since if known else signal.at
        state.open[signal.track] = Open(
            signal.signal_id, signal.state, since, first_bad, last_good, signal.promise
        )
    elif signal.state == "OK":
        state.open.pop(signal.track, None)
