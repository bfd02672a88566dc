"""The engines of one data set: facts and deadlines in, signals out.

All that a data set's engines know is its own state; what crosses data sets comes as
part of the fact (``engines.routes``) or through the graph. So a data set may live in
any process, and move (docs/decisions/0002-two-stages.md).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from graph.facts import (
    Committed,
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
from .agenda import BEAT, DUE, FLOW, GATES, PACE, QUALITY, ROWS, SHARES, WINDOW, Agenda, Deadline
from .joining import join
from .looks import signals_at, some
from .policy import BASELINE, GATES_DUE, policy_of
from .routes import Told
from .runs import advance
from .signal import Signal
from .state import BatchRun, Commit, DatasetState, Run
from .tracks import settle

_Judged = TypeVar("_Judged", Summarised, Tested)


class DatasetEngines:
    """All engines over one state. Deadlines go to ``agenda``, which may be shared."""

    def __init__(self, state: DatasetState, agenda: Agenda) -> None:
        self.state, self._agenda = state, agenda

    def observe(self, told: Told, now: datetime) -> list[Signal]:
        """Fold one fact in; the signals it gives rise to."""
        fact, state = told.fact, self.state
        found: Iterable[Signal]
        match fact:
            case Validated():
                found = self._validated(fact, now)
            case Committed():
                found = self._committed(fact, now)
            case RunSeen():
                found = self._run(fact, now, is_first=told.is_first)
            case Summarised():
                found = self._summarised(fact, now)
            case Measured():
                found = anomaly.of_measures(state, fact, now)
            case Tested():
                found = self._judged(quality.observe_test, fact, now)
            case SchemaSeen():
                found = drift.observe_schema(state, fact, now)
            case Registered():
                found = self._registered(fact, now)
            case _:
                found = ()
        return self._settled(found)

    def fire(self, due: Deadline) -> list[Signal]:
        """Look at what is due, at that very moment."""
        return self._settled(self._fresh(due.at) if due.what == DUE else signals_at(self.state, due))

    def take_in(self, gone: DatasetState, now: datetime) -> list[Signal]:
        """Another name turned out to be this table: what the one did is judged by what the other promised."""
        join(self.state, gone)
        self.plan()
        return self._settled(self._again(now))

    def plan(self) -> None:
        """Set the deadlines that follow from the state as it is."""
        state = self.state
        objective = state.policy.freshness
        if state.due is not None and objective is not None:
            self._agenda.add(state.due + objective.grace, state.urn, DUE)
        for run in state.runs.values():
            self._watch_beats(run)
        for window in list(state.windows.values())[-2:]:
            self._agenda.add(contract.closes_at(window.start), state.urn, WINDOW, window.start.isoformat())
        for run_id, batch in state.batches.items():
            if batch.ended is not None:
                self._agenda.add(batch.ended + GATES_DUE, state.urn, GATES, run_id)

    def _again(self, now: datetime) -> Iterator[Signal]:
        """Judge the last run, window and commit anew, by what holds and is known now."""
        state = self.state
        for run in quality.judged(state)[-1:]:
            yield from some(quality.evaluate(state, run, now))
        last = contract.last_closed(state, now)
        if last is not None:
            yield from some(contract.evaluate(state, last, now))
        for commit in freshness.advancing(state)[-1:]:
            yield from some(freshness.recovered(state, commit, now))

    def _fresh(self, now: datetime) -> Iterator[Signal]:
        state = self.state
        objective, due = state.policy.freshness, state.due
        if objective is None or due is None or due + objective.grace != now:
            return
        yield from some(freshness.at_deadline(state, due, now))
        at = freshness.schedule(state, due)
        if at is not None:
            self._agenda.add(at, state.urn, DUE)

    def _registered(self, fact: Registered, now: datetime) -> Iterator[Signal]:
        state = self.state
        before = state.policy
        since = min(fact.at, before.since or fact.at)
        if before.told is not None and before.told > fact.at:
            state.policy = replace(before, since=since)
            return
        state.policy = replace(policy_of(fact.registration, fact.at), since=since)
        at = freshness.reschedule(state, before.freshness, fact.at)
        if at is not None:
            self._agenda.add(at, state.urn, DUE)
        if state.open:
            yield from self._again(now)

    def _validated(self, fact: Validated, now: datetime) -> Iterator[Signal]:
        state = self.state
        state.last_seen = max(fact.at, state.last_seen or fact.at)
        new = self._new_signatures(fact) if fact.result != "PASS" else []
        if not fact.run_id and lateness.is_too_late(state, fact.at, now):
            lateness.count(state, fact)
            return
        for signature in new:
            if drift.is_drift(signature):
                yield drift.signal_of(state, signature, fact.at, now, fact.ref, fact.run_id)
        if fact.run_id:
            yield from self._batch(fact, new, now)
            return
        window = contract.observe(state, fact)
        start = window.start
        self._agenda.add(max(contract.closes_at(start), now), state.urn, WINDOW, start.isoformat())
        if window.total == 1:
            self._look_at_hour(start, SHARES, now)
        for at in stream_volume.looks_at(state, start):
            self._agenda.add(max(at, now), state.urn, FLOW)
        state.prune()

    def _new_signatures(self, fact: Validated) -> list[str]:
        state = self.state
        return [each for each in fact.signatures if drift.note(state, each, fact.at)]

    def _batch(self, fact: Validated, new: list[str], now: datetime) -> Iterator[Signal]:
        state = self.state
        run = quality.observe_evidence(state, fact)
        told = state.batches[fact.run_id]
        for signature in new:
            told.is_new[signature] = True
        if run is not None:
            yield from self._quality(run, now)
            yield from some(gaps.gates_complete(state, run, now))
        state.prune()

    def _look_at_hour(self, at: datetime, what: str, now: datetime) -> None:
        state = self.state
        start = hourly.hour_of(at)
        self._agenda.add(max(start + hourly.HOUR + hourly.PATIENCE, now), state.urn, what, start.isoformat())

    def _summarised(self, fact: Summarised, now: datetime) -> Iterator[Signal]:
        yield from self._judged(quality.observe_summary, fact, now)
        yield from anomaly.of_summary(self.state, fact, now)

    def _judged(
        self, observe: Callable[[DatasetState, _Judged], BatchRun], fact: _Judged, now: datetime
    ) -> Iterator[Signal]:
        state = self.state
        run = observe(state, fact)
        for signature in run.failures:
            if signature not in run.is_new:
                run.is_new[signature] = drift.note(state, signature, fact.at)
                if run.is_new[signature] and drift.is_drift(signature):
                    yield drift.signal_of(state, signature, fact.at, now, fact.ref, fact.run_id)
        yield from self._quality(run, now)
        state.prune()

    def _quality(self, run: BatchRun, now: datetime) -> Iterator[Signal]:
        """Bad news at once; good news once everything that was said at this time is heard."""
        state = self.state
        last, signal = quality.judged(state)[-1], quality.evaluate(state, run, now)
        if signal is not None and signal.is_bad:
            yield signal
            if last is run:
                return
        self._agenda.add(now, state.urn, QUALITY, last.run_id)

    def _committed(self, fact: Committed, now: datetime) -> Iterator[Signal]:
        state = self.state
        state.last_seen = max(fact.at, state.last_seen or fact.at)
        commit = state.remember_commit(
            Commit(fact.at, fact.run_id, fact.job, fact.watermark, fact.rows, fact.strength, size=fact.size)
        )
        counting = freshness.counting(state)
        if not any(each is commit for each in counting):
            return
        for each in counting:
            if commit.at <= each.at <= commit.at + BASELINE:
                yield from some(volume.evaluate(state, each, now))
        yield from some(cost.of_commit(state, commit, now))
        if hourly.is_busy(state):
            self._look_at_hour(commit.at, ROWS, now)
            self._look_at_hour(commit.at + hourly.HOUR, ROWS, now)
        yield from some(freshness.recovered(state, commit, now))
        for track in [each for each in state.open if each.startswith(gaps.BEATS)]:
            yield from some(gaps.beating_again(state, track.partition(":")[2], now))
        if fact.strength == 2 and fact.run_id:
            self._await_gates(fact.run_id, fact.at, now)

    def _run(self, fact: RunSeen, now: datetime, *, is_first: bool) -> Iterator[Signal]:
        """Fold a run in; what it costs is told of the first table it writes only."""
        if not fact.run_id:
            return
        state = self.state
        run = state.runs.get(fact.run_id)
        if run is None:
            run = state.runs[fact.run_id] = Run(fact.run_id, fact.job)
        advance(run, fact, now)
        yield from some(gaps.beating_again(state, fact.run_id, now))
        self._watch_beats(run, now)
        costly = cost.of_run(state, run, fact, now)
        if is_first:
            yield from some(costly)
            self._watch_pace(run, now, max(timedelta(), now - fact.at))
        if run.state == "COMPLETE":
            self._await_gates(fact.run_id, fact.at, now)
        state.prune()

    def _watch_pace(self, run: Run, now: datetime, underway: timedelta) -> None:
        """Look when it should have ended; the end may be ``underway`` as long as the start was."""
        state = self.state
        due = cost.slow_at(state, run) if run.state == "START" else None
        if due is not None:
            self._agenda.add(max(due + underway, now), state.urn, PACE, run.run_id)

    def _watch_beats(self, run: Run, now: datetime | None = None) -> None:
        due = gaps.silence_due(run)
        if due is not None:
            self._agenda.add(max(due, now or due), self.state.urn, BEAT, run.run_id)

    def _await_gates(self, run_id: str, ended: datetime, now: datetime) -> None:
        state = self.state
        if not gaps.expected_gates(state, run_id):
            return
        batch = state.batches.setdefault(run_id, BatchRun(run_id, ended))
        batch.ended = max(ended, batch.ended or ended)
        self._agenda.add(gaps.gates_due(batch.ended, now), state.urn, GATES, run_id)

    def _settled(self, found: Iterable[Signal]) -> list[Signal]:
        """The signals, with what each opens or closes noted."""
        signals: list[Signal] = []
        for signal in found:
            settle(self.state, signal)
            signals.append(signal)
        return signals
