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
_ALIKE = 3
_SHARE = 0.95

Judge = Callable[[list[float], float], bool]
"""Whether a value is odd, beside the values that are usual."""


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
        before, each = held[:index], held[index]
        values = usual(before)
        odd = is_known(values) and is_odd(values, each.value)
        odd = odd and is_odd(alike(before, each.at) or values, each.value)
        if odd != each.odd:
            held[index] = each._replace(odd=odd)
        if odd and each.run_id == point.run_id:
            found = values
    del held[:-MAX_POINTS]
    return found


def usual(held: list[Point]) -> list[float]:
    """The values that count as usual: those of the level that seven odd ones in a row began, if any did."""
    plain = [each.value for each in held if not each.odd]
    if len(held) - len(plain) < REFINED:
        return plain
    odd = 0
    for index in range(len(held) - 1, -1, -1):
        odd = odd + 1 if held[index].odd else 0
        if odd == REFINED:
            later = held[index + REFINED :]
            return [each.value for each in held[index : index + REFINED]] + usual(later)
    return plain


def alike(held: list[Point], at: datetime) -> list[float]:
    """The values of the same weekday, once there are three; three odd ones are usual on that day."""
    same = [each for each in held if each.at.weekday() == at.weekday()]
    sound = [each.value for each in same if not each.odd]
    found = sound if len(sound) >= _ALIKE else [each.value for each in same]
    return found if len(found) >= _ALIKE else []


def is_known(values: list[float]) -> bool:
    """Whether there are runs enough to compare with."""
    return len(values) >= REFINED


def _place(held: list[Point], point: Point) -> int:
    """Put a point in order of time; where it stands, the end where nothing is new. One run is one point."""
    runs = [each.run_id for each in held]
    known = runs.index(point.run_id) if point.run_id in runs else None
    if known is not None:
        if (held[known].at, held[known].value) >= (point.at, point.value):
            return len(held)
        del held[known]
    index = len(held)
    while index and (held[index - 1].at, held[index - 1].run_id) > (point.at, point.run_id):
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
