"""Two states that turn out to be of one table, as one: what either saw, the other has seen too."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from . import drift
from .quality import worse
from .state import MAX_FAILURES, MAX_POINTS, BatchRun, DatasetState, Failure, Late, Point, Run, Window

V = TypeVar("V")


def join(into: DatasetState, gone: DatasetState) -> None:
    """Fold ``gone`` into ``into``, whose promises hold. Every event was told to one of them only."""
    for commit in gone.commits:
        into.remember_commit(commit)
    into.runs = _united(gone.runs, into.runs, _run)
    into.batches = _united(gone.batches, into.batches, _batch)
    into.windows = dict(sorted(_united(gone.windows, into.windows, _window).items()))
    into.schemas = sorted([*gone.schemas, *into.schemas], key=lambda each: each.at)
    for signature, at in gone.signatures.items():
        drift.note(into, signature, at)
    into.series = _united(gone.series, into.series, _points)
    into.hours = dict(sorted(_united(gone.hours, into.hours, lambda some, more: some + more).items()))
    _late(gone.late, into.late)
    into.open = gone.open | into.open
    into.last_seen = _last(gone.last_seen, into.last_seen)
    into.prune()


def _united(one: dict[str, V], other: dict[str, V], both: Callable[[V, V], V]) -> dict[str, V]:
    return one | {key: both(one[key], value) if key in one else value for key, value in other.items()}


def _points(one: list[Point], other: list[Point]) -> list[Point]:
    """The points of both; of a run that both know, the later word."""
    told = sorted([*one, *other], key=lambda each: (each[0], each[2]))
    by_run = {run_id: (at, run_id, value, odd) for at, run_id, value, odd in told}
    return sorted(by_run.values())[-MAX_POINTS:]


def _late(gone: Late, into: Late) -> None:
    into.records, into.failed = into.records + gone.records, into.failed + gone.failed
    into.newest = _last(into.newest, gone.newest)


def _run(one: Run, other: Run) -> Run:
    """One run as both know it: the later word on its state, the earlier on its beginning."""
    old, new = sorted((one, other), key=lambda each: (each.seen is not None, each.seen, each.state))
    new.started = _first(old.started, new.started)
    new.ended, new.scheduled = _last(old.ended, new.ended), new.scheduled or old.scheduled
    new.error, new.dag = new.error or old.error, new.dag or old.dag
    new.dag_run_id = new.dag_run_id or old.dag_run_id
    new.beats = sorted({*old.beats, *new.beats})[-20:]
    new.explicit_beats = new.explicit_beats or old.explicit_beats
    new.heard = _last(old.heard, new.heard)
    new.last_start = _last(old.last_start, new.last_start)
    new.last_fail = _last(old.last_fail, new.last_fail)
    return new


def _batch(one: BatchRun, other: BatchRun) -> BatchRun:
    known, more = sorted((one, other), key=lambda each: (each.summary_at is not None, each.processed))
    more.at = min(known.at, more.at)
    more.job, more.dag_run_id = more.job or known.job, more.dag_run_id or known.dag_run_id
    for gate, result in known.gates.items():
        more.gates[gate] = worse(more.gates.get(gate, "SKIP"), result)
    for name, passed in known.tests.items():
        more.tests[name] = more.tests.get(name, True) and passed
    more.verdict_at, more.ended = _last(known.verdict_at, more.verdict_at), _last(known.ended, more.ended)
    more.first_fail = _first(known.first_fail, more.first_fail)
    more.failures = _failures(known.failures, more.failures, max)
    more.refs = list(dict.fromkeys([*known.refs, *more.refs]))[:10]
    more.is_new = known.is_new | more.is_new
    more.held = more.held or known.held
    return more


def _window(one: Window, other: Window) -> Window:
    first, second = sorted((one, other), key=lambda each: (each.first_fail is None, each.first_fail))
    first.passed, first.warned = first.passed + second.passed, first.warned + second.warned
    first.failed += second.failed
    first.last_pass = _last(first.last_pass, second.last_pass)
    first.good_before = _last(first.good_before, second.good_before)
    first.failures = _failures(second.failures, first.failures, lambda some, more: some + more)
    first.refs = [*first.refs, *second.refs][:10]
    return first


def _failures(
    one: dict[str, Failure], other: dict[str, Failure], total: Callable[[int, int], int]
) -> dict[str, Failure]:
    def both(some: Failure, more: Failure) -> Failure:
        first = min((more, some), key=lambda each: (each.first_at is None, each.first_at))
        return Failure(
            total(some.count, more.count), first.first_at, first.first_ref, first.producer, first.version
        )

    return dict(list(_united(one, other, both).items())[:MAX_FAILURES])


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _last(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
