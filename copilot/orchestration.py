"""Tasks of one DAG: what a task that was never reached had been waiting for.

Which task comes before which is not told by every orchestrator; that one always ended
before the other began, in the runs of the DAG that are known, is.
"""

from datetime import datetime, timedelta
from statistics import median

from .world import RunView, World

_LEAST_NIGHTS = 2
_SKEW = timedelta(minutes=2)
FAILED = ("FAIL", "FAILED", "ABORT")


def held_up_by(world: World, job: str, since: datetime | None, by: datetime) -> list[RunView]:
    """The runs, oldest first, of the earlier task of its DAG that failed or hangs; empty if none does."""
    found: list[list[RunView]] = []
    for other in _before(world, job):
        runs = [
            run for run in world.runs[other] if (since is None or run.started > since) and run.started <= by
        ]
        if runs and (runs[-1].status in FAILED or hangs(world, runs[-1], by)):
            found.append(runs)
    if not found:
        return []
    return min(found, key=lambda runs: (runs[-1].status not in FAILED, runs[0].started))


def hangs(world: World, run: RunView, by: datetime) -> bool:
    """Whether a run that has not ended takes much longer than those before it."""
    if run.ended is not None:
        return False
    usual = [each.minutes for each in world.runs[run.job] if each.minutes is not None]
    ran = (max(world.now, by) - run.started) / timedelta(minutes=1)
    return ran > 2 * median(usual) + 1 if usual else ran > 60


def _before(world: World, job: str) -> list[str]:
    """Jobs that ended before this one began in every DAG run known of both."""
    mine = {run.dag_run: run for run in world.runs.get(job, ()) if run.dag_run}
    found: list[str] = []
    for other, runs in sorted(world.runs.items()):
        shared = [(run, mine[run.dag_run]) for run in runs if run.dag_run in mine]
        if other == job or len({run.dag_run for run, _ in shared}) < _LEAST_NIGHTS:
            continue
        if all(run.ended is not None and run.ended <= own.started + _SKEW for run, own in shared):
            found.append(other)
    return found
