"""What to look at next, should the named cause prove wrong: what the evidence leaves open beside it.

Nothing here competes with the cause. Each stands far behind it, says why it is still
open, and cites what was seen. Where no cause is named there is nothing to stand beside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from graph.signatures import family_of

from ..changes import Between, on_data, on_job
from ..suspects import Suspect, best_of_each, span
from ..world import RunView, SignalView, World
from ..world.orchestration import FAILED

_STANDING = 0.3
_ENOUGH = 3
_RECENT = timedelta(hours=30)
_LATE, _ONE_RUN = timedelta(minutes=5), timedelta(minutes=10)
_ALARMS = ("DRIFT_DETECTED", "DQ_BREACH", "CONTRACT_BREACH", "VOLUME_ANOMALY")


@dataclass(frozen=True, slots=True)
class _Case:
    """The cause, and when what it broke was last good and first bad."""

    world: World
    cause: Suspect
    since: datetime
    until: datetime

    @property
    def table(self) -> str:
        """The first data set of the cause."""
        return self.cause.chain[0]

    @property
    def job(self) -> str:
        """The job that is blamed, or that writes what is."""
        return self.cause.key if self.cause.label == "Job" else next(iter(self.world.writers(self.table)), "")

    @property
    def run(self) -> RunView | None:
        """The run that is blamed."""
        return self.world.run(self.cause.run_id) if self.cause.run_id else None


def with_next(
    world: World, candidates: Sequence[Suspect], last_good: datetime | None, first_bad: datetime
) -> tuple[Suspect, ...]:
    """The candidates, the cause first, with what else is open; by score, the cause's place untouched."""
    cause = candidates[0]
    if not cause.chain:
        return tuple(candidates)
    since = max(filter(None, (last_good, first_bad - _RECENT)))
    case = _Case(world, cause, min(since, first_bad), first_bad)
    old = {each.identity for each in candidates}
    more = [each for each in best_of_each(_open(case)) if each.identity not in old][:_ENOUGH]
    rest = sorted([*candidates[1:], *more], key=lambda each: (-each.score, each.identity))
    return (cause, *rest)


def _open(case: _Case) -> Iterator[Suspect]:
    for find in _BY_KIND.get(case.cause.kind, ()):
        yield from find(case)


def _left(
    case: _Case, cause: tuple[str, str, str], how: float, why: str, refs: Sequence[str], urn: str = ""
) -> Suspect:
    """``cause`` is (kind, label, key); ``how`` (0..1) is how near it lies."""
    kind, label, key = cause
    chain = case.cause.chain if urn in ("", case.table) else (urn, *case.cause.chain)
    told = tuple(dict.fromkeys(ref for ref in refs if ref)) or case.cause.refs
    return Suspect(
        kind, label, key, None, chain, why, refs=told, standing=_STANDING, factors={"link": (how, why)},
        job=key if label == "Job" else "",
    )  # fmt: skip


def _inputs(case: _Case) -> Iterator[Suspect]:
    """Inputs that changed or alarmed, that brought nothing new, or whose own job failed."""
    world = case.world
    for urn in world.inputs(case.job):
        alarm = _alarm(case, urn)
        if alarm is not None:
            kind = "SCHEMA_DRIFT" if alarm.signal_type == "DRIFT_DETECTED" else "SOURCE_DATA_ANOMALY"
            why = f"{urn}, which {case.job} reads, has changed since the last good update: {alarm.signature}"
            yield _left(case, (kind, "Dataset", urn), 0.95, why, (*alarm.evidence[:3], alarm.run_id), urn)
        yield from _idle(case, urn)


def _alarm(case: _Case, urn: str) -> SignalView | None:
    told = [
        each
        for each in case.world.signals(urn)
        if each.signal_type in _ALARMS and each.state in ("WARNING", "CRITICAL") and each.signature
        and case.since < each.at <= case.until + _ONE_RUN
    ]  # fmt: skip
    return min(
        told, key=lambda each: (_ALARMS.index(each.signal_type), each.at, each.signal_id), default=None
    )


def _idle(case: _Case, urn: str) -> Iterator[Suspect]:
    commits, writers = case.world.commits(urn), case.world.writers(urn)
    if any(case.since < each.at <= case.until and each.advances for each in commits):
        return
    last = next((each for each in reversed(commits) if each.at <= case.until), None)
    if not writers and last is not None:
        why = f"nothing new of {urn}, which {case.job} reads, was seen since {last.at:%Y-%m-%d %H:%M} UTC"
        yield _left(case, ("UPSTREAM_DATA_LATE", "Dataset", urn), 0.85, why, (last.run_id,), urn)
    for job in writers[:1]:
        runs = [run for run in case.world.runs.get(job, ()) if case.since < run.started <= case.until]
        if runs and runs[-1].status in FAILED:
            why = f"{job}, which writes {urn}, failed with {runs[-1].error or 'no reason given'}"
            yield _left(case, ("JOB_FAILED", "Job", job), 0.9, why, (runs[-1].run_id,), urn)


def _late_start(case: _Case) -> Iterator[Suspect]:
    run = case.run
    if run is None or run.scheduled is None or run.started - run.scheduled <= _LATE:
        return
    why = f"{case.job} began {span(run.started - run.scheduled)} after its schedule as well"
    yield _left(case, ("JOB_NOT_TRIGGERED", "Job", case.job), 0.75, why, (run.run_id,))


def _another_run(case: _Case) -> Iterator[Suspect]:
    why = (
        f"the run that was due may not have come: run {case.cause.run_id or case.job} may be for an older one"
    )
    yield _left(case, ("JOB_NOT_TRIGGERED", "Job", case.job), 0.9, why, case.cause.refs)


def _unsaid(case: _Case) -> Iterator[Suspect]:
    """A run without an end: it may have died, or nobody told."""
    run = case.run
    if run is None or run.ended is not None:
        return
    dead = f"run {run.run_id} of {case.job} may have died without a word: no end of it was told"
    slow = f"run {run.run_id} of {case.job} may still be at work: no end of it was told"
    gap = f"the end of run {run.run_id} of {case.job} may not have been told"
    yield _left(case, ("JOB_FAILED", "Job", case.job), 0.8, dead, (run.run_id,))
    yield _left(case, ("JOB_RUNNING_SLOW", "Job", case.job), 0.7, slow, (run.run_id,))
    yield _left(case, ("EVIDENCE_GAP", "Job", case.job), 0.6, gap, (run.run_id,))


def _silence(case: _Case) -> Iterator[Suspect]:
    if case.run is None and case.job:
        why = f"that {case.job} was not started is concluded from silence: its events may be what is missing"
        yield _left(case, ("EVIDENCE_GAP", "Job", case.job), 0.6, why, case.cause.refs)


def _shipped(case: _Case) -> Iterator[Suspect]:
    """Changes of the job that fell silent: what reports for it may have changed with it."""
    between = Between(case.since, case.until)
    for each in on_job(case.world, case.job, between, case.cause.chain, "", "", 0.5) if case.job else ():
        if each.standing == 1.0:
            yield _behind(each, "it did not come with a failure")


def _shipped_on_the_way(case: _Case) -> Iterator[Suspect]:
    """Changes of what makes the tables between the cause and what is broken."""
    for place, urn in enumerate(case.cause.chain[1:], start=1):
        between, chain = Between(case.since, case.until), case.cause.chain[place:]
        for each in on_data(case.world, urn, [], between, chain):
            if each.standing == 1.0:
                yield _behind(each, f"{case.table} was wrong before it came to {urn}")


def _behind(suspect: Suspect, why: str) -> Suspect:
    return replace(suspect, standing=_STANDING, summary=f"{suspect.summary} — {why}")


def _around_the_data(case: _Case) -> Iterator[Suspect]:
    """What feeds the table and is not measured, the table further down, another reading of the failure."""
    kind, world, name = case.cause.kind, case.world, case.cause.signature or "its volume"
    for source in world.sources(case.table):
        if not world.failures("Dataset", source) and not world.versions_seen(source):
            why = f"{source} feeds {case.table}, and nothing tells whether {name} was there already"
            yield _left(case, (kind, "Dataset", source), 0.8, why, (), source)
    last = case.cause.chain[-1]
    alarm = _alarm(case, last) if last != case.table else None
    if alarm is not None:
        why = f"{last} may be wrong for a reason of its own: it is where {name} broke a promise"
        found = _left(case, (kind, "Dataset", last), 0.7, why, (*alarm.evidence[:3], alarm.run_id))
        yield replace(found, chain=(last,))
    if kind == "SOURCE_DATA_ANOMALY" and family_of(case.cause.signature) == "unknown":
        why = f"{name} says of no column or value what is wrong with it: its shape may have changed"
        yield _left(case, ("SCHEMA_DRIFT", "Dataset", case.table), 0.75, why, case.cause.refs)


def _untold(case: _Case) -> Iterator[Suspect]:
    why = f"that {case.table} did not come is concluded from silence: nobody may have told of it"
    yield _left(case, ("EVIDENCE_GAP", "Dataset", case.table), 0.6, why, case.cause.refs)


def _reader(case: _Case) -> Iterator[Suspect]:
    for urn in case.cause.chain[1:2]:
        for job in case.world.writers(urn)[:1]:
            why = f"{job}, which reads {case.table}, may not have been started for it"
            found = _left(case, ("JOB_NOT_TRIGGERED", "Job", job), 0.7, why, ())
            yield replace(found, chain=case.cause.chain[1:])


_BY_KIND: dict[str, tuple[Callable[[_Case], Iterator[Suspect]], ...]] = {
    "JOB_FAILED": (_inputs, _late_start),
    "JOB_RUNNING_SLOW": (_inputs, _late_start, _unsaid),
    "JOB_NOT_TRIGGERED": (_inputs, _silence),
    "WRONG_PARTITION": (_inputs, _another_run),
    "EVIDENCE_GAP": (_shipped, _unsaid, _inputs),
    "UPSTREAM_DATA_LATE": (_reader, _untold),
    "SOURCE_DATA_ANOMALY": (_shipped_on_the_way, _around_the_data),
    "SCHEMA_DRIFT": (_shipped_on_the_way, _around_the_data),
}
