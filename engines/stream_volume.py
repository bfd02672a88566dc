"""Volume of streams: fifteen minutes against the six hours before, and against the same time a day earlier.

Source: spec/prd.md FR-3, the SLIDING_15MIN window of spec/event_schemas_and_scenarios.md §4.1.
"""

from datetime import datetime, timedelta
from statistics import median, pstdev

from .policy import WINDOW
from .signal import Signal
from .state import DatasetState
from .volume import TRACK

SPAN = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_DAY, _RECENT, _LEAST_RECENT, _LEAST_RECORDS = timedelta(days=1), 24, 8, 60
_MAD_TO_SIGMA, _WIDTH, _STEADY = 1.4826, 3.0, 0.25


def looks_at(state: DatasetState, start: datetime) -> tuple[datetime, ...]:
    """When to look after a record in the window at ``start``: once with it, once without it."""
    return () if state.policy.volume_threshold is None else (start + SPAN, start + SPAN + WINDOW)


def evaluate(state: DatasetState, end: datetime, now: datetime) -> Signal | None:
    """The signal of the fifteen minutes that end at ``end``; None where nothing can be said.

    Only a stream that promised its volume, and that is busy enough for a count to mean something.
    """
    policy = state.policy
    if policy.volume_threshold is None:
        return None
    count, usual = _count(state, end), _usual(state, end)
    if len(usual) < _LEAST_RECENT or median(usual) < _LEAST_RECORDS:
        return None
    if not (_is_off(state, end, count, usual, policy.volume_threshold) or _is_short(state, end, count)):
        return _mended(state, end, now, count)
    return _signal(state, end, now, count, usual)


def _is_short(state: DatasetState, end: datetime, count: int) -> bool:
    """Whether an hour has fewer records than a partition must have, and still has at its end.

    An hour is the partition of a stream whose hours before all kept the promise.
    """
    least, quarters = state.policy.min_rows, _HOUR // SPAN
    if least is None or quarters * count >= least or _count(state, end, _HOUR) >= least:
        return False
    earlier = _usual(state, end, _HOUR)
    return len(earlier) >= _LEAST_RECENT and min(earlier) >= least


def _count(state: DatasetState, end: datetime, span: timedelta = SPAN) -> int:
    starts = (end - step * WINDOW for step in range(1, span // WINDOW + 1))
    found = (state.windows.get(start.isoformat()) for start in starts)
    return sum(each.total for each in found if each is not None)


def _usual(state: DatasetState, end: datetime, span: timedelta = SPAN) -> list[int]:
    """Earlier quarters of an hour, or other spans, since the stream is known and outside what is open now."""
    if not state.windows:
        return []
    known = datetime.fromisoformat(next(iter(state.windows)))
    broken = state.open.get(TRACK)
    last = end if broken is None else min(end, broken.first_bad)
    ends = (last - step * span for step in range(1, _RECENT + 1))
    return [_count(state, each, span) for each in ends if each - span >= known]


def _is_off(state: DatasetState, end: datetime, count: int, usual: list[int], threshold: float) -> bool:
    middle = median(usual)
    margin = _WIDTH * _MAD_TO_SIGMA * median(abs(each - middle) for each in usual)
    if abs(count - middle) <= max(threshold * middle, margin):
        return False
    day_ago = _count(state, end - _DAY)
    if day_ago:
        return abs(count - day_ago) > threshold * day_ago
    return pstdev(usual) <= _STEADY * middle


def _signal(state: DatasetState, end: datetime, now: datetime, count: int, usual: list[int]) -> Signal:
    middle, start = median(usual), end - SPAN
    deviation = abs(count - middle) / middle
    policy, known = state.policy, state.open.get(TRACK)
    low = count < middle
    onset = known.first_bad if known else _onset(state, start, middle / 3, low=low)
    health = "CRITICAL" if count == 0 or deviation >= 0.8 else "WARNING"
    return Signal(
        "VOLUME_ANOMALY", state.urn, health, now, start, end,
        "SLIDING_15MIN", track=TRACK, promise=policy.registered, first_bad=onset,
        last_good=known.last_good if known else onset, signatures=("VOLUME_LOW" if low else "VOLUME_HIGH",),
        metrics={
            "rows": count, "baseline_mean": round(sum(usual) / len(usual), 1), "baseline_median": middle,
            "deviation_pct": round(100 * deviation, 1),
            "threshold_pct": round(100 * (policy.volume_threshold or 0.0), 1),
        },
        evidence=_refs(state, end), details={"direction": "low" if low else "high"},
    )  # fmt: skip


def _onset(state: DatasetState, start: datetime, usual: float, *, low: bool) -> datetime:
    """The first of the three windows that is nearer to the anomaly than to what is usual."""
    for step in range(3):
        window = state.windows.get((start + step * WINDOW).isoformat())
        count = window.total if window else 0
        if count < 0.75 * usual if low else count > 1.25 * usual:
            return start + step * WINDOW
    return start


def _refs(state: DatasetState, end: datetime) -> tuple[str, ...]:
    """The last records that were seen; a stream that fell silent is cited by its name."""
    near = [each for each in state.windows.values() if end - 2 * SPAN <= each.start < end]
    return tuple(ref for each in near for ref in each.refs)[:5] or (state.urn,)


def _mended(state: DatasetState, end: datetime, now: datetime, count: int) -> Signal | None:
    broken = state.open.get(TRACK)
    if broken is None or end <= broken.first_bad:
        return None
    return Signal(
        "VOLUME_ANOMALY", state.urn, "OK", now, end - SPAN, end, "SLIDING_15MIN", track=TRACK,
        promise=broken.promise, last_good=end, metrics={"rows": count}, evidence=(state.urn,),
    )  # fmt: skip
