"""All engines over a fleet: facts and time in, signals out.

Each fact reaches the states of the data sets it speaks of, and nothing else: what
crosses data sets goes through the graph (docs/design: two stages).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from graph.facts import (
    Committed,
    Fact,
    Measured,
    Registered,
    RunSeen,
    SchemaSeen,
    Summarised,
    Tested,
    Validated,
)

from . import (
    anomaly,
    contract,
    cost,
    drift,
    freshness,
    gaps,
    hourly,
    lateness,
    quality,
    stream_volume,
    volume,
)
from .agenda import BEAT, DUE, FLOW, GATES, PACE, QUALITY, ROWS, SHARES, WINDOW, Agenda
from .joining import join
from .looks import signals_at, some
from .policy import BASELINE, GATES_DUE, policy_of
from .runs import Routes, advance, failed
from .signal import Signal
from .state import BatchRun, Commit, DatasetState, Run
from .tracks import settle

__all__ = ["Routes", "SignalEngines"]

_Judged = TypeVar("_Judged", Summarised, Tested)


class SignalEngines:
    """The states of all data sets and the deadlines that are to come."""

    def __init__(self, states: dict[str, DatasetState] | None = None, routes: Routes | None = None) -> None:
        self.states = states if states is not None else {}
        self.routes = routes or Routes()
        self.touched: set[str] = set()
        self._agenda = Agenda()
        for state in self.states.values():
            self._restore(state)

    def observe(self, fact: Fact, now: datetime) -> list[Signal]:
        """Fold one fact in; the signals it gives rise to."""
        found: Iterable[Signal]
        match fact:
            case Validated():
                found = self._validated(fact, now)
            case Committed():
                found = self._committed(fact, now)
            case RunSeen():
                found = self._run(fact, now)
            case Summarised():
                found = self._summarised(fact, now)
            case Measured():
                found = some(anomaly.of_measures(self._state(fact.dataset), fact, now))
            case Tested():
                found = self._judged(quality.observe_test, fact, now)
            case SchemaSeen():
                found = drift.observe_schema(self._state(fact.dataset), fact, now)
            case Registered():
                found = self._registered(fact, now)
            case _:
                found = ()
        return [self._settle(signal) for signal in found]

    def next_deadline(self) -> datetime | None:
        """When something will be looked at next."""
        return self._agenda.next()

    def fire(self) -> list[Signal]:
        """Look at what is due at the next deadline, at that very moment."""
        due = self._agenda.pop()
        state = self.states.get(due.urn)
        if state is None:
            return []
        self.touched.add(due.urn)
        found = self._fresh(state, due.at) if due.what == DUE else signals_at(state, due, self.routes)
        return [self._settle(signal) for signal in found]

    def rename(self, old: str, new: str, now: datetime) -> list[Signal]:
        """Two names turned out to be one table: what the one did is judged by what the other promised."""
        gone = self.states.pop(old, None)
        self.routes.rename(old, new)
        if gone is None:
            return []
        state = self._state(new)
        join(state, gone)
        self._restore(state)
        self.touched |= {old, new}
        return [self._settle(signal) for signal in self._again(state, now)]

    def _again(self, state: DatasetState, now: datetime) -> Iterator[Signal]:
        """Judge the last run, window and commit anew, by what holds and is known now."""
        for run in quality.judged(state)[-1:]:
            yield from some(quality.evaluate(state, run, now))
        last = contract.last_closed(state, now)
        if last is not None:
            yield from some(contract.evaluate(state, last, now))
        for commit in freshness.advancing(state)[-1:]:
            yield from some(freshness.recovered(state, commit, now))

    def _state(self, urn: str) -> DatasetState:
        self.touched.add(urn)
        state = self.states.get(urn)
        if state is None:
            state = self.states[urn] = DatasetState(urn)
        return state

    def _restore(self, state: DatasetState) -> None:
        objective = state.policy.freshness
        if state.due is not None and objective is not None:
            self._agenda.add(state.due + objective.grace, state.urn, DUE)
        for run in state.runs.values():
            self._watch_beats(state, run)
        for window in list(state.windows.values())[-2:]:
            self._agenda.add(contract.closes_at(window.start), state.urn, WINDOW, window.start.isoformat())
        for run_id, batch in state.batches.items():
            if batch.ended is not None:
                self._agenda.add(batch.ended + GATES_DUE, state.urn, GATES, run_id)

    def _fresh(self, state: DatasetState, now: datetime) -> Iterator[Signal]:
        objective, due = state.policy.freshness, state.due
        if objective is None or due is None or due + objective.grace != now:
            return
        yield from some(freshness.at_deadline(state, due, now))
        at = freshness.schedule(state, due)
        if at is not None:
            self._agenda.add(at, state.urn, DUE)

    def _registered(self, fact: Registered, now: datetime) -> Iterator[Signal]:
        state = self._state(fact.registration.urn)
        before = state.policy
        since = min(fact.at, before.since or fact.at)
        if fact.registration.job:
            self.routes.learn_writer(fact.registration.job, state.urn)
        if before.told is not None and before.told > fact.at:
            state.policy = replace(before, since=since)
            return
        state.policy = replace(policy_of(fact.registration, fact.at), since=since)
        at = freshness.reschedule(state, before.freshness, fact.at)
        if at is not None:
            self._agenda.add(at, state.urn, DUE)
        if state.open:
            yield from self._again(state, now)

    def _validated(self, fact: Validated, now: datetime) -> Iterator[Signal]:
        state = self._state(fact.dataset)
        state.last_seen = max(fact.at, state.last_seen or fact.at)
        new = self._new_signatures(state, fact) if fact.result != "PASS" else []
        if not fact.run_id and lateness.is_too_late(state, fact.at, now):
            lateness.count(state, fact)
            return
        for signature in new:
            if drift.is_drift(signature):
                yield drift.signal_of(state, signature, fact.at, now, fact.ref, fact.run_id)
        if fact.run_id:
            yield from self._batch(state, fact, new, now)
            return
        window = contract.observe(state, fact)
        start = window.start
        self._agenda.add(max(contract.closes_at(start), now), state.urn, WINDOW, start.isoformat())
        if window.total == 1:
            self._look_at_hour(state, start, SHARES, now)
        for at in stream_volume.looks_at(state, start):
            self._agenda.add(max(at, now), state.urn, FLOW)
        state.prune()

    def _new_signatures(self, state: DatasetState, fact: Validated) -> list[str]:
        return [each for each in fact.signatures if drift.note(state, each, fact.at)]

    def _batch(self, state: DatasetState, fact: Validated, new: list[str], now: datetime) -> Iterator[Signal]:
        run = quality.observe_evidence(state, fact)
        told = state.batches[fact.run_id]
        for signature in new:
            told.is_new[signature] = True
        if run is not None:
            yield from self._quality(state, run, now)
            yield from some(gaps.gates_complete(state, run, now))
        state.prune()

    def _look_at_hour(self, state: DatasetState, at: datetime, what: str, now: datetime) -> None:
        start = hourly.hour_of(at)
        self._agenda.add(max(start + hourly.HOUR + hourly.PATIENCE, now), state.urn, what, start.isoformat())

    def _summarised(self, fact: Summarised, now: datetime) -> Iterator[Signal]:
        yield from self._judged(quality.observe_summary, fact, now)
        yield from some(anomaly.of_summary(self._state(fact.dataset), fact, now))

    def _judged(
        self, observe: Callable[[DatasetState, _Judged], BatchRun], fact: _Judged, now: datetime
    ) -> Iterator[Signal]:
        state = self._state(fact.dataset)
        run = observe(state, fact)
        for signature in run.failures:
            if signature not in run.is_new:
                run.is_new[signature] = drift.note(state, signature, fact.at)
                if run.is_new[signature] and drift.is_drift(signature):
                    yield drift.signal_of(state, signature, fact.at, now, fact.ref, fact.run_id)
        yield from self._quality(state, run, now)
        state.prune()

    def _quality(self, state: DatasetState, run: BatchRun, now: datetime) -> Iterator[Signal]:
        """Bad news at once; good news once everything that was said at this time is heard."""
        last, signal = quality.judged(state)[-1], quality.evaluate(state, run, now)
        if signal is not None and signal.is_bad:
            yield signal
            if last is run:
                return
        self._agenda.add(now, state.urn, QUALITY, last.run_id)

    def _committed(self, fact: Committed, now: datetime) -> Iterator[Signal]:
        state = self._state(fact.dataset)
        state.last_seen = max(fact.at, state.last_seen or fact.at)
        job = fact.job or self.routes.jobs_of_runs.get(fact.run_id, "")
        if job:
            self.routes.learn_writer(job, fact.dataset)
        commit = state.remember_commit(
            Commit(fact.at, fact.run_id, job, fact.watermark, fact.rows, fact.strength, size=fact.size)
        )
        counting = freshness.counting(state)
        if not any(each is commit for each in counting):
            return
        for each in counting:
            if commit.at <= each.at <= commit.at + BASELINE:
                yield from some(volume.evaluate(state, each, now))
        yield from some(cost.of_commit(state, commit, now))
        if hourly.is_busy(state):
            self._look_at_hour(state, commit.at, ROWS, now)
            self._look_at_hour(state, commit.at + hourly.HOUR, ROWS, now)
        yield from some(freshness.recovered(state, commit, now))
        for track in [each for each in state.open if each.startswith(gaps.BEATS)]:
            yield from some(gaps.beating_again(state, track.partition(":")[2], now))
        if fact.strength == 2 and fact.run_id:
            self._await_gates(state, fact.run_id, fact.at, now)

    def _run(self, fact: RunSeen, now: datetime) -> Iterator[Signal]:
        if fact.run_id:
            self.routes.learn_run(fact.run_id, fact.job)
        for urn in fact.outputs:
            self.routes.learn_writer(fact.job, urn)
        subjects = self.routes.writes.get(fact.job, [])
        for urn in subjects:
            yield from self._run_of(self._state(urn), fact, now, is_first=urn == subjects[0])
        if fact.state == "FAIL":
            yield from (failed(urn, fact, now) for urn in subjects or [fact.job])

    def _run_of(
        self, state: DatasetState, fact: RunSeen, now: datetime, *, is_first: bool
    ) -> Iterator[Signal]:
        """Fold a run into one table it writes; what it costs is told of the first one only."""
        if not fact.run_id:
            return
        run = state.runs.get(fact.run_id)
        if run is None:
            run = state.runs[fact.run_id] = Run(fact.run_id, fact.job)
        advance(run, fact)
        yield from some(gaps.beating_again(state, fact.run_id, now))
        self._watch_beats(state, run, now)
        costly = cost.of_run(state, run, fact, now)
        if is_first:
            yield from some(costly)
            self._watch_pace(state, run, now)
        if run.state == "COMPLETE":
            self._await_gates(state, fact.run_id, fact.at, now)
        state.prune()

    def _watch_pace(self, state: DatasetState, run: Run, now: datetime) -> None:
        due = cost.slow_at(state, run) if run.state == "START" else None
        if due is not None:
            self._agenda.add(max(due, now), state.urn, PACE, run.run_id)

    def _watch_beats(self, state: DatasetState, run: Run, now: datetime | None = None) -> None:
        due = gaps.silence_due(run)
        if due is not None:
            self._agenda.add(gaps.look_at(due, now) if now else due, state.urn, BEAT, run.run_id)

    def _await_gates(self, state: DatasetState, run_id: str, ended: datetime, now: datetime) -> None:
        if not gaps.expected_gates(state, run_id):
            return
        batch = state.batches.setdefault(run_id, BatchRun(run_id, ended))
        batch.ended = max(ended, batch.ended or ended)
        self._agenda.add(gaps.gates_due(batch.ended, now), state.urn, GATES, run_id)

    def _settle(self, signal: Signal) -> Signal:
        """Note what the signal opens or closes."""
        state = self.states.get(signal.subject)
        if state is not None:
            settle(state, signal)
        return signal
