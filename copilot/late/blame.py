"""Which of a job's faults kept its table from advancing, as far as its own runs and commits tell."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..suspects import Suspect
from ..world import CommitView, RunView, World
from ..world.orchestration import FAILED, application, hangs, held_up_by, is_skipped, tries_of, waited_for
from .culprits import (
    Missed,
    began_late,
    failed,
    gap,
    not_started,
    overtime,
    slow,
    unreached,
    wrong_partition,
    wrote_nothing,
)
from .habits import Slot, out_of_turn, run_of, slot_of

_SETTLING = timedelta(minutes=10)
_SKEW = timedelta(minutes=2)
_A_DELAY = timedelta(minutes=5)
_UNSCHEDULED = timedelta(minutes=30)
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """What was seen of an update that was missed: the runs for it, and commits that did not advance.

    ``aside`` are runs of the job in that time that were for older updates.
    """

    job: str
    slot: Slot
    runs: tuple[RunView, ...]
    skipped: tuple[RunView, ...]
    stuck: tuple[CommitView, ...]
    aside: tuple[RunView, ...] = ()

    @property
    def failed(self) -> list[RunView]:
        """The runs that failed."""
        return [run for run in self.runs if run.status in FAILED]


def tried(world: World, missed: Missed, job: str) -> Tried:
    """The runs and commits for a missed update; reruns of older ones, and the next, are left out."""
    slot = slot_of(world, job, missed.since, missed.by)
    held = [run for run in world.runs.get(job, ()) if slot.holds(run, missed.by)]
    aside = out_of_turn(world, missed.urn, held, missed.since)
    told = [run for run in held if run not in aside]
    runs = [run for run in told if not is_skipped(run)]
    in_time = [run for run in runs if run.started <= missed.by]
    told_ids = {run.run_id for run in told}
    stuck = [
        each
        for each in _stuck(world, missed, slot)
        if each.run_id in told_ids
        or (world.run(each.run_id) is None and run_of(world, held, each) not in aside)
    ]
    skipped = [run for run in told if is_skipped(run)]
    return Tried(job, slot, tuple(in_time or runs), tuple(skipped), tuple(stuck), tuple(aside))


def _stuck(world: World, missed: Missed, slot: Slot) -> list[CommitView]:
    """Commits that did not advance the table, before one did."""
    after = [each for each in world.commits(missed.urn) if each.at > slot.opens]
    advance = next((each.at for each in after if each.advances), None)
    return [each for each in after if not each.advances and (advance is None or each.at < advance)]


def blame(world: World, missed: Missed, seen: Tried) -> Suspect:
    """What the job of the table did wrong."""
    broken = _broken(world, missed, seen) or _silent(world, missed, seen)
    if broken is not None:
        return broken
    if seen.stuck:
        return wrong_partition(world, missed, seen.job, seen.stuck[-1])
    if not seen.runs:
        return _never_ran(world, missed, seen)
    last = seen.runs[-1]
    if last.status in ("COMPLETE", "SUCCESS") and not _wrote(world, missed, last):
        return wrote_nothing(world, missed, last)
    return _out_of_time(world, missed, seen)


def _broken(world: World, missed: Missed, seen: Tried) -> Suspect | None:
    """The failure, unless a commit came before it, or a later try got over it and then went wrong itself."""
    if not seen.failed:
        return None
    first, last = seen.failed[0], seen.runs[-1]
    if _began_too_late(missed, seen):
        return None
    if seen.stuck and seen.stuck[0].at < (first.ended or first.started):
        return None
    if last.status not in FAILED:
        over = overtime(world, missed, last)
        if any(each.at >= last.started for each in seen.stuck):
            return None
        if over is not None and over > last.started - seen.runs[0].started:
            return None
    return failed(world, missed, seen.job, seen.failed)


def _began_too_late(missed: Missed, seen: Tried) -> bool:
    """Whether a late start cost more than the failures (rule 9): they came after the deadline, or passed."""
    first, last = seen.runs[0], seen.runs[-1]
    late = first.started - seen.slot.planned(first)
    if not seen.slot.tells_lateness(first) or late <= max(missed.grace, _UNSCHEDULED):
        return False
    in_time = any((run.ended or run.started) <= missed.by for run in seen.failed)
    return not in_time or (last.status not in FAILED and last.started - first.started < late)


def _silent(world: World, missed: Missed, seen: Tried) -> Suspect | None:
    running = {run.run_id: run for run in seen.runs if run.ended is None}
    for signal in world.signals(missed.urn):
        if signal.reason == "HEARTBEATS_STOPPED" and signal.run_id in running:
            run = running[signal.run_id]
            return gap(missed.urn, run.job, run.run_id, signal.at, "its heartbeats stopped")
    return None


def _wrote(world: World, missed: Missed, run: RunView) -> bool:
    """Whether the table advanced by this run, told by its id or by the time."""
    ends = (run.ended or world.now) + _SETTLING
    return any(
        each.advances and (each.run_id == run.run_id or run.started - _SKEW <= each.at <= ends)
        for each in world.commits(missed.urn)
    )


def _never_ran(world: World, missed: Missed, seen: Tried) -> Suspect:
    found = _held_up(world, missed, seen.job) or _unreached(world, missed, seen.job)
    if found is None and seen.skipped:
        found = failed(world, missed, seen.job, seen.skipped)
    return found or _beside(not_started(world, missed, seen.job, seen.slot.due), seen)


def _beside(suspect: Suspect, seen: Tried) -> Suspect:
    """The start that was missed, and the runs for older updates that were on meanwhile."""
    if not seen.aside:
        return suspect
    count = len(seen.aside)
    said = (
        f"{count} runs of it were for older partitions" if count > 1 else "a run of it was for an older one"
    )
    refs = (*suspect.refs, *(run.run_id for run in seen.aside[:5]))
    return replace(suspect, summary=f"{suspect.summary}; meanwhile {said}", refs=refs)


def _held_up(world: World, missed: Missed, job: str) -> Suspect | None:
    """The step of the same DAG or application that the job waits for, where that one failed or hangs."""
    runs = held_up_by(world, job, missed.since, missed.by)
    if not runs:
        return None
    step = runs[-1]
    why = f"{job} comes after {step.job} in the same DAG, and was never reached"
    if step.status in FAILED:
        return _because(failed(world, missed, step.job, [run for run in runs if run.status in FAILED]), why)
    return _because(slow(world, missed, step), why)


def _unreached(world: World, missed: Missed, job: str) -> Suspect | None:
    """The application that runs the job was started, and came to its end or hangs before the job."""
    run = application(world, job, missed.since, missed.by)
    if run is None:
        return None
    why = f"{run.job} runs {job}, and did not come to it"
    if run.status in FAILED:
        return _because(failed(world, missed, run.job, [run]), why)
    if run.ended is None:
        return _because(slow(world, missed, run), why) if hangs(world, run, missed.by) else None
    return unreached(world, missed, job, run)


def _because(suspect: Suspect, why: str) -> Suspect:
    return replace(suspect, factors=suspect.factors | {"link": (0.9, why)})


def _out_of_time(world: World, missed: Missed, seen: Tried) -> Suspect:
    """A run that was not done in time: it began late, or it takes long, whichever cost more."""
    first, last = seen.runs[0], seen.runs[-1]
    over = overtime(world, missed, last)
    planned = _planned(seen, first, over)
    delay = first.started - planned
    if not seen.slot.tells_lateness(first) or (over is not None and delay < over):
        return slow(world, missed, last)
    grace = missed.grace if first.scheduled else max(missed.grace, _UNSCHEDULED)
    runs_as_usual = over is not None and over < delay / 2
    if delay > grace or (runs_as_usual and delay > _A_DELAY):
        late = _beside(began_late(world, missed, first, planned), seen)
        return _behind(world, missed, first, planned) or late
    return slow(world, missed, last)


def _planned(seen: Tried, first: RunView, over: timedelta | None) -> datetime:
    """When it was to start: where it ran as long as ever, a schedule that was moved is what made it late."""
    planned, due = seen.slot.planned(first), seen.slot.due
    moved = seen.slot.is_regular and over is not None and over < (first.started - due) / 2
    return min(planned, due) if moved else planned


def _behind(world: World, missed: Missed, run: RunView, planned: datetime) -> Suspect | None:
    """The earlier step of its DAG that a late start waited for, where that one failed first or crawled."""
    late, why = run.started - planned, f"{run.job} comes after it in the same DAG, and waited for it"
    for _ in range(_STEPS):
        step = waited_for(world, run, planned)
        if step is None:
            return None
        broken = [each for each in tries_of(world, step) if each.status in FAILED]
        if broken:
            return _because(failed(world, missed, step.job, broken), why)
        over = overtime(world, missed, step)
        if over is not None and over >= late / 2:
            return _because(slow(world, missed, step), why)
        run, planned = step, slot_of(world, step.job, missed.since, missed.by).planned(step)
    return None
