"""Gaps in evidence: heartbeats that stop, and gates that a run should have answered.

Source: spec/architecture_review.md §2.3, contract rule 3.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from .policy import GATES_DUE
from .signal import Signal
from .state import MOST_BEATS, BatchRun, DatasetState, Run

BEATS, GATES = "heartbeats", "gates"
TERMINAL = frozenset({"COMPLETE", "FAIL", "ABORT"})
_LEAST_SILENCE = timedelta(minutes=3)
_REGULAR, _LONG = 4, 12


def silence_due(run: Run) -> datetime | None:
    """When the silence of a run becomes a gap, or None for a run that does not beat regularly.

    Two beats missed in a row of a run that long kept time are enough, three of another.
    One beat alone tells no rhythm. The rhythm is the sender's; how long it has been silent, its
    clock cannot say where it is wrong: that counts from when a beat was received last.
    """
    if run.state in TERMINAL or not run.beats:
        return None
    from_start = run.started if len(run.beats) < MOST_BEATS else None
    beats = sorted({*run.beats, from_start} if from_start else set(run.beats))
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(beats)]
    if not gaps:
        return None
    usual = median(gaps)
    if not run.explicit_beats and (len(beats) < _REGULAR or max(gaps) > 2 * usual + 1):
        return None
    keeps_time = len(beats) > _LONG and max(gaps) < 1.25 * usual
    patience = timedelta(seconds=(2.25 if keeps_time else 3) * usual)
    return max(beats[-1], run.heard or beats[-1]) + max(_LEAST_SILENCE, patience)


def silent(state: DatasetState, run: Run, now: datetime) -> Signal | None:
    """The gap of a run whose heartbeats stopped."""
    due = silence_due(run)
    if due is None or now < due or any(run.run_id == each.run_id or due <= each.at for each in state.commits):
        return None
    last = max(run.beats)
    return Signal(
        "EVIDENCE_INCOMPLETE", state.urn, "CRITICAL", now, last, due, "BATCH_RUN",
        track=f"{BEATS}:{run.run_id}", promise=state.policy.is_watched, first_bad=due, last_good=last,
        run_ids=(run.run_id,),
        signatures=("HEARTBEATS_STOPPED",), evidence=(run.run_id,),
        details={"reason": "HEARTBEATS_STOPPED", "job": run.job},
        batch={"run_id": run.run_id, "job": run.job},
    )  # fmt: skip


def expected_gates(state: DatasetState, run_id: str) -> set[str]:
    """The gates that the last three runs before all answered; empty when there are fewer than two."""
    before = [each for each in state.batches.values() if each.run_id != run_id and each.gates]
    before.sort(key=lambda each: (each.at, each.run_id))
    sets = [set(each.gates) for each in before[-3:]]
    if len(sets) < 2:
        return set()
    return {gate for gate in sets[0] if all(gate in each for each in sets)}


def gates_due(ended: datetime, now: datetime) -> datetime:
    """When to look for the gates of a run; an end that arrives late leaves them time to arrive as well."""
    return max(ended, now) + GATES_DUE


def gates_missing(
    state: DatasetState, run_id: str, job: str, ended: datetime, now: datetime
) -> Signal | None:
    """The gap of a run that ended and left gates unanswered, once they are overdue."""
    expected = expected_gates(state, run_id)
    seen = _answered(state, run_id, ended)
    missing = sorted(expected - seen)
    if not missing or now < ended + GATES_DUE:
        return None
    return Signal(
        "EVIDENCE_INCOMPLETE", state.urn, "WARNING" if seen else "CRITICAL", now, ended, ended + GATES_DUE,
        "BATCH_RUN", track=GATES, promise=state.policy.is_watched, first_bad=ended + GATES_DUE,
        last_good=_last_complete(state, run_id), run_ids=(run_id,), signatures=("EVIDENCE_INCOMPLETE",),
        metrics={"gates_expected": len(expected), "gates_seen": len(expected) - len(missing)},
        evidence=(run_id,), details={"reason": "GATES_MISSING", "missing_gates": missing, "job": job},
        batch={"run_id": run_id, "job": job},
    )  # fmt: skip


def _answered(state: DatasetState, run_id: str, ended: datetime) -> set[str]:
    """Gates answered for this update of the table, also under another id.

    Who commits and who validates may name one run differently: what was validated since
    the update before counts.
    """
    before = max((each.at for each in state.commits if each.at < ended - GATES_DUE), default=None)
    since = None if before is None else before + GATES_DUE
    return {
        gate
        for each in state.batches.values()
        if each.run_id == run_id or (since is not None and since < each.at <= ended + GATES_DUE)
        for gate in each.gates
    }


def _last_complete(state: DatasetState, run_id: str) -> datetime | None:
    return max(
        (each.at for each in state.batches.values() if each.run_id != run_id and each.gates), default=None
    )


def gates_complete(state: DatasetState, run: BatchRun, now: datetime) -> Signal | None:
    """The signal that ends an open gap, when a run answered all its gates."""
    broken = state.open.get(GATES)
    if broken is None or expected_gates(state, run.run_id) - set(run.gates):
        return None
    if broken.last_good is not None and run.at <= broken.last_good:
        return None
    return Signal(
        "EVIDENCE_INCOMPLETE", state.urn, "OK", now, run.at, now, "BATCH_RUN", track=GATES,
        promise=state.policy.is_watched, run_ids=(run.run_id,), evidence=(run.run_id,),
    )  # fmt: skip


def beating_again(state: DatasetState, run_id: str, now: datetime) -> Signal | None:
    """The signal that ends an open silence: the run spoke again, ended, or another one committed."""
    track = f"{BEATS}:{run_id}"
    if track not in state.open:
        return None
    return Signal(
        "EVIDENCE_INCOMPLETE", state.urn, "OK", now, now, now, "BATCH_RUN", track=track,
        promise=state.policy.is_watched, run_ids=(run_id,), evidence=(run_id,),
    )  # fmt: skip
