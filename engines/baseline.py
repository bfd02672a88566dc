"""What is usual for a table's volume: a rolling week, the same weekday of the weeks before, the same hours.

Source: spec/prd.md FR-3, spec/bootstrap_lld.md §4.6 and §5.3 (3σ until seven runs are known, then 2σ).
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, median, pstdev

from . import quality
from .policy import BASELINE, MIN_BASELINE, TierDefaults
from .state import Commit, DatasetState

_WEEKS, _SEASONAL = timedelta(days=28), 3
_REFINED, _WIDE, _NARROW = 7, 3.0, 2.0
_MAD_TO_SIGMA = 1.4826
_EXTREME = 0.9
_DAY, _HALF_A_DAY, _NEAR = timedelta(days=1), timedelta(hours=12), timedelta(minutes=40)
_ALL_DAY, _LAST, _PIECES_APART = 4, 12, timedelta(minutes=11)
_DOUBLE, _FAR, _FEW, _LEAST_ROWS = 2.0, 4.0, 10.0, 60


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

        The robust one, of seven runs or more, holds where one odd run has widened the standard
        deviation; with fewer runs the mean and the median must agree.
        """
        margin = self.spread * self.width
        plain = _beyond(rows, self.mean, margin, threshold)
        if self.runs < _REFINED:
            return plain and _beyond(rows, self.middle, margin, threshold)
        return plain or _beyond(rows, self.middle, self.robust_spread * _WIDE, threshold)

    def is_far_off(self, rows: float, threshold: float) -> bool:
        """The same at three spreads, for what is judged many times a day."""
        return self.is_off(rows, threshold) and (
            _beyond(rows, self.mean, self.spread * _WIDE, threshold)
            or _beyond(rows, self.middle, self.robust_spread * _WIDE, threshold)
        )


def rolling(peers: list[Commit], commit: Commit) -> Baseline:
    """What the last seven days say."""
    return _of([each for each in peers if each.at >= commit.at - BASELINE])


def is_unusual(
    peers: list[Commit], commit: Commit, threshold: float, lulls: list[Commit] | None = None
) -> bool:
    """Whether a commit is off its week, and off its weekday where that is known.

    Peers are earlier commits that were themselves in order. The first weekend of a
    table that is known from weekdays only is unusual when next to nothing came.
    ``lulls`` are what :func:`lulls_of` knows.
    """
    rows, week = float(commit.rows or 0), rolling(peers, commit)
    if week.runs < MIN_BASELINE:
        return False
    if is_written_all_day(peers, commit):
        return _is_unusual_by_hour(peers, lulls or [], commit, threshold)
    if not week.is_off(rows, threshold):
        return False
    alike = _alike(peers, day_of(commit))
    return _is_off_all(alike, rows, threshold) if alike else abs(rows - week.mean) >= _EXTREME * week.mean


def _is_unusual_by_hour(peers: list[Commit], lulls: list[Commit], commit: Commit, threshold: float) -> bool:
    """The same of a table with commits all day, of which each hour has a level of its own.

    What an hour usually brings is known from other days. On its first day nothing is unusual,
    on the first weekend next to nothing. With one or two such days what is four times off is,
    with more what is off their spread and off the rest of the week: twice, until seven are known.
    """
    rows, week = float(commit.rows or 0), rolling(peers, commit)
    near = [each for each in (*peers, *lulls) if _is_same_time_of_day(each, commit)]
    if not near:
        return _is_off_at_a_new_hour(peers, commit, week, threshold)
    alike = [each for each in near if _is_weekend(day_of(each)) == _is_weekend(day_of(commit))]
    if not alike:
        return all(float(each.rows or 0) >= max(_LEAST_ROWS, _FEW * rows) for each in near)
    if len(alike) < _SEASONAL:
        return _is_off_by(_FAR, alike, rows)
    same = [each for each in alike if day_of(each).weekday() == day_of(commit).weekday()]
    if _is_off_by(_FAR, same or alike, rows):
        return True
    if len(alike) < _REFINED and not _is_off_by(_DOUBLE, alike, rows):
        return False
    is_off = week.is_far_off(rows, threshold) and _is_off_all(alike, rows, threshold)
    return is_off and _is_off_all(same, rows, threshold)


def _is_off_at_a_new_hour(peers: list[Commit], commit: Commit, week: Baseline, threshold: float) -> bool:
    """Whether it is a leap away from a week whose days are known, though none had a commit at that hour."""
    days = {each.at.date() for each in peers if each.at >= commit.at - BASELINE} - {commit.at.date()}
    rows = float(commit.rows or 0)
    return (
        len(days) >= _SEASONAL
        and week.is_far_off(rows, threshold)
        and _is_off_by(_DOUBLE, peers[-MIN_BASELINE:], rows)
    )


def _is_off_all(alike: list[Commit], rows: float, threshold: float) -> bool:
    if len(alike) >= _SEASONAL:
        return _of(alike).is_off(rows, threshold)
    return all(_beyond(rows, float(each.rows or 0), 0.0, threshold) for each in alike)


def _is_same_time_of_day(earlier: Commit, commit: Commit) -> bool:
    """Whether it is of another day, and then of much the same hour."""
    apart = commit.at - earlier.at
    return apart > _HALF_A_DAY and min(apart % _DAY, -apart % _DAY) <= _NEAR


def _is_off_by(factor: float, peers: list[Commit], rows: float) -> bool:
    """Whether it is so many times more or less than each; a handful of rows means little."""
    pairs = (sorted((rows, float(each.rows or 0))) for each in peers)
    return all(high >= _LEAST_ROWS and high >= factor * low for low, high in pairs)


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


def lulls_of(state: DatasetState, commit: Commit) -> list[Commit]:
    """Anomalies of hours, on earlier days, after which the table was in order again by itself.

    Told beside the baseline, they make a night that comes every day usual. One odd commit is no lull.
    """
    earlier = [each for each in state.commits if each.at < commit.at and each.rows is not None]
    found: list[Commit] = []
    stretch: list[Commit] = []
    for each in earlier:
        if each.anomalous:
            stretch.append(each)
            continue
        found += stretch if len(stretch) >= MIN_BASELINE else []
        stretch = []
    return found


def is_written_all_day(peers: list[Commit], commit: Commit) -> bool:
    """Whether a table has four commits or more today, or on most days of the week before.

    Of a table that nobody has known for a day, few hours between its first commits tell it.
    """
    recent = [each for each in peers if each.at >= commit.at - BASELINE]
    days = Counter(each.at.date() for each in recent)
    if days.pop(commit.at.date(), 0) >= _ALL_DAY or (bool(days) and median(days.values()) >= _ALL_DAY):
        return True
    is_young = bool(recent) and commit.at - recent[0].at < _DAY
    return is_young and (commit.at - recent[0].at) / len(recent) <= _DAY / _ALL_DAY


def comes_in_pieces(peers: list[Commit]) -> bool:
    """Whether the last commits were many within an hour, and no partitions of their own.

    Three in four were close upon another: what two observers tell of a daily one is only every second.
    """
    last = peers[-_LAST:]
    gaps = sorted(later.at - sooner.at for sooner, later in pairwise(last))
    if len(last) < MIN_BASELINE or gaps[3 * len(gaps) // 4] > _PIECES_APART:
        return False
    return 2 * len({each.watermark for each in last}) <= len(last)


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
