"""What is looked at when a deadline comes: a window, an hour, or a run."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from . import agenda, contract, cost, gaps, hourly, quality, stream_volume
from .agenda import Deadline
from .signal import Signal
from .state import DatasetState


def signals_at(state: DatasetState, due: Deadline) -> Iterator[Signal]:
    """The signals of one deadline, judged at that very moment; freshness is in ``keyed``."""
    match due.what:
        case agenda.WINDOW:
            yield from _window(state, datetime.fromisoformat(due.about), due.at)
        case agenda.FLOW:
            yield from some(stream_volume.evaluate(state, contract.window_start(due.at), due.at))
        case agenda.SHARES:
            yield from some(hourly.failures(state, datetime.fromisoformat(due.about), due.at))
        case agenda.ROWS:
            yield from some(hourly.rows(state, datetime.fromisoformat(due.about), due.at))
        case _:
            yield from _of_run(state, due)


def some(signal: Signal | None) -> Iterable[Signal]:
    """The signal, if there is one."""
    return () if signal is None else (signal,)


def _window(state: DatasetState, start: datetime, now: datetime) -> Iterator[Signal]:
    """Judge a window; after a late record, the last one too, whose word on today stands."""
    yield from some(contract.evaluate(state, start, now))
    last = contract.last_closed(state, now)
    if last is not None and last > start:
        yield from some(contract.evaluate(state, last, now))


def _of_run(state: DatasetState, due: Deadline) -> Iterator[Signal]:
    run, batch = state.runs.get(due.about), state.batches.get(due.about)
    if due.what == agenda.BEAT and run is not None:
        yield from some(gaps.silent(state, run, due.at))
    elif due.what == agenda.PACE and run is not None:
        yield from some(cost.running_slow(state, run, due.at))
    elif due.what == agenda.QUALITY and batch is not None:
        yield from some(quality.evaluate(state, batch, due.at))
    elif due.what == agenda.GATES and batch is not None and batch.ended is not None:
        yield from some(gaps.gates_missing(state, due.about, _job_of(state, due.about), batch.ended, due.at))


def _job_of(state: DatasetState, run_id: str) -> str:
    """Whose run it is, "" where nothing told."""
    run = state.runs.get(run_id)
    told = [each.job for each in state.commits if each.run_id == run_id and each.job]
    return run.job if run is not None else next(iter(told), "")
