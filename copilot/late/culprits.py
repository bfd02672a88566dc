"""Jobs as suspects: one that failed, wrote nothing or the old day, crawls, or did not start in time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from ..suspects import Suspect, span
from ..world import CommitView, RunView, World


@dataclass(frozen=True, slots=True)
class Missed:
    """A table that should have advanced after ``since`` and by ``by``.

    ``good`` is when it last was good, which is earlier than ``since`` where it has
    missed several updates in a row: today's cause is asked for, and a change that came
    after the last good update may still be behind it. ``through`` are the tables of which
    nothing is ever heard, from it down to the table that waits for it.
    """

    urn: str
    since: datetime | None
    by: datetime
    grace: timedelta = timedelta(minutes=15)
    good: datetime | None = None
    through: tuple[str, ...] = ()

    @property
    def last_good(self) -> datetime | None:
        """When the table was last good."""
        return self.good or self.since


@dataclass(frozen=True, slots=True)
class _Charge:
    """What is said of a job that did not do its part."""

    kind: str
    at: datetime | None
    summary: str
    refs: tuple[str, ...]
    run: RunView | None = None
    signature: str = ""

    def of(self, missed: Missed, job: str, factors: dict[str, tuple[float, str]]) -> Suspect:
        """The suspect."""
        return Suspect(
            self.kind, "Job", job, self.at, (missed.urn,), self.summary, refs=self.refs,
            run_id=self.run.run_id if self.run else "", job=job, signature=self.signature, factors=factors,
        )  # fmt: skip


def failed(world: World, missed: Missed, job: str, tries: Sequence[RunView]) -> Suspect:
    """Its last try failed, and says how."""
    run = tries[-1]
    ended = run.ended or run.started
    factors = _base(world, missed, job, 0.95, f"run {run.run_id} failed {span(missed.by - ended)} before")
    told = bool(run.error) and not run.error.startswith("UNKNOWN")
    factors["signature"] = (1.0 if told else 0.6, f"the failure is {run.error or 'not described'}")
    summary = f"{job} failed with {run.error or 'no reason given'}"
    refs = (run.run_id, *(each.run_id for each in tries[-6:-1]))
    return _Charge("JOB_FAILED", ended, summary, refs, run, run.error).of(missed, job, factors)


def wrote_nothing(world: World, missed: Missed, run: RunView) -> Suspect:
    """Good updates of the table came with a commit, and this run ended well without one: it failed unsaid."""
    factors = _base(world, missed, run.job, 0.85, f"run {run.run_id} ended and committed nothing")
    summary = f"{run.job} completed without a commit to {missed.urn}, which its good runs come with"
    return _Charge("JOB_FAILED", run.ended, summary, (run.run_id,), run).of(missed, run.job, factors)


def unreached(world: World, missed: Missed, job: str, whole: RunView) -> Suspect:
    """What runs the job was started and came to its end without it."""
    factors = _base(world, missed, job, 0.85, f"run {whole.run_id} of {whole.job} ended without it")
    summary = f"{job} failed before it wrote: {whole.job} was started, and ended without it"
    return _Charge("JOB_FAILED", whole.ended, summary, (whole.run_id,)).of(missed, job, factors)


def not_started(world: World, missed: Missed, job: str, due: datetime) -> Suspect:
    """Nothing was seen of it when it was due."""
    before = world.runs.get(job, ())
    refs = tuple(filter(None, [before[-1].run_id if before else "", job]))
    tells_starts = any(run.was_followed for run in before)
    said = f"it usually starts at {due:%H:%M} UTC; nothing started"
    factors = _base(world, missed, job, 0.95 if tells_starts else 0.6, said)
    summary = f"{job} was not started: no run since {_when(missed.since)}"
    found = _Charge("JOB_NOT_TRIGGERED", due, summary, refs).of(missed, job, factors)
    unseen = () if tells_starts else (f"starts of {job}: only ends of its runs were ever told",)
    return replace(found, missing=unseen if before else ())


def began_late(world: World, missed: Missed, run: RunView, planned: datetime) -> Suspect:
    """A start after schedule and grace (contract rule 9)."""
    said = f"it was due at {planned:%H:%M} UTC and started at {run.started:%H:%M}"
    factors = _base(world, missed, run.job, 0.95, said)
    summary = f"{run.job} was started {span(run.started - planned)} late"
    return _Charge("JOB_NOT_TRIGGERED", planned, summary, (run.run_id,), run).of(missed, run.job, factors)


def wrong_partition(world: World, missed: Missed, job: str, stuck: CommitView) -> Suspect:
    """It committed, and the watermark did not advance."""
    factors = _base(world, missed, job, 0.95, f"it committed at {stuck.at:%H:%M} UTC without advancing")
    mark = f" (still {stuck.watermark})" if stuck.watermark else ""
    summary = f"{job} committed, and the watermark of {missed.urn} did not advance{mark}"
    run = world.run(stuck.run_id)
    return _Charge("WRONG_PARTITION", stuck.at, summary, (stuck.run_id,), run).of(missed, job, factors)


def slow(world: World, missed: Missed, run: RunView) -> Suspect:
    """It runs past its baseline."""
    baseline, ran = _baseline(world, run), _ran(world, missed, run)
    minutes = ran / timedelta(minutes=1)
    told = f"{minutes:.0f} minutes so far" if run.ended is None else f"{minutes:.0f} minutes"
    against = f" against a baseline of {baseline / timedelta(minutes=1):.0f}" if baseline else ""
    timing = 0.9 if baseline and ran > 1.3 * baseline else 0.6
    factors = _base(world, missed, run.job, timing, f"{told}{against}")
    summary = f"{run.job} runs past its baseline: {told}{against}"
    return _Charge("JOB_RUNNING_SLOW", run.started, summary, (run.run_id,), run).of(missed, run.job, factors)


def gap(urn: str, job: str, run_id: str, at: datetime, what: str) -> Suspect:
    """The observer is broken, not the data."""
    label, key = ("Job", job) if job else ("Dataset", urn)
    factors = {
        "timing": (1.0, f"run {run_id or urn}: {what}"),
        "link": (0.95, f"it is the run that writes {urn}"),
        "boundary": (0.9, "earlier runs gave the evidence that this one lacks"),
        "completeness": (0.75, "what the data looks like cannot be seen"),
    }
    return Suspect(
        "EVIDENCE_GAP", label, key, at, (urn,), f"{key}: {what}", refs=(run_id or urn,), run_id=run_id,
        job=job, factors=factors, missing=(f"evidence of run {run_id}: {what}",),
    )  # fmt: skip


def overtime(world: World, missed: Missed, run: RunView) -> timedelta | None:
    """How much longer it ran, or has run, than usual; None where no other run's duration is known."""
    baseline = _baseline(world, run)
    return None if baseline is None else _ran(world, missed, run) - baseline


def _baseline(world: World, run: RunView) -> timedelta | None:
    others = [each for each in world.runs.get(run.job, ()) if each.run_id != run.run_id]
    usual = [each.minutes for each in others if each.minutes is not None]
    return timedelta(minutes=median(usual)) if usual else None


def _ran(world: World, missed: Missed, run: RunView) -> timedelta:
    return (run.ended or max(world.now, missed.by)) - run.started


def _base(world: World, missed: Missed, job: str, timing: float, said: str) -> dict[str, tuple[float, str]]:
    runs = len(world.runs.get(job, ()))
    registered = world.text("Dataset", missed.urn, "job") == job
    known = bool(missed.last_good)
    return {
        "timing": (timing, said),
        "link": (1.0 if registered else 0.9, f"{job} writes {missed.urn}"),
        "boundary": (
            1.0 if known else 0.5,
            "the last good update is known" if known else "no good update was seen before",
        ),
        "upstream": _upstream(world, job),
        "completeness": (1.0 if runs > 2 else 0.7, f"{runs} of its runs are known"),
    }


def _upstream(world: World, job: str) -> tuple[float, str]:
    inputs = world.inputs(job)
    if not inputs:
        return 1.0, "it has no inputs that could be late"
    seen = [urn for urn in inputs if world.commits(urn)]
    if len(seen) == len(inputs):
        return 1.0, "its inputs were there in time"
    return 0.7, f"arrivals of {len(inputs) - len(seen)} of its {len(inputs)} inputs were never seen"


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "the beginning of what is known"
