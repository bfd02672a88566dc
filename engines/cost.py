"""What runs cost: how long they take, what they use, and how many bytes a row takes.

A cost is held against the 95th percentile of earlier runs, and only ever too high. It is an
observation of one run and breaks no promise. Source: COST_ANOMALY of
spec/event_schemas_and_scenarios.md §4.1, the p95 of spec/prd.md FR-2.
"""

from datetime import datetime, timedelta
from statistics import median

from graph.facts import RunSeen

from .series import Judge, alike, is_known, last_value, learn, p95, point_of, robust_spread, usual, without
from .signal import Signal
from .state import Commit, DatasetState, Point, Run

DURATION, BYTES_PER_ROW = "duration_s", "bytes_per_row"
_BEYOND, _WIDTH, _LEAST_S, _WORTH_A_LOOK_S = 1.5, 3.0, 60.0, 300.0
_LEAST_ROWS, _LEAST_BYTES = 1_000, 1_000_000
_MOST_RESOURCES = 10


def of_run(state: DatasetState, run: Run, fact: RunSeen, now: datetime) -> Signal | None:
    """Learn what a completed run cost; the signal where that is far beyond its job's earlier runs."""
    if run.state != "COMPLETE" or run.ended is None:
        return None
    seconds = elapsed_s(run, run.ended)
    told = [(DURATION, seconds)] if run.was_followed and seconds > 0 else []
    found = [
        _finding(name, value, values)
        for name, value in (*told, *fact.resources[:_MOST_RESOURCES])
        if (values := learn(state, _key(run.job, name), point_of(run.ended, run.run_id, value), _judge(name)))
    ]
    return _signal(state, run, found, now) if found else None


def of_commit(state: DatasetState, commit: Commit, now: datetime) -> Signal | None:
    """The signal of a commit that takes far more bytes a row than earlier ones."""
    rows, size = commit.rows or 0, commit.size or 0
    if rows < _LEAST_ROWS or size < _LEAST_BYTES or not commit.run_id:
        return None
    point = point_of(commit.at, commit.run_id, size / rows)
    values = learn(state, _key(commit.job, BYTES_PER_ROW), point, _judge(BYTES_PER_ROW))
    if not values:
        return None
    return _told(
        state, [_finding(BYTES_PER_ROW, size / rows, values)], "BYTES_PER_ROW",
        (commit.run_id, commit.job), (commit.at, commit.at), now,
    )  # fmt: skip


def slow_at(state: DatasetState, run: Run) -> datetime | None:
    """When a run that has not ended goes beyond what its job usually takes; None before that is known.

    A job of a few minutes has ended before anybody could look.
    """
    held = _durations(state, run)
    if run.started is None or not held or last_value(held) < _WORTH_A_LOOK_S:
        return None
    values = usual(held)
    if not is_known(values):
        return None
    return _began(run) + timedelta(seconds=_limit(DURATION, values))


def running_slow(state: DatasetState, run: Run, now: datetime) -> Signal | None:
    """The signal of a run that is beyond its baseline, and that of its weekday, and still going."""
    if run.ended is not None or run.started is None:
        return None
    held, seconds = _durations(state, run), elapsed_s(run, now)
    values = usual(held)
    if not is_known(values) or not all(
        seconds >= _limit(DURATION, each) for each in (values, alike(held, run.started.timestamp())) if each
    ):
        return None
    return _signal(state, run, [_finding(DURATION, seconds, values)], now)


def pace(state: DatasetState, run: Run, now: datetime) -> dict[str, float]:
    """How long a run took so far, and the 95th percentile of those before; {} where none is known."""
    values = usual(_durations(state, run))
    if run.started is None or not is_known(values):
        return {}
    seconds = elapsed_s(run, run.ended or now)
    return {"running_s": round(seconds, 1), "baseline_p95_s": round(p95(values), 1)}


def _durations(state: DatasetState, run: Run) -> list[Point]:
    held = state.series.get(_key(run.job, DURATION), [])
    return held if run.ended is None else without(held, run.run_id)


def elapsed_s(run: Run, until: datetime) -> float:
    """Seconds since the run, or its last try, began."""
    return (until - _began(run)).total_seconds() if run.started else 0.0


def _began(run: Run) -> datetime:
    assert run.started is not None  # noqa: S101 - the callers know that it has
    return run.last_start if run.last_fail and run.last_start else run.started


def _judge(name: str) -> Judge:
    def is_odd(values: list[float], value: float) -> bool:
        return value > _BEYOND * min(values) and value > _limit(name, values)

    return is_odd


def _limit(name: str, values: list[float]) -> float:
    """Half as much again as the 95th percentile, or more where values vary."""
    high, least = p95(values), _LEAST_S if name == DURATION else 0.0
    return max(_BEYOND * high, high + _WIDTH * robust_spread(values, median(values)), high + least)


def _finding(name: str, value: float, values: list[float]) -> dict[str, object]:
    return {
        "measure": name, "value": round(value, 3), "baseline_p95": round(p95(values), 3),
        "baseline_median": round(median(values), 3), "limit": round(_limit(name, values), 3),
        "baseline_runs": len(values),
    }  # fmt: skip


def _signal(state: DatasetState, run: Run, found: list[dict[str, object]], now: datetime) -> Signal:
    reason = "RUN_SLOW" if found[0]["measure"] == DURATION else "RESOURCES"
    began = run.started or now
    return _told(state, found, reason, (run.run_id, run.job), (began, began), now)


def _told(
    state: DatasetState,
    found: list[dict[str, object]],
    reason: str,
    about: tuple[str, str],
    window: tuple[datetime, datetime],
    now: datetime,
) -> Signal:
    run_id, job = about
    details: dict[str, object] = {"reason": reason, "job": job, "measures": found[:10]}
    return Signal(
        "COST_ANOMALY", state.urn, "WARNING", now, *window, "BATCH_RUN", first_bad=window[0],
        run_ids=(run_id,), metrics=dict(found[0]), evidence=(run_id,), details=details,
        batch={"run_id": run_id, "job": job},
    )  # fmt: skip


def _key(job: str, name: str) -> str:
    return f"{job}\x1f{name}"
