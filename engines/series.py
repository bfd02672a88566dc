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

Usual = list[list[float]]
"""Values to compare with: those of all sound points, and where three are known those of the same weekday."""

Judge = Callable[[Usual, float], bool]
"""Whether a value is odd, beside what is usual."""


def learn(state: DatasetState, name: str, point: Point, is_odd: Judge) -> Usual:
    """Keep a point and judge it; what it is odd beside, nothing where it is usual or known.

    A point that comes late has those after it judged again, so that order leaves no trace.
    """
    held = state.series.get(name)
    if held is None:
        if len(state.series) >= MAX_SERIES:
            return []
        held = state.series[name] = []
    first = _place(held, point)
    found: Usual = []
    for index in range(first, len(held)):
        usual = usual_of(held[:index], held[index].at)
        odd = is_odd(usual, held[index].value)
        held[index] = held[index]._replace(odd=odd)
        if odd and held[index].run_id == point.run_id:
            found = usual
    del held[:-MAX_POINTS]
    return found


def usual_of(held: list[Point], at: datetime) -> Usual:
    """What is usual at a time. A weekday on which three runs were odd alike is usual that way."""
    same = [each for each in held if each.at.weekday() == at.weekday()]
    sound = [each.value for each in same if not each.odd]
    alike = sound if len(sound) >= _ALIKE else [each.value for each in same]
    everything = [each.value for each in _sound(held)]
    return [everything, alike] if _ALIKE <= len(alike) < len(everything) else [everything]


def is_known(usual: Usual) -> bool:
    """Whether there are runs enough to compare with."""
    return len(usual[0]) >= REFINED


def _place(held: list[Point], point: Point) -> int:
    """Put a point in order of time; where it stands, the end where nothing is new. One run is one point."""
    known = next((index for index, each in enumerate(held) if each.run_id == point.run_id), None)
    if known is not None:
        if (held[known].at, held[known].value) >= (point.at, point.value):
            return len(held)
        del held[known]
    index = len(held)
    while index and (held[index - 1].at, held[index - 1].run_id) > (point.at, point.run_id):
        index -= 1
    held.insert(index, point)
    return index if known is None else min(index, known)


def _sound(held: list[Point]) -> list[Point]:
    """The points that count as usual: those of the level that seven odd ones in a row began, if any did."""
    odd = 0
    for index in range(len(held) - 1, -1, -1):
        odd = odd + 1 if held[index].odd else 0
        if odd == REFINED:
            return [*held[index : index + REFINED], *_plain(held[index + REFINED :])]
    return _plain(held)


def _plain(held: list[Point]) -> list[Point]:
    return [each for each in held if not each.odd]


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
