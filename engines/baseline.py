"""What is usual for a table's volume: a rolling week, and the same weekday of the weeks before.

Source: spec/prd.md FR-3, spec/bootstrap_lld.md §4.6 and §5.3 (3σ until seven runs are known, then 2σ).
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean, median, pstdev

from . import quality
from .policy import BASELINE, MIN_BASELINE, TierDefaults
from .state import Commit, DatasetState

_WEEKS, _SEASONAL = timedelta(days=28), 3
_REFINED, _WIDE, _NARROW = 7, 3.0, 2.0
_MAD_TO_SIGMA = 1.4826
_EXTREME = 0.9


@dataclass(frozen=True, slots=True)
class Baseline:
    """Usual row counts: their mean, spread (standard deviation), median and robust spread (from the MAD)."""

    runs: int
    mean: float
    spread: float
    middle: float
    robust_spread: float

    @property
    def width(self) -> float:
        """How many spreads away is unusual."""
        return _NARROW if self.runs >= _REFINED else _WIDE

    def is_off(self, rows: float, threshold: float) -> bool:
        """Whether ``rows`` is beyond ``threshold`` (0..1) and beyond the spread, by either measure.

        The robust one, of seven runs or more, holds where one odd run has widened the standard deviation.
        """
        plain = _beyond(rows, self.mean, self.spread * self.width, threshold)
        robust = self.runs >= _REFINED and _beyond(rows, self.middle, self.robust_spread * _WIDE, threshold)
        return plain or robust


def rolling(peers: list[Commit], commit: Commit) -> Baseline:
    """What the last seven days say."""
    return _of([each for each in peers if each.at >= commit.at - BASELINE])


def is_unusual(peers: list[Commit], commit: Commit, threshold: float) -> bool:
    """Whether a commit is off its week, and off its weekday where that is known.

    Peers are earlier commits that were themselves in order. The first weekend of a
    table that is known from weekdays only is unusual when next to nothing came.
    """
    rows, week = float(commit.rows or 0), rolling(peers, commit)
    if week.runs < MIN_BASELINE or not week.is_off(rows, threshold):
        return False
    alike = _alike(peers, day_of(commit))
    if len(alike) >= _SEASONAL:
        return _of(alike).is_off(rows, threshold)
    if alike:
        return all(_beyond(rows, float(each.rows or 0), 0.0, threshold) for each in alike)
    return abs(rows - week.mean) >= _EXTREME * week.mean


def _alike(peers: list[Commit], day: date) -> list[Commit]:
    """Those of the same weekday; before there is one, those of weekdays or weekends."""
    same = [each for each in peers if day_of(each).weekday() == day.weekday()]
    return same or [each for each in peers if _is_weekend(day_of(each)) == _is_weekend(day)]


def is_like_no_other(peers: list[Commit], rows: float, tier: TierDefaults) -> bool:
    """Whether a table with too few runs for a spread of its own is off by three of its tier's.

    The level is its own: how many rows other tables have says nothing about this one
    (docs/decisions/0009-synthetic-baselines.md).
    """
    mean = fmean(float(each.rows or 0) for each in peers) if peers else 0.0
    return abs(rows - mean) > _WIDE * mean * tier.rows_spread / tier.rows and bool(peers)


def peers_of(state: DatasetState, commit: Commit) -> list[Commit]:
    """Earlier commits of four weeks that count as usual; never the one under test.

    Anomalies are not among them, nor runs whose quality was broken, as long as there are
    others. ``rows`` are bytes where nobody counts rows.
    """
    earlier = [
        each if each.rows is not None else replace(each, rows=each.size)
        for each in state.commits
        if commit.at - _WEEKS <= each.at < commit.at and (each.rows is None) == (commit.rows is None)
        and (each.rows or each.size) is not None and not each.anomalous and each.run_id != commit.run_id
    ]  # fmt: skip
    broken = {run_id for run_id, run in state.batches.items() if quality.is_broken(state, run)}
    sound = [each for each in earlier if each.run_id not in broken] if broken else earlier
    return sound if rolling(sound, commit).runs >= MIN_BASELINE else earlier


def is_written_all_day(peers: list[Commit], commit: Commit, least: int) -> bool:
    """Whether a table has ``least`` commits today, or on most days of the week before."""
    days = Counter(each.at.date() for each in peers if each.at >= commit.at - BASELINE)
    return days.pop(commit.at.date(), 0) >= least or (bool(days) and median(days.values()) >= least)


def day_of(commit: Commit) -> date:
    """The day that a commit is about: its partition's, or else when it was made."""
    try:
        return date.fromisoformat(commit.watermark[:10])
    except ValueError:
        return commit.at.date()


def _of(peers: list[Commit]) -> Baseline:
    rows = [float(each.rows or 0) for each in peers]
    if not rows:
        return Baseline(0, 0.0, 0.0, 0.0, 0.0)
    middle = median(rows)
    mad = median(abs(each - middle) for each in rows)
    return Baseline(len(rows), fmean(rows), pstdev(rows), middle, _MAD_TO_SIGMA * mad)


def _beyond(rows: float, usual: float, margin: float, threshold: float) -> bool:
    distance = abs(rows - usual)
    return distance > threshold * usual and distance > margin


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5
