"""Why a table did not advance: the walk from a missed deadline to the most upstream cause.

Each table asks its writer's runs since the last good one what went wrong first, and
before blaming the writer, whether its inputs were there in time (contract rules 1, 6,
8, 9; spec/team_expectations.md B2).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from graph.signatures import family_of

from .changes import Between, on_job
from .orchestration import FAILED, held_up_by
from .suspects import Suspect, span
from .world import CommitView, RunView, World

_DEPTH = 8
_LEAST_TOLERANCE = timedelta(minutes=15)
_FIT = {"runtime": 0.95, "drift": 0.9, "resource": 0.85, "unknown": 0.85, "permission": 0.75,
        "upstream": 0.6, "anomaly": 0.8, "connectivity": 0.45}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missed:
    """A table that should have advanced after ``since`` and by ``by``.

    ``good`` is when it last was good, which is earlier than ``since`` where it has
    missed several updates in a row: today's cause is asked for, and a change that came
    after the last good update may still be behind it.
    """

    urn: str
    since: datetime | None
    by: datetime
    grace: timedelta = timedelta(minutes=15)
    good: datetime | None = None

    @property
    def last_good(self) -> datetime | None:
        """When the table was last good."""
        return self.good or self.since


def trace(world: World, missed: Missed) -> list[Suspect]:
    """Suspects for a missed update: the cause first, then what was passed by or ruled out."""
    return _trace(world, missed, frozenset(), 0)


def _trace(world: World, missed: Missed, seen: frozenset[str], depth: int) -> list[Suspect]:
    urn = missed.urn
    if urn in seen or depth > _DEPTH:
        return []
    writers = world.writers(urn)
    if not writers:
        return [_from_outside(world, missed)] if depth or world.commits(urn) else []
    job = _writer(world, writers)
    runs = [run for run in world.runs.get(job, ()) if missed.since is None or run.started > missed.since]
    if missed.since is None:
        runs = [run for run in runs if run.started > missed.by - timedelta(hours=24)]
    above = _late_inputs(world, missed, job, runs, seen | {urn}, depth)
    return _judge(world, missed, job, runs, above)


def _writer(world: World, writers: list[str]) -> str:
    """The registered job if it was ever seen to run, else the one that wrote last."""
    known = [job for job in writers if job in world.runs]
    return known[0] if known else writers[0]


def _judge(
    world: World, missed: Missed, job: str, runs: list[RunView], above: list[Suspect]
) -> list[Suspect]:
    commits = [each for each in world.commits(missed.urn) if missed.since is None or each.at > missed.since]
    stuck = [each for each in commits if not each.advances]
    failed = [run for run in runs if run.status in FAILED]
    blamed = _blame(world, missed, job, runs, failed, stuck)
    own = [blamed, *_shipped(world, missed, job, blamed)]
    if above and _inputs_explain(blamed, failed):
        passed = [each.ruled_out(0.5, "its input explains it") for each in own]
        return [*(each.below(missed.urn) for each in above), *passed]
    best = _first_change(own)
    others = [each.ruled_out(0.5, "nothing upstream was needed") for each in above]
    rest = [each for each in own if each is not best]
    if best.kind == "DEPLOYMENT":
        rest = [
            each.ruled_out(0.7, "a deployment explains it") if each.kind != "DEPLOYMENT" else each
            for each in rest
        ]
    return [best, *rest, *(each.below(missed.urn) for each in others)]


def _first_change(own: list[Suspect]) -> Suspect:
    """A fitting deployment outranks what it caused (rule 6); a late trigger is not its doing."""
    changes = [each for each in own if each.kind == "DEPLOYMENT" and each.standing == 1.0]
    if own[0].kind in ("JOB_NOT_TRIGGERED", "EVIDENCE_GAP") or not changes:
        return own[0]
    return max(changes, key=lambda each: (each.score, each.key))


def _inputs_explain(blamed: Suspect, failed: list[RunView]) -> bool:
    """A run that broke for want of memory, rights or a network broke whatever its inputs were."""
    families = {family_of(run.error) for run in failed if run.error}
    return not (
        blamed.kind == "JOB_FAILED" and families and families <= {"resource", "permission", "connectivity"}
    )


def _late_inputs(
    world: World, missed: Missed, job: str, runs: list[RunView], seen: frozenset[str], depth: int
) -> list[Suspect]:
    reference = _reference(world, missed, job)
    found: list[Suspect] = []
    for urn in world.inputs(job):
        if urn in seen:
            continue
        late = _lateness(world, urn, reference, _needed(world, missed, job, runs), missed.by)
        if late is not None:
            found += _trace(world, late, seen, depth + 1)
    return found


def _needed(world: World, missed: Missed, job: str, runs: list[RunView]) -> datetime:
    """By when the job needs its inputs: its start, or when it would have started had they been there."""
    usual = _usual_start(world, missed, job)
    return min(runs[0].started, runs[0].scheduled or usual) if runs else usual


def _reference(world: World, missed: Missed, job: str) -> datetime | None:
    """The start of the run that left the table good: its inputs had come before that."""
    if missed.since is None:
        return None
    before = [run for run in world.runs.get(job, ()) if run.started <= missed.since]
    return before[-1].started if before else missed.since - timedelta(hours=3)


def _usual_start(world: World, missed: Missed, job: str) -> datetime:
    """When the job would have started, by its habit."""
    starts = [run.started for run in world.runs.get(job, ()) if run.started <= (missed.since or missed.by)]
    if not starts:
        return missed.by
    return starts[-1] + _interval(starts)


def _interval(moments: list[datetime]) -> timedelta:
    gaps = [later - sooner for sooner, later in pairwise(moments) if later - sooner > timedelta(minutes=30)]
    return _middle(gaps) if gaps else timedelta(days=1)


def _middle(spans: list[timedelta]) -> timedelta:
    return timedelta(seconds=median(each.total_seconds() for each in spans))


def _lateness(world: World, urn: str, since: datetime | None, need: datetime, by: datetime) -> Missed | None:
    """The input as missed, unless it was there in time or is not known to be due."""
    advancing = [each for each in world.commits(urn) if each.advances]
    before = [each.at for each in advancing if since is None or each.at <= since]
    after = [each.at for each in advancing if since is not None and each.at > since]
    if not before or since is None:
        return None
    expected, tolerance = _expected(before)
    if not after:
        return Missed(urn, before[-1], by) if max(world.now, by) > expected + tolerance else None
    if after[0] > expected + tolerance and after[0] > need:
        return Missed(urn, before[-1], after[0])
    return None


def _expected(arrivals: list[datetime]) -> tuple[datetime, timedelta]:
    usual = _interval(arrivals)
    gaps = [later - sooner for sooner, later in pairwise(arrivals)]
    spread = _middle([abs(gap - usual) for gap in gaps]) if gaps else timedelta()
    return arrivals[-1] + usual, max(_LEAST_TOLERANCE, 3 * spread)


def _from_outside(world: World, missed: Missed) -> Suspect:
    commits = [each for each in world.commits(missed.urn) if each.advances]
    arrived = next((each for each in commits if missed.since is not None and each.at > missed.since), None)
    expected, _ = _expected(
        [each.at for each in commits if missed.since is None or each.at <= missed.since] or [missed.by]
    )
    state = f"arrived {span(arrived.at - expected)} late" if arrived else "has not arrived"
    refs = tuple(filter(None, [arrived.run_id if arrived else "", missed.urn]))
    return Suspect(
        "UPSTREAM_DATA_LATE", "Dataset", missed.urn, expected, (missed.urn,),
        f"{missed.urn}, which is written outside of what is observed, {state}", refs=refs,
        run_id=arrived.run_id if arrived else "",
        factors={
            "timing": (0.95 if arrived else 0.85, f"it was expected at {expected:%H:%M} UTC and {state}"),
            "link": (0.9, "the broken table's job reads it"),
            "boundary": (1.0 if len(commits) > 2 else 0.6, f"{len(commits)} arrivals say when it is due"),
            "completeness": (0.8, "no writer of it is observed"),
        },
        missing=(f"who writes {missed.urn}: no job run of it was ever seen",),
    )  # fmt: skip


def _blame(
    world: World,
    missed: Missed,
    job: str,
    runs: list[RunView],
    failed: list[RunView],
    stuck: list[CommitView],
) -> Suspect:
    if failed and not (stuck and stuck[0].at < (failed[0].ended or failed[0].started)):
        return _failed(world, missed, job, failed)
    gap = _silent(world, missed, runs)
    if gap is not None:
        return gap
    if not runs and not stuck:
        return _held_up(world, missed, job) or _not_started(world, missed, job)
    late = _late_start(world, missed, job, runs)
    if late is not None:
        return late
    if stuck:
        return _wrong_partition(world, missed, job, stuck[-1])
    if runs[-1].status in ("COMPLETE", "SUCCESS") and not _committed_late(world, missed, runs):
        return _partial(world, missed, job, runs[-1])
    return _slow(world, missed, job, runs[-1])


def _committed_late(world: World, missed: Missed, runs: list[RunView]) -> bool:
    ids = {run.run_id for run in runs}
    return any(each.run_id in ids and each.advances for each in world.commits(missed.urn))


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


@dataclass(frozen=True, slots=True)
class _Blame:
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


def _failed(world: World, missed: Missed, job: str, tries: list[RunView]) -> Suspect:
    run = tries[-1]
    ended = run.ended or run.started
    factors = _base(world, missed, job, 0.95, f"run {run.run_id} failed {span(missed.by - ended)} before")
    told = bool(run.error) and not run.error.startswith("UNKNOWN")
    factors["signature"] = (1.0 if told else 0.6, f"the failure is {run.error or 'not described'}")
    summary = f"{job} failed with {run.error or 'no reason given'}"
    refs = (run.run_id, *(each.run_id for each in tries[-6:-1]))
    return _Blame("JOB_FAILED", ended, summary, refs, run, run.error).of(missed, job, factors)


def _silent(world: World, missed: Missed, runs: list[RunView]) -> Suspect | None:
    ids = {run.run_id: run for run in runs}
    for signal in world.signals(missed.urn):
        if (
            signal.signal_type == "EVIDENCE_INCOMPLETE"
            and signal.run_id in ids
            and signal.reason == "HEARTBEATS_STOPPED"
        ):
            run = ids[signal.run_id]
            if run.ended is None:
                return gap(missed.urn, run.job, run.run_id, signal.at, "its heartbeats stopped")
    return None


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


def _held_up(world: World, missed: Missed, job: str) -> Suspect | None:
    """The task of the same DAG that the job waits for, where that one failed or hangs."""
    runs = held_up_by(world, job, missed.since, missed.by)
    if not runs:
        return None
    waited = runs[-1].job
    if runs[-1].status in FAILED:
        suspect = _failed(world, missed, waited, [run for run in runs if run.status in FAILED])
    else:
        suspect = _slow(world, missed, waited, runs[-1])
    link = (0.9, f"{job} comes after {waited} in the same DAG, and was never reached")
    return replace(suspect, factors=suspect.factors | {"link": link})


def _not_started(world: World, missed: Missed, job: str) -> Suspect:
    usual = _usual_start(world, missed, job)
    before = world.runs.get(job, ())
    refs = tuple(filter(None, [before[-1].run_id if before else "", job]))
    factors = _base(
        world,
        missed,
        job,
        0.95 if before else 0.75,
        f"it usually starts at {usual:%H:%M} UTC; nothing started",
    )
    summary = f"{job} was not started: no run since {_when(missed.since)}"
    return _Blame("JOB_NOT_TRIGGERED", usual, summary, refs).of(missed, job, factors)


def _late_start(world: World, missed: Missed, job: str, runs: list[RunView]) -> Suspect | None:
    run = runs[0]
    habit = _usual_start(world, missed, job)
    planned = run.scheduled or habit
    grace = missed.grace if run.scheduled else max(missed.grace, timedelta(minutes=30))
    if run.started <= planned + grace or (run.scheduled is None and len(world.runs.get(job, ())) < 4):
        return None
    factors = _base(
        world, missed, job, 0.95, f"it was due at {planned:%H:%M} UTC and started at {run.started:%H:%M}"
    )
    summary = f"{job} was started {span(run.started - planned)} late"
    return _Blame("JOB_NOT_TRIGGERED", planned, summary, (run.run_id,), run).of(missed, job, factors)


def _wrong_partition(world: World, missed: Missed, job: str, stuck: CommitView) -> Suspect:
    factors = _base(world, missed, job, 0.95, f"it committed at {stuck.at:%H:%M} UTC without advancing")
    mark = f" (still {stuck.watermark})" if stuck.watermark else ""
    summary = f"{job} committed, and the watermark of {missed.urn} did not advance{mark}"
    run = world.run(stuck.run_id)
    return _Blame("WRONG_PARTITION", stuck.at, summary, (stuck.run_id,), run).of(missed, job, factors)


def _partial(world: World, missed: Missed, job: str, run: RunView) -> Suspect:
    factors = _base(world, missed, job, 0.85, f"run {run.run_id} completed and committed nothing")
    summary = f"{job} completed without a commit to {missed.urn}"
    return _Blame("WRONG_PARTITION", run.ended, summary, (run.run_id,), run).of(missed, job, factors)


def _slow(world: World, missed: Missed, job: str, run: RunView) -> Suspect:
    usual = [
        each.minutes
        for each in world.runs.get(job, ())
        if each.minutes is not None and each.run_id != run.run_id
    ]
    ran = ((run.ended or max(world.now, missed.by)) - run.started) / timedelta(minutes=1)
    baseline = median(usual) if usual else None
    told = f"{ran:.0f} minutes so far" if run.ended is None else f"{ran:.0f} minutes"
    against = f" against a baseline of {baseline:.0f}" if baseline else ""
    factors = _base(world, missed, job, 0.9 if baseline and ran > 1.3 * baseline else 0.6, f"{told}{against}")
    summary = f"{job} runs past its baseline: {told}{against}"
    return _Blame("JOB_RUNNING_SLOW", run.started, summary, (run.run_id,), run).of(missed, job, factors)


def _shipped(world: World, missed: Missed, job: str, blamed: Suspect) -> list[Suspect]:
    run = world.run(blamed.run_id) if blamed.run_id else None
    good = missed.last_good
    before = [each.started for each in world.runs.get(job, ()) if good and each.started <= good]
    between = Between(before[-1] if before else good, run.started if run else missed.by)
    fit = _FIT[family_of(blamed.signature)] if blamed.signature else 0.9
    found = on_job(world, job, between, (missed.urn,), blamed.run_id, blamed.signature, fit)
    refs = tuple(filter(None, [blamed.run_id]))
    shared = {name: blamed.factors[name] for name in ("upstream", "completeness") if name in blamed.factors}
    return [replace(each, refs=(*each.refs, *refs), factors=each.factors | shared) for each in found]


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "the beginning of what is known"
