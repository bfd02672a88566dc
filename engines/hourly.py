"""Tumbling hours: of a stream, the share of failing records; of a table written all day, its rows.

Source: the TUMBLING_1HR of spec/event_schemas_and_scenarios.md §4.1.
"""

from datetime import UTC, datetime, timedelta
from math import sqrt
from statistics import fmean, median

from . import contract, freshness
from .baseline import comes_in_pieces
from .policy import WINDOW
from .series import REFINED, robust_spread
from .signal import Signal
from .state import Commit, DatasetState, Window
from .volume import TRACK

HOUR = timedelta(hours=1)
PATIENCE = WINDOW
"""How long after the hour it is judged, so that its last events are in."""

_DAY, _DAYS = timedelta(days=1), 7
_LEAST_HOURS, _LEAST_RECORDS, _RECENT = 8, 60, 24
_LEAST_SHARE, _WIDTH = 0.02, 3.0
_LEAST_COMMITS = 6
_KNOWN, _DOUBLE, _FAR, _FEW = 3, 2, 4, 10


def hour_of(at: datetime) -> datetime:
    """The start of the hour that ``at`` lies in, in UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def is_busy(state: DatasetState) -> bool:
    """Whether a table that promised its volume made its last twelve commits within three hours."""
    if state.policy.volume_threshold is None:
        return False
    last = state.commits[-2 * _LEAST_COMMITS :]
    return len(last) == 2 * _LEAST_COMMITS and last[-1].at - last[0].at <= 3 * HOUR


def failures(state: DatasetState, start: datetime, now: datetime) -> Signal | None:
    """The signal of an hour in which a stream kept its objective, and far more failed than usual."""
    windows = _windows(state, start)
    total, failed = _total(windows), sum(each.failed for each in windows)
    usual = _usual_shares(state, start)
    if contract.TRACK in state.open or total < _LEAST_RECORDS or len(usual) < _LEAST_HOURS:
        return None
    share, middle = failed / total, median(usual)
    chance = max(middle, 1 / total)
    noise = _WIDTH * sqrt(chance * (1 - chance) / total)
    if share - middle <= max(_LEAST_SHARE, _WIDTH * robust_spread(usual, middle), noise):
        return None
    refs = tuple(ref for each in windows for failure in each.failures.values() if (ref := failure.first_ref))
    return Signal(
        "ANOMALY", state.urn, "WARNING", now, start, start + HOUR, "TUMBLING_1HR", first_bad=start,
        metrics={
            "evidence_count": total, "fail_count": failed, "fail_rate": round(share, 4),
            "baseline_median": round(middle, 4), "baseline_hours": len(usual),
        },
        top_failures=tuple(contract.top_failures(windows)), evidence=refs[:10] or (state.urn,),
        details={"reason": "FAILURES_OFF_BASELINE"},
    )  # fmt: skip


def _usual_shares(state: DatasetState, start: datetime) -> list[float]:
    """The share of failing records in each busy hour of the day before."""
    hours = (_windows(state, start - step * HOUR) for step in range(1, _RECENT + 1))
    return [sum(each.failed for each in one) / _total(one) for one in hours if _total(one) >= _LEAST_RECORDS]


def _windows(state: DatasetState, start: datetime) -> list[Window]:
    starts = (start + step * WINDOW for step in range(HOUR // WINDOW))
    return [found for each in starts if (found := state.windows.get(each.isoformat())) is not None]


def _total(windows: list[Window]) -> int:
    return sum(each.total for each in windows)


def rows(state: DatasetState, start: datetime, now: datetime) -> Signal | None:
    """Keep an hour's rows, and judge them where six small commits or more make an hour.

    A stream has its own volume engine, a commit that is a partition of its own another.
    """
    held = [each for each in freshness.counting(state) if each.rows is not None]
    if state.windows or not held or held[0].at >= start:
        return None
    count = sum(each.rows or 0 for each in held if start <= each.at < start + HOUR)
    state.hours[start.isoformat()] = count
    state.hours = dict(sorted(state.hours.items()))
    threshold, usual = state.policy.volume_threshold, _usual_rows(state, start)
    alike = _same_hour(state, start)
    if threshold is None or len(usual) < _LEAST_HOURS or not _is_frequent(held, start):
        return None
    if alike:
        base = _base(usual, alike)
        is_off = _is_off(count, base, alike, threshold) and not _is_like(count, alike, threshold)
        if is_off and median(base) >= _LEAST_RECORDS:
            return _signal(state, start, now, count, base)
        return _mended(state, start, now, count)
    return _mended(state, start, now, count) if _was_long_ago(state, start) else None


def _base(usual: list[float], alike: list[tuple[int, bool]]) -> list[float]:
    """What to compare with: the same hour of days of its kind, or of all days, or else the hours before."""
    same = [float(rows) for rows, is_of_its_kind in alike if is_of_its_kind]
    known = same if len(same) >= _KNOWN else [float(rows) for rows, _ in alike]
    return known if len(known) >= _KNOWN else usual


def _is_off(count: int, base: list[float], alike: list[tuple[int, bool]], threshold: float) -> bool:
    """Whether it is off its baseline, or far off that hour of every day of a week."""
    middle = median(base)
    if abs(count - middle) > max(threshold * middle, _WIDTH * robust_spread(base, middle)):
        return True
    return len(alike) >= _KNOWN and not any(_is_within(_FAR, count, rows) for rows, _ in alike)


def _is_within(factor: float, count: int, rows: int) -> bool:
    return rows <= factor * count and count <= factor * rows


def _was_long_ago(state: DatasetState, start: datetime) -> bool:
    """Whether it is broken for so long that nothing good is remembered: what has been since is usual."""
    broken = state.open.get(TRACK)
    return broken is not None and start - broken.first_bad > _DAYS * _DAY


def _is_frequent(held: list[Commit], start: datetime) -> bool:
    """Whether the hours before had six commits: with fewer, one that is late moves half of an hour's rows."""
    before = [each for each in held if start - 3 * HOUR <= each.at < start]
    return len(before) >= 3 * _LEAST_COMMITS and comes_in_pieces(before)


def _usual_rows(state: DatasetState, start: datetime) -> list[float]:
    """The hours before, outside what is open now."""
    broken = state.open.get(TRACK)
    last = start if broken is None else min(start, hour_of(broken.first_bad))
    return [float(count) for key, count in state.hours.items() if datetime.fromisoformat(key) < last][
        -_RECENT:
    ]


def _same_hour(state: DatasetState, start: datetime) -> list[tuple[int, bool]]:
    """The rows of this hour on the days of the week before, outside what is open now.

    With each, whether that day is of the same kind: weekdays and weekends differ.
    """
    broken = state.open.get(TRACK)
    last = start if broken is None else min(start, hour_of(broken.first_bad))
    days = (start - number * _DAY for number in range(1, _DAYS + 1))
    known = ((day, state.hours.get(day.isoformat())) for day in days if day < last)
    is_weekend = start.weekday() >= 5
    return [(rows, (day.weekday() >= 5) == is_weekend) for day, rows in known if rows is not None]


def _is_like(count: int, alike: list[tuple[int, bool]], threshold: float) -> bool:
    """Whether an hour is as it was on any day of its kind.

    While fewer than three are known, four times more or less may be usual, and up to seven
    twice; on the first weekend anything but next to nothing may.
    """
    same = [rows for rows, is_of_its_kind in alike if is_of_its_kind]
    if len(same) >= REFINED:
        return any(abs(count - rows) <= threshold * rows for rows in same)
    if same:
        factor = _DOUBLE if len(same) >= _KNOWN else _FAR
        return any(_is_within(factor, count, rows) for rows in same)
    return any(rows <= _FEW * count for rows, _ in alike)


def _signal(state: DatasetState, start: datetime, now: datetime, count: int, usual: list[float]) -> Signal:
    middle, known, low = median(usual), state.open.get(TRACK), count < median(usual)
    deviation = abs(count - middle) / middle
    good = max((each.at for each in state.commits if each.at < start), default=None)
    return Signal(
        "VOLUME_ANOMALY", state.urn, "CRITICAL" if count == 0 or deviation >= 0.8 else "WARNING", now,
        start, start + HOUR, "TUMBLING_1HR", track=TRACK, promise=state.policy.registered,
        first_bad=known.first_bad if known else start, last_good=known.last_good if known else good,
        signatures=("VOLUME_LOW" if low else "VOLUME_HIGH",),
        metrics={
            "rows": count, "baseline_mean": round(fmean(usual), 1), "baseline_median": middle,
            "deviation_pct": round(100 * deviation, 1), "baseline_hours": len(usual),
            "threshold_pct": round(100 * (state.policy.volume_threshold or 0.0), 1),
        },
        evidence=_refs(state, start), details={"direction": "low" if low else "high"},
    )  # fmt: skip


def _refs(state: DatasetState, start: datetime) -> tuple[str, ...]:
    """The commits of the hour; a table that fell silent is cited by its name."""
    near = [each.run_id for each in state.commits if start <= each.at < start + HOUR and each.run_id]
    return tuple(dict.fromkeys(near))[:5] or (state.urn,)


def _mended(state: DatasetState, start: datetime, now: datetime, count: int) -> Signal | None:
    broken = state.open.get(TRACK)
    if broken is None or start + HOUR <= broken.first_bad:
        return None
    return Signal(
        "VOLUME_ANOMALY", state.urn, "OK", now, start, start + HOUR, "TUMBLING_1HR", track=TRACK,
        promise=broken.promise, last_good=start + HOUR, metrics={"rows": count}, evidence=_refs(state, start),
    )  # fmt: skip
