"""Measures of runs over time: what is usual of each, judged one point at a time.

Points that were odd are no part of what is usual, until seven in a row show that the
level has moved. A point is judged by earlier ones only, so never by itself.
"""

from collections.abc import Callable
from datetime import datetime
from statistics import median

from .state import MAX_POINTS, MAX_SERIES, DatasetState, Point

REFINED = 7
"""So many runs make a baseline (spec/bootstrap_lld.md §5.3)."""

MAD_TO_SIGMA = 1.4826
_ALIKE, _SHARE, _DAY_S = 3, 0.95, 86_400

Judge = Callable[[list[float], float], bool]
"""Whether a value is odd, beside the values that are usual."""


def point_of(at: datetime, run_id: str, value: float) -> Point:
    """What a run measured, not judged yet."""
    return at.timestamp(), run_id, value, False


def learn(state: DatasetState, name: str, point: Point, is_odd: Judge) -> list[float]:
    """Keep a point and judge it; the values it is odd beside, none where it is usual or known.

    A point that comes late has those after it judged again, so that order leaves no trace.
    """
    held = state.series.get(name)
    if held is None:
        if len(state.series) >= MAX_SERIES:
            return []
        held = state.series[name] = []
    found: list[float] = []
    for index in range(_place(held, point), len(held)):
        at, run_id, value, _ = held[index]
        values = usual(held[:index])
        odd = is_known(values) and is_odd(values, value)
        odd = odd and is_odd(alike(held[:index], at) or values, value)
        held[index] = (at, run_id, value, odd)
        if odd and run_id == point[1]:
            found = values
    del held[:-MAX_POINTS]
    return found


def usual(held: list[Point]) -> list[float]:
    """The values that count as usual: those of the level that seven odd ones in a row began, if any did."""
    plain = [value for _, _, value, odd in held if not odd]
    if len(held) - len(plain) < REFINED:
        return plain
    in_a_row = 0
    for index in range(len(held) - 1, -1, -1):
        _, _, _, odd = held[index]
        in_a_row = in_a_row + 1 if odd else 0
        if in_a_row == REFINED:
            level = held[index : index + REFINED]
            return [value for _, _, value, _ in level] + usual(held[index + REFINED :])
    return plain


def alike(held: list[Point], at: float) -> list[float]:
    """The values of the same weekday, once there are three; three odd ones are usual on that day."""
    same = [(value, odd) for moment, _, value, odd in held if _weekday(moment) == _weekday(at)]
    sound = [value for value, odd in same if not odd]
    found = sound if len(sound) >= _ALIKE else [value for value, _ in same]
    return found if len(found) >= _ALIKE else []


def _weekday(at: float) -> int:
    return int(at // _DAY_S) % 7


def last_value(held: list[Point]) -> float:
    """What the newest point measured."""
    _, _, value, _ = held[-1]
    return value


def without(held: list[Point], run_id: str) -> list[Point]:
    """The points of all other runs."""
    return [(at, other, value, odd) for at, other, value, odd in held if other != run_id]


def is_known(values: list[float]) -> bool:
    """Whether there are runs enough to compare with."""
    return len(values) >= REFINED


def _place(held: list[Point], point: Point) -> int:
    """Put a point in order of time; where it stands, the end where nothing is new. One run is one point."""
    at, run_id, value, _ = point
    runs = [known for _, known, _, _ in held]
    known = runs.index(run_id) if run_id in runs else None
    if known is not None:
        before, _, told, _ = held[known]
        if (before, told) >= (at, value):
            return len(held)
        del held[known]
    index = len(held)
    while index and held[index - 1][:2] > (at, run_id):
        index -= 1
    held.insert(index, point)
    return index if known is None else min(index, known)


def p95(values: list[float]) -> float:
    """The 95th percentile, between the two nearest values."""
    ordered = sorted(values)
    place = _SHARE * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def robust_spread(values: list[float], middle: float) -> float:
    """The standard deviation as the median absolute deviation tells it."""
    return MAD_TO_SIGMA * median(abs(each - middle) for each in values)
