"""Tasks of one DAG, writes of one application: what a step that was never reached had been waiting for.

Which step comes before which is not told by every orchestrator; that one always ended
before the other began, in the runs of the whole that are known, is.
"""

from datetime import datetime, timedelta
from statistics import median

from .neighbourhood import World
from .views import RunView

_LEAST_NIGHTS = 2
_SKEW = timedelta(minutes=2)
FAILED = ("FAIL", "FAILED", "ABORT")


def whole_of(run: RunView) -> str:
    """The run that a run is a step of: of its DAG, else of its application; "" for none."""
    return run.dag_run or run.parent


def whole_of_job(world: World, job: str) -> str:
    """What starts a job together with others, "" for none.

    That is its DAG, or the application that ran it last; where neither has a name, the
    DAG run that it was last a part of.
    """
    for run in reversed(world.runs.get(job, ())):
        parent = world.run(run.parent) if run.parent else None
        named = run.dag or (parent.job if parent else "") or run.dag_run
        if named:
            return named
    return ""


def starters_of(world: World, job: str) -> list[str]:
    """The jobs whose runs started runs of this one: a task that submits an application, and its DAG."""
    parents = [world.run(run.parent) for run in world.runs.get(job, ()) if run.parent]
    dags = {run.dag for run in world.runs.get(job, ()) if run.dag}
    return sorted(({each.job for each in parents if each is not None} | dags) - {job})


def is_skipped(run: RunView) -> bool:
    """Whether a run was ended the moment it began, as dbt tells of a model that it skips."""
    return run.status == "ABORT" and not run.was_followed


def held_up_by(world: World, job: str, since: datetime | None, by: datetime) -> list[RunView]:
    """The runs, oldest first, of the earlier step of its whole that failed or hangs; empty if none does."""
    found: list[list[RunView]] = []
    for other in _before(world, job):
        runs = _between(world, other, since, by)
        if runs and (runs[-1].status in FAILED or hangs(world, runs[-1], by)):
            found.append(runs)
    if not found:
        return []
    return min(found, key=lambda runs: (runs[-1].status not in FAILED, runs[0].started))


def waited_for(world: World, run: RunView, planned: datetime) -> RunView | None:
    """The run of an earlier step that ended last, if it ended after ``run`` was to start."""
    same = [
        each
        for other in _before(world, run.job)
        for each in world.runs[other]
        if whole_of(each) == whole_of(run) and each.ended is not None
    ]
    last = max(same, key=lambda each: (each.ended or each.started, each.run_id), default=None)
    return last if last is not None and last.ended is not None and last.ended > planned else None


def tries_of(world: World, run: RunView) -> list[RunView]:
    """All runs of the job in the same whole."""
    return [each for each in world.runs.get(run.job, ()) if whole_of(each) == whole_of(run)]


def application(world: World, job: str, since: datetime | None, by: datetime) -> RunView | None:
    """The run, since the last good update, of the application that usually runs a job; None if there is none.

    Only an application that runs the job most times counts: of one that also runs without
    it, a run says nothing about the job.
    """
    known = [run for run in world.runs.get(job, ()) if since is None or run.started <= since]
    parents = [world.run(run.parent) for run in known if run.parent]
    seen = [each for each in parents if each is not None]
    if not seen:
        return None
    name = seen[-1].job
    ids = {each.run_id for each in seen}
    before = [run for run in world.runs[name] if since is None or run.started <= since]
    runs = _between(world, name, since, by)
    usual = sum(run.run_id in ids for run in before)
    return runs[-1] if runs and 2 * usual >= len(before) else None


def hangs(world: World, run: RunView, by: datetime) -> bool:
    """Whether a run that has not ended takes much longer than those before it."""
    if run.ended is not None:
        return False
    usual = [each.minutes for each in world.runs[run.job] if each.minutes is not None]
    ran = (max(world.now, by) - run.started) / timedelta(minutes=1)
    return ran > 2 * median(usual) + 1 if usual else ran > 60


def _between(world: World, job: str, since: datetime | None, by: datetime) -> list[RunView]:
    runs = world.runs.get(job, ())
    return [run for run in runs if (since is None or run.started > since) and run.started <= by]


def _before(world: World, job: str) -> list[str]:
    """Jobs that ended before this one began in every run of the whole that is known of both."""
    mine = {whole_of(run): run for run in world.runs.get(job, ()) if whole_of(run)}
    found: list[str] = []
    for other, runs in sorted(world.runs.items()):
        shared = [(run, mine[whole_of(run)]) for run in runs if whole_of(run) in mine]
        if other == job or len({whole_of(run) for run, _ in shared}) < _LEAST_NIGHTS:
            continue
        if all(run.ended is not None and run.ended <= own.started + _SKEW for run, own in shared):
            found.append(other)
    return found
