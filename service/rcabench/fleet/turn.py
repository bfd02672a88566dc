"""One job's work of one day: when it starts, what it reads, what it writes or why it fails."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from .chance import Chance
from .model import DataSet, Fleet, Job
from .words import FAILURES
from .world import Part, Run, Wait, World, column_of, is_shape

LONGEST_WAIT = timedelta(hours=10)
WEEKDAY = (1.0, 1.03, 1.04, 1.02, 0.98, 0.88, 0.86)


def typical(fleet: Fleet, source: DataSet, day: int) -> float:
    """The rows of ``source`` on a day like ``day``: weekends are quiet."""
    return source.rows * WEEKDAY[(fleet.start + timedelta(days=day)).weekday()]


class Turn:
    """One job's work of one day."""

    def __init__(self, world: World, job: Job, day: int, chance: Chance) -> None:
        self.world, self.job, self.day, self.chance = world, job, day, chance
        self.fleet, self.effects = world.fleet, world.effects
        self.key = (job.urn, day)
        self.dag = self.fleet.dags[job.dag]
        moved = self.effects.moved.get((job.dag, day), 0.0)
        self.scheduled = self.fleet.moment(day, self.dag.start + moved, self.dag.zone)
        self.began = self.scheduled

    def run(self) -> None:
        ready = self._ready()
        if ready is not None:
            ready = self._after_inputs(ready)
        if ready is not None:
            self._tries(ready)

    def _ready(self) -> datetime | None:
        """When the scheduler lets it start, or None when it does not."""
        if (self.job.dag, self.day) in self.effects.paused or self.key in self.effects.skipped:
            return None
        late = self.effects.delayed.get((self.job.dag, self.day), 0.0)
        late += self.effects.delayed.get(self.key, 0.0)
        ready = self.scheduled + timedelta(
            seconds=self.chance.uniform(3, 50, "trigger", self.job.dag, self.day), minutes=late
        )
        for parent in self._own_parents():
            done = self.world.last_run(parent, self.day)
            if done is None or done.state != "COMPLETE":
                return None
            lag = self.chance.uniform(4, 40, "handover", *self.key)
            ready = max(ready, done.ended + timedelta(seconds=lag))
        backfills = self.effects.backfills.get(self.key, 0)
        return self._after_backfills(ready, backfills) if backfills else ready

    def _own_parents(self) -> Iterable[Job]:
        writers = (self.fleet.writer(urn) for urn in self.job.inputs)
        return [job for job in writers if job is not None and job.dag == self.job.dag]

    def _after_backfills(self, ready: datetime, count: int) -> datetime:
        """The pool has one slot, and runs for old days hold it."""
        for number in range(count):
            length = timedelta(
                minutes=self.job.minutes * self.chance.uniform(1.0, 1.4, "backfill", number, *self.key)
            )
            old = self.day - count + number
            part = self.world.part(self.job.output, old)
            self.world.runs.append(
                self._run(f"b{number}", ready, ready + length, "COMPLETE", part=part, old=old)
            )
            ready += length + timedelta(seconds=20)
        return ready

    def _after_inputs(self, ready: datetime) -> datetime | None:
        """When what comes from elsewhere is there, for a job that waits for it."""
        first = ready
        if self.job.on_missing != "wait":
            return ready
        for urn in self.job.inputs:
            if self.fleet.sets[urn].kind == "stream" or self._is_own(urn):
                continue
            part = self.world.part(urn, self.day)
            never = part is None or part.at > first + LONGEST_WAIT or self.key in self.effects.stuck
            found = None if never or part is None else self._seen_at(part, first)
            self._note_wait(urn, first, found)
            if found is None:
                return None
            ready = max(ready, found)
        return ready

    def _is_own(self, urn: str) -> bool:
        return any(parent.output == urn for parent in self._own_parents())

    def _seen_at(self, part: Part, first: datetime) -> datetime:
        poke = self.chance.uniform(10, 70, "poke", part.urn, *self.key)
        return max(part.at, first) + timedelta(seconds=poke)

    def _note_wait(self, urn: str, started: datetime, ended: datetime | None) -> None:
        if self.job.style == "airflow":
            run_id = self.chance.hexadecimal(32, "wait", urn, *self.key)
            self.world.waits.append(Wait(self.job, self.day, run_id, urn, started, ended))

    def _tries(self, ready: datetime) -> None:
        for attempt in range(1, self.job.retries + 2):
            self.began = ready
            error = self._error(attempt, ready)
            ended = ready + self._length(attempt, failing=bool(error))
            is_last = not error or attempt > self.job.retries
            part = None if error else self._written(ended)
            state = "FAIL" if error else "COMPLETE"
            self.world.runs.append(
                self._run(str(attempt), ready, ended, state, error=error, part=part, is_last=is_last)
            )
            if part is not None:
                self.world.parts[part.urn, self.day] = part
                self._once_more(ended, part)
                return
            ready = ended + timedelta(minutes=self.chance.uniform(2.5, 6, "retry", attempt, *self.key))

    def _once_more(self, ended: datetime, part: Part) -> None:
        """A second run of the same day, which appends the same rows to the same partition."""
        if self.key not in self.effects.doubled:
            return
        started = ended + timedelta(minutes=self.chance.uniform(2, 9, "again", *self.key))
        again = started + self._length(9, failing=False)
        twin = (f"DUPLICATE_KEY:{self.fleet.sets[part.urn].columns[0][0]}", 0.5)
        measured = (twin, *part.measured) if self.job.gates else ()
        bad = tuple(sorted((twin, *part.bad)))
        twice = replace(part, at=again, rows=part.rows * 2, bad=bad, measured=measured)
        self.world.runs.append(self._run("9", started, again, "COMPLETE", part=twice))
        self.world.parts[part.urn, self.day] = twice

    def _error(self, attempt: int, moment: datetime) -> str:
        failure = self.effects.failures.get(self.key)
        if failure and (failure.attempts is None or attempt <= failure.attempts):
            return failure.error
        missing = [
            u for u in self.job.inputs if self.job.on_missing == "fail" and not self._is_there(u, moment)
        ]
        if missing:
            text = self.chance.pick(FAILURES["missing_input"], "missing", self.job.urn)
            return text.format(input=f"{'/'.join(self.fleet.sets[missing[0]].ol)}/{self._label(missing[0])}")
        return self._shape_error()

    def _label(self, urn: str) -> str:
        return f"dt={self.fleet.label(urn, self.day).isoformat()}"

    def _is_there(self, urn: str, moment: datetime) -> bool:
        part = self.world.part(urn, self.day)
        return self.fleet.sets[urn].kind == "stream" or (
            part is not None and part.at <= moment and part.label == self.fleet.label(urn, self.day)
        )

    def _shape_error(self) -> str:
        """Strict code breaks on records of another shape; what it says names the column."""
        if self.job.on_bad != "fail":
            return ""
        shapes = [code for code, share in self._incoming() if is_shape(code) and share >= 0.5]
        if not shapes:
            return ""
        column = column_of(shapes[0])
        types = dict(self.fleet.sets[self.job.output].columns)
        kind = "cast" if shapes[0].startswith("SCHEMA") else "key_error"
        text = self.chance.pick(FAILURES[kind], "shape", self.job.urn)
        return text.format(column=column, type=types.get(column, "DECIMAL"))

    def _length(self, attempt: int, *, failing: bool) -> timedelta:
        minutes = self.job.minutes * self.chance.spread(0.09, "length", attempt, *self.key)
        ratio = self._rows_in() / max(1.0, self._usual_rows())
        minutes *= 0.55 + 0.45 * ratio
        if failing:
            return timedelta(minutes=minutes * self.chance.uniform(0.15, 0.8, "fails at", attempt, *self.key))
        return timedelta(minutes=minutes * self.effects.slow.get(self.key, 1.0))

    def _input_parts(self) -> list[Part]:
        return [part for part in (self._input(urn) for urn in self.job.inputs) if part is not None]

    def _input(self, urn: str) -> Part | None:
        """Today's partition, or the newest before it for a job that takes what it finds."""
        days = range(self.day, -1, -1) if self.job.on_missing == "stale" else (self.day,)
        found = (self.world.part(urn, day) for day in days)
        return next((part for part in found if part is not None and part.at <= self.began), None)

    def _rows_in(self) -> int:
        return max(1, sum(part.rows for part in self._input_parts())) if self.job.inputs else 1

    def _usual_rows(self) -> float:
        return sum(self.fleet.sets[urn].rows for urn in self.job.inputs) if self.job.inputs else 1.0

    def _incoming(self) -> list[tuple[str, float]]:
        found: dict[str, float] = {}
        for part in self._input_parts():
            for code, share in part.bad:
                found[code] = max(found.get(code, 0.0), share)
        return sorted(found.items())

    def _written(self, at: datetime) -> Part:
        target = self.fleet.sets[self.job.output]
        columns = {name for name, _ in target.columns}
        arising = self.effects.bad.get((target.urn, self.day), {})
        bad = {code: share for code, share in self._incoming() if column_of(code) in columns} | arising
        dirt = self.chance.uniform(0.0, 0.004, "dirt", *self.key)
        measured = (*sorted(bad.items()), (f"INVALID_FORMAT:{target.columns[-1][0]}", round(dirt, 5)))
        kept = 1.0
        if self.job.on_bad == "filter":
            kept -= min(0.9, sum(share for code, share in bad.items() if not is_shape(code)))
            bad = {code: share for code, share in bad.items() if is_shape(code)}
        return self._part(at, kept, bad, measured)

    def _part(
        self, at: datetime, kept: float, bad: dict[str, float], measured: tuple[tuple[str, float], ...]
    ) -> Part:
        urn = self.job.output
        shift = timedelta(days=self.effects.shifted.get(self.key, 0))
        muted = self.effects.muted.get(self.key, ())
        gates = () if self.key in self.effects.dark else self.job.gates
        found = self._input_parts()
        return Part(
            urn,
            self.day,
            self.fleet.label(urn, self.day) - shift,
            int(self._rows_out() * kept),
            tuple(sorted(bad.items())),
            at,
            measured if self.job.gates else (),
            tuple(gate for gate in gates if gate not in muted),
            self._retyped(found),
            any(part.day != self.day or part.stale for part in found),
        )

    def _rows_out(self) -> float:
        if self.job.inputs:
            rows = self._rows_in() * self.job.selectivity
        else:
            rows = typical(self.fleet, self.fleet.sets[self.job.output], self.day)
        noise = self.chance.spread(0.02 if self.job.inputs else 0.05, "out", *self.key)
        return rows * noise * self.effects.rows.get((self.job.output, self.day), 1.0)

    def _retyped(self, inputs: list[Part]) -> tuple[tuple[str, str], ...]:
        columns = {name for name, _ in self.fleet.sets[self.job.output].columns}
        found = {pair for part in inputs for pair in part.retyped if pair[0] in columns}
        own = self.effects.schema.get((self.job.output, self.day))
        return tuple(sorted(found | ({own} if own else set())))

    def _run(
        self,
        mark: str,
        started: datetime,
        ended: datetime,
        state: str,
        *,
        error: str = "",
        part: Part | None = None,
        is_last: bool = True,
        old: int | None = None,
    ) -> Run:
        day = self.day if old is None else old
        dark = self.effects.dark.get(self.key)
        return Run(
            self.job,
            day,
            1 if old is not None else int(mark),
            self.chance.hexadecimal(32, "run", mark, *self.key),
            f"{'backfill' if old is not None else 'scheduled'}__{self._stamp(day)}",
            self.scheduled,
            started,
            ended,
            state,
            self._rows_in() if self.job.inputs else 0,
            self.effects.version_of(self.job, self.fleet.versions.get(self.job.service, ""), started),
            error,
            part,
            None if dark is None or old is not None else started + (ended - started) * dark,
            old is not None,
            is_last,
            tuple((urn, self._label_read(urn, day)) for urn in self.job.inputs),
        )

    def _label_read(self, urn: str, day: int) -> date:
        """The partition that the run of ``day`` looks for: the newest there is, if it is not strict."""
        found = self._input(urn) if day == self.day else None
        return found.label if found is not None else self.fleet.label(urn, day)

    def _stamp(self, day: int) -> str:
        return self.fleet.moment(day, self.dag.start, self.dag.zone).isoformat()
