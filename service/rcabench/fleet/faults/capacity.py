"""There is too little to run on: tasks queue, or a whole cluster crawls."""

from datetime import timedelta

from ..effects import Effects
from ..model import Job
from .setting import Plan, Setting


def pool_starved(s: Setting, e: Effects) -> Plan | None:
    """A task waits for hours for a free slot while those before it are long done (contract, rule 9)."""
    job = _later_task(s)
    if job is None:
        return None
    dag = s.fleet.dags[job.dag]
    usual = (s.started(job) - s.fleet.moment(s.today, dag.start, dag.zone)) / timedelta(minutes=1)
    e.delayed[job.urn, s.today] = usual + s.rng.uniform(110, 260)
    return _unstarted(s, job)


def queued_forever(s: Setting, e: Effects) -> Plan | None:
    """The queue that a task was sent to has no worker."""
    job = _later_task(s)
    if job is None:
        return None
    e.skipped.add((job.urn, s.today))
    return _unstarted(s, job)


def crowded_cluster(s: Setting, e: Effects) -> Plan | None:
    """Every job of a DAG crawls; there is no name for the cluster, so any of them names it."""
    jobs = s.jobs("spark", "native")
    if not jobs:
        return None
    chosen = s.rng.choice(jobs)
    mates = [job for job in s.fleet.jobs if job.dag == chosen.dag]
    for job in mates:
        e.slow[job.urn, s.today] = s.rng.uniform(6, 11)
    answers = tuple(("JOB_RUNNING_SLOW", job.urn) for job in mates)
    guarded = frozenset(name for job in mates for name in (job.urn, job.service))
    origins = tuple(job.output for job in mates)
    return Plan(answers, origins, s.started(mates[0]), guarded, is_parallel=True)


def _later_task(s: Setting) -> Job | None:
    firsts = {job.urn for dag in s.fleet.dags for job in s.roots(dag)}
    jobs = [job for job in s.jobs("spark", "native", "airflow") if job.urn not in firsts]
    return s.rng.choice(jobs) if jobs else None


def _unstarted(s: Setting, job: Job) -> Plan:
    guarded = frozenset({job.urn, job.service})
    return Plan((("JOB_NOT_TRIGGERED", job.urn),), (job.output,), s.started(job), guarded)
