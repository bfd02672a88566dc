"""Runs of jobs: how far they are, and what a failed one says."""

from datetime import datetime, timedelta

from graph.facts import Fact, RunSeen

from .gaps import TERMINAL
from .signal import Signal
from .state import MOST_BEATS, Run

_LONGEST_S = 365 * 86_400.0
_ORDER = ("", "OTHER", "START", "HEARTBEAT", "RUNNING", "ABORT", "COMPLETE", "FAIL")


def advance(run: Run, fact: RunSeen, now: datetime) -> None:
    """Fold one sign of life, received at ``now``, into a run; the order of signs does not matter."""
    if fact.state in _ORDER and _ORDER.index(fact.state) >= _rank(run.state):
        run.state = fact.state
    began = fact.started_at or (fact.at if fact.state == "START" else None)
    if began is not None:
        run.started = min(began, run.started or began)
    if (
        run.started is None
        and fact.duration_s is not None
        and 0 <= fact.duration_s < _LONGEST_S
        and fact.state in TERMINAL
    ):
        run.started = fact.at - timedelta(seconds=fact.duration_s)
    if fact.state in ("HEARTBEAT", "RUNNING"):
        run.beats = sorted({*run.beats, fact.at})[-MOST_BEATS:]
        run.explicit_beats = run.explicit_beats or fact.state == "HEARTBEAT"
        run.heard = max(now, run.heard or now)
    if fact.state == "START":
        run.last_start = max(fact.at, run.last_start or fact.at)
    if fact.state == "FAIL":
        run.last_fail = max(fact.at, run.last_fail or fact.at)
    if fact.state in TERMINAL:
        run.ended = max(fact.at, run.ended or fact.at)
    run.started = run.started or fact.at
    run.scheduled = fact.scheduled_at or run.scheduled
    run.error = fact.error or run.error
    run.dag, run.dag_run_id = fact.dag or run.dag, fact.dag_run_id or run.dag_run_id
    run.seen = max(fact.at, run.seen or fact.at)


def _rank(state: str) -> int:
    return _ORDER.index(state) if state in _ORDER else 0


def said_of_runs(fact: Fact, tables: list[str], now: datetime) -> list[Signal]:
    """What a failed run says of the tables it writes, or of its job where none is known."""
    if not isinstance(fact, RunSeen) or fact.state != "FAIL":
        return []
    return [_failed(subject, fact, now) for subject in tables or [fact.job]]


def _failed(subject: str, fact: RunSeen, now: datetime) -> Signal:
    """A run failed: an observation, which breaks no promise by itself (contract rule 2)."""
    return Signal(
        "FRESHNESS_BREACH", subject, "WARNING", now, fact.at, fact.at, "BATCH_RUN", first_bad=fact.at,
        signatures=(fact.error,) if fact.error else (), run_ids=(fact.run_id,) if fact.run_id else (),
        evidence=(fact.run_id or fact.job,), details={"reason": "JOB_FAILED", "job": fact.job},
        batch={"run_id": fact.run_id, "job": fact.job},
    )  # fmt: skip
