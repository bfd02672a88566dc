"""Freshness by watermark: at its deadline a table must have advanced since the deadline before.

Source: spec/prd.md FR-2, spec/team_expectations.md B1–B2, contract rules 1, 9 and 17.
"""

from datetime import date, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

from signal_factory.times import format_time

from . import cost
from .deadlines import next_due, previous_due
from .policy import Freshness
from .signal import Signal
from .state import Commit, DatasetState, Run

TRACK = "freshness"
_OWN = 2
_AHEAD = timedelta(days=2)
_SETTLING = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_PUNCTUAL = timedelta(minutes=15)


def schedule(state: DatasetState, after: datetime) -> datetime | None:
    """Set the next deadline; returns when it is to be looked at, grace included."""
    objective = state.policy.freshness
    if objective is None:
        state.due = None
        return None
    state.due = next_due(objective, after)
    return state.due + objective.grace


def reschedule(state: DatasetState, before: Freshness | None, at: datetime) -> datetime | None:
    """The next deadline after a registration at ``at``; one that changes nothing moves nothing.

    A promise that changed holds for the first deadline that is still to come, and what
    the table wrote since the deadline before that, by the new promise, is in time.
    """
    objective = state.policy.freshness
    if before is None or objective is None:
        return schedule(state, at)
    if before == objective and state.due is not None:
        return None
    looked_at = state.last_due or at - objective.grace
    found = schedule(state, max(at - objective.grace, looked_at))
    if state.last_due is not None and state.due is not None:
        state.last_due = min(state.last_due, previous_due(objective, state.due) + objective.grace)
        state.missed = None
    return found


def counting(state: DatasetState) -> list[Commit]:
    """Commits that count as such: as sure as the writer's commits usually are.

    A completion alone is no commit of a writer whose earlier runs came with statistics,
    partitions or the table's own commits, nor is that of a run that failed (Spark says
    both of one run); only the table's own commit outlives the run's failure.
    """
    best: dict[str, int] = {}
    found: list[Commit] = []
    for commit in state.commits:
        if commit.strength < _OWN and _has_failed(state, commit.run_id):
            continue
        if commit.strength == 0 and _is_lone(state, commit):
            continue
        usual = max(best.get(commit.job, 0), best.get("", 0))
        if commit.strength >= usual:
            found.append(commit)
        best[commit.job] = max(usual, commit.strength)
    return found


def _is_lone(state: DatasetState, commit: Commit) -> bool:
    """Whether its run was heard of once only, though others of its job say when they start.

    Spark's listener sends a COMPLETE alone for a write that failed before it began.
    """
    run = state.runs.get(commit.run_id)
    if run is None or run.was_followed:
        return False
    return any(each.was_followed for each in state.runs.values() if each.job == run.job)


def _has_failed(state: DatasetState, run_id: str) -> bool:
    run = state.runs.get(run_id)
    return run is not None and run.has_failed


def advancing(state: DatasetState) -> list[Commit]:
    """Counting commits that moved the watermark; without partitions every commit does."""
    mark = ""
    found: list[Commit] = []
    for commit in counting(state):
        if _is_absurd(commit):
            continue
        if not commit.watermark or commit.watermark > mark:
            found.append(commit)
        mark = max(mark, commit.watermark)
    return found


def _is_absurd(commit: Commit) -> bool:
    """A partition of days to come must not hold the watermark up for ever."""
    return bool(commit.watermark) and commit.watermark[:10] > (commit.at + _AHEAD).date().isoformat()


def at_deadline(state: DatasetState, due: datetime, now: datetime) -> Signal | None:
    """The breach at a deadline that has passed, or None when the table advanced in time."""
    objective = state.policy.freshness
    if objective is None:
        return None
    good, ends = advancing(state), due + objective.grace
    since = _credited(state, good)
    missed = not _any_within(good, since, ends) and not _is_settling_in(state, due)
    state.missed = (since, ends) if missed else None
    state.last_due = max(ends, state.last_due or ends)
    if not missed:
        return None
    return _breach(state, due, ends, now, good)


def _any_within(commits: list[Commit], after: datetime | None, until: datetime) -> bool:
    return any((after is None or each.at > after) and each.at <= until for each in commits)


def _is_settling_in(state: DatasetState, due: datetime) -> bool:
    """A table brought under watch within the last day, of which nothing was ever seen, is not late yet."""
    since = state.policy.since
    return since is not None and due < since + _SETTLING and not state.commits and not state.runs


def _serves_next(state: DatasetState, commit: Commit, missed: datetime) -> bool:
    """Whether a commit that mends a missed deadline is at the same time the one for the next.

    It is if it comes at the time of day that commits come at. Otherwise its partition tells,
    by the distance that earlier partitions had from their deadlines; without partitions the
    nearer deadline is the one it was for.
    """
    objective = state.policy.freshness
    if objective is None or state.due is None:
        return False
    zone = ZoneInfo(objective.zone)
    earlier = [each for each in advancing(state) if each.at < commit.at][-10:]
    ahead = [next_due(objective, each.at - _TICK) - each.at for each in earlier]
    slack = min(_PUNCTUAL, (state.due - missed) / 4)
    if len(ahead) >= 3 and min(ahead) - slack <= state.due - commit.at <= max(ahead) + slack:
        return True
    peers = [each for each in earlier if each.watermark]
    if not commit.watermark or len(peers) < 3:
        return state.due - commit.at < commit.at - missed
    lags = [_days(next_due(objective, each.at - _TICK), zone, each.watermark) for each in peers]
    return _days(state.due, zone, commit.watermark) <= median_low(lags)


def _days(due: datetime, zone: ZoneInfo, watermark: str) -> int:
    return (due.astimezone(zone).date() - date.fromisoformat(watermark[:10])).days


def _credited(state: DatasetState, good: list[Commit]) -> datetime | None:
    """Commits up to here belong to earlier deadlines: also the late one that mended the last."""
    if state.missed is None:
        return state.last_due
    since, ends = state.missed
    mending = next((each for each in good if each.at > ends), None)
    if mending is None or _any_within(good, since, ends) or _serves_next(state, mending, ends):
        return state.last_due
    return mending.at


def awaited(state: DatasetState) -> datetime | None:
    """The next deadline, grace included; None without one, or if what was written already is for it."""
    objective = state.policy.freshness
    if objective is None or state.due is None:
        return None
    good, ends = advancing(state), state.due + objective.grace
    return None if _any_within(good, _credited(state, good), ends) else ends


def _breach(
    state: DatasetState, due: datetime, first_bad: datetime, now: datetime, good: list[Commit]
) -> Signal:
    last = good[-1] if good else None
    reason, run = classify(state, last.at if last else None, now)
    mark = max((each.watermark for each in counting(state)), default="")
    details: dict[str, object] = {"reason": reason, "expected_by": format_time(due)}
    if mark:
        details["current_watermark"] = mark
    if run is not None and run.error:
        details["failure_signature"] = run.error
    if run is not None and reason == "JOB_RUNNING_SLOW":
        details |= cost.pace(state, run, now)
    return Signal(
        "FRESHNESS_BREACH", state.urn, "WARNING" if reason == "JOB_RUNNING_SLOW" else "CRITICAL", now,
        due, first_bad, "DEADLINE", track=TRACK, promise=True, first_bad=first_bad,
        last_good=last.at if last else None, run_ids=(run.run_id,) if run else (),
        signatures=(run.error,) if run is not None and run.error else (),
        evidence=(run.run_id,) if run else (state.urn,), details=details,
        batch={"run_id": run.run_id, "job": run.job} if run else {},
    )  # fmt: skip


def classify(state: DatasetState, last_good: datetime | None, now: datetime) -> tuple[str, Run | None]:
    """Why the table did not advance, as far as its own runs and commits tell."""
    runs = [
        each
        for each in state.runs.values()
        if each.started is not None
        and (last_good is None or each.started > last_good)
        and each.started <= now
    ]
    runs.sort(key=lambda each: (each.started or now, each.run_id))
    failed = [each for each in runs if each.state in ("FAIL", "ABORT")]
    committed = [each for each in counting(state) if last_good is None or each.at > last_good]
    if committed:
        return "WRONG_PARTITION", state.runs.get(committed[-1].run_id)
    if failed:
        return "JOB_FAILED", failed[-1]
    if not runs:
        return "JOB_NOT_TRIGGERED", None
    if runs[-1].state == "COMPLETE":
        return "PARTIAL_WRITE", runs[-1]
    objective = state.policy.freshness
    run = runs[-1]
    if objective and run.scheduled and run.started and run.started > run.scheduled + objective.grace:
        return "JOB_NOT_TRIGGERED", run
    return "JOB_RUNNING_SLOW", run


def recovered(state: DatasetState, commit: Commit, now: datetime) -> Signal | None:
    """The signal that ends an open breach, when ``commit`` advanced the table after it."""
    broken = state.open.get(TRACK)
    if broken is None or commit.at < (broken.last_good or commit.at) or commit not in advancing(state):
        return None
    if broken.last_good is not None and commit.at <= broken.last_good:
        return None
    return Signal(
        "FRESHNESS_BREACH", state.urn, "OK", now, broken.first_bad, max(commit.at, broken.first_bad),
        "DEADLINE", track=TRACK, promise=True, last_good=commit.at,
        run_ids=(commit.run_id,) if commit.run_id else (),
        evidence=(commit.run_id or state.urn,),
        details={"current_watermark": commit.watermark} if commit.watermark else {},
    )  # fmt: skip
