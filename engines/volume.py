"""Volume of batch commits against what is usual for the table (spec/prd.md FR-3)."""

from dataclasses import replace
from datetime import datetime
from statistics import fmean

from signal_factory.times import format_time

from .baseline import (
    Baseline,
    comes_in_pieces,
    is_like_no_other,
    is_unusual,
    is_written_all_day,
    lulls_of,
    peers_of,
    rolling,
)
from .policy import MIN_BASELINE
from .signal import Signal
from .state import Commit, DatasetState

TRACK = "volume"


def evaluate(state: DatasetState, commit: Commit, now: datetime) -> Signal | None:
    """The signal of one commit, or None where there is nothing to say.

    The value under test is never in its own baseline, nor are earlier anomalies.
    Many small commits within an hour have no volume each (engines/hourly.py adds them up).
    Where nobody counts rows, bytes are judged, and break no promise.
    """
    if commit.rows is None and not commit.size:
        return None
    peers = peers_of(state, commit)
    if comes_in_pieces(peers):
        return None
    tested = commit if commit.rows is not None else replace(commit, rows=commit.size)
    policy, usual = state.policy, rolling(peers, tested)
    is_odd = is_unusual(peers, tested, _threshold(state), lulls_of(state, commit))
    commit.anomalous = is_odd or _is_short(state, commit)
    if commit.anomalous:
        return _signal(state, commit, tested, peers, usual, now)
    if TRACK in state.open:
        return _mended(state, tested, now, usual.mean)
    is_unknown = usual.runs < MIN_BASELINE and policy.volume_threshold is not None and policy.min_rows is None
    return _synthetic(state, tested, peers, now) if is_unknown and commit.rows is not None else None


def _is_short(state: DatasetState, commit: Commit) -> bool:
    """Whether it has fewer rows than a partition must have.

    Where commits of all day usually have fewer, a partition takes several of them.
    """
    least = state.policy.min_rows
    if least is None or commit.rows is None or commit.rows >= least:
        return False
    earlier = [each for each in state.commits if each.at < commit.at and each.rows is not None]
    return not is_written_all_day(earlier, commit) or rolling(earlier, commit).middle >= least


def _threshold(state: DatasetState) -> float:
    return state.policy.volume_threshold or state.policy.defaults.volume_threshold


def _signal(
    state: DatasetState, commit: Commit, tested: Commit, peers: list[Commit], usual: Baseline, now: datetime
) -> Signal:
    policy, threshold, rows = state.policy, _threshold(state), tested.rows or 0
    mean, short = usual.mean, _is_short(state, commit)
    deviation = abs(rows - mean) / mean if mean else 1.0
    promise = policy.registered and policy.volume_threshold is not None and commit.rows is not None
    is_none_today = rows == 0 and not promise
    grave = not is_none_today and (short or rows == 0 or deviation >= min(0.9, 2 * threshold))
    low = short or rows < mean
    return Signal(
        "VOLUME_ANOMALY", state.urn, "CRITICAL" if grave else "WARNING", now, commit.at, commit.at,
        "BATCH_RUN", track=TRACK, promise=promise, first_bad=commit.at,
        last_good=max((each.at for each in peers), default=None),
        signatures=("VOLUME_LOW" if low else "VOLUME_HIGH",),
        run_ids=(commit.run_id,) if commit.run_id else (),
        metrics={
            "bytes" if commit.rows is None else "rows": rows,
            "baseline_mean": round(mean, 1), "baseline_stddev": round(usual.spread, 1),
            "baseline_median": round(usual.middle, 1),
            "deviation_pct": round(100 * deviation, 1), "threshold_pct": round(100 * threshold, 1),
            "baseline_runs": usual.runs,
        },
        evidence=(commit.run_id or state.urn,),
        details={"direction": "low" if low else "high", **({"reason": "NO_DATA"} if is_none_today else {})},
        batch={"run_id": commit.run_id, "job": commit.job} if commit.run_id else {},
    )  # fmt: skip


def _synthetic(state: DatasetState, commit: Commit, peers: list[Commit], now: datetime) -> Signal | None:
    """What the spread of its tier says of a table's first runs: an observation, which opens nothing.

    The first hours of a day say nothing of the next one.
    """
    tier, rows = state.policy.defaults, float(commit.rows or 0)
    if is_written_all_day(peers, commit) or not is_like_no_other(peers, rows, tier):
        return None
    metrics = {
        "rows": commit.rows, "baseline_mean": round(fmean(each.rows or 0 for each in peers), 1),
        "baseline_runs": len(peers), "tier_spread_pct": round(100 * tier.rows_spread / tier.rows, 1),
    }  # fmt: skip
    return Signal(
        "VOLUME_ANOMALY", state.urn, "WARNING", now, commit.at, commit.at, "BATCH_RUN", first_bad=commit.at,
        run_ids=(commit.run_id,) if commit.run_id else (), metrics=metrics,
        evidence=(commit.run_id or state.urn,), details={"baseline": "synthetic", "confidence": "LOW"},
    )  # fmt: skip


def _mended(state: DatasetState, commit: Commit, now: datetime, mean: float) -> Signal | None:
    broken = state.open.get(TRACK)
    if broken is None or commit.at < broken.first_bad:
        return None
    return Signal(
        "VOLUME_ANOMALY", state.urn, "OK", now, commit.at, commit.at, "BATCH_RUN", track=TRACK,
        promise=broken.promise, last_good=commit.at, run_ids=(commit.run_id,) if commit.run_id else (),
        metrics={"rows": commit.rows, "baseline_mean": round(mean, 1)},
        evidence=(commit.run_id or state.urn,), details={"at": format_time(commit.at)},
    )  # fmt: skip
