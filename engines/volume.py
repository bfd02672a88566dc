"""Volume of batch commits against what is usual for the table (spec/prd.md FR-3)."""

from datetime import datetime

from signal_factory.times import format_time

from .baseline import is_unusual, peers_of, rolling
from .signal import Signal
from .state import Commit, DatasetState

TRACK = "volume"
DEFAULT_THRESHOLD = 0.40
_MICRO_BATCHES = 4


def evaluate(state: DatasetState, commit: Commit, now: datetime) -> Signal | None:
    """The signal of one commit, or None where there is nothing to say.

    The value under test is never in its own baseline, nor are earlier anomalies.
    A table that is written many times a day has no volume per commit.
    """
    if commit.rows is None:
        return None
    peers = peers_of(state, commit)
    if sum(each.at.date() == commit.at.date() for each in peers) >= _MICRO_BATCHES:
        return None
    policy, usual = state.policy, rolling(peers, commit)
    mean, threshold = usual.mean, policy.volume_threshold or DEFAULT_THRESHOLD
    short = policy.min_rows is not None and commit.rows < policy.min_rows
    commit.anomalous = is_unusual(peers, commit, threshold) or short
    if not commit.anomalous:
        return _mended(state, commit, now, mean)
    deviation = abs(commit.rows - mean) / mean if mean else 1.0
    health = "CRITICAL" if short or commit.rows == 0 or deviation >= min(0.9, 2 * threshold) else "WARNING"
    low = short or commit.rows < mean
    return Signal(
        "VOLUME_ANOMALY", state.urn, health, now, commit.at, commit.at, "BATCH_RUN", track=TRACK,
        promise=policy.registered and policy.volume_threshold is not None, first_bad=commit.at,
        last_good=max((each.at for each in peers), default=None),
        signatures=("VOLUME_LOW" if low else "VOLUME_HIGH",),
        run_ids=(commit.run_id,) if commit.run_id else (),
        metrics={
            "rows": commit.rows, "baseline_mean": round(mean, 1), "baseline_stddev": round(usual.spread, 1),
            "baseline_median": round(usual.middle, 1),
            "deviation_pct": round(100 * deviation, 1), "threshold_pct": round(100 * threshold, 1),
            "baseline_runs": usual.runs,
        },
        evidence=(commit.run_id or state.urn,),
        details={"direction": "low" if low else "high"},
        batch={"run_id": commit.run_id, "job": commit.job} if commit.run_id else {},
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
