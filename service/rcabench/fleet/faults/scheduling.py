"""The scheduler does not start what it should, or not when it should."""

from ..effects import Effects
from ..emit.lineage import sensor_name
from .setting import Plan, Setting


def dag_paused(s: Setting, e: Effects) -> Plan | None:
    """Somebody paused the DAG and forgot it."""
    dag = _dag(s)
    if dag is None:
        return None
    e.paused.add((dag, s.today))
    return _not_started(s, dag)


def job_not_triggered(s: Setting, e: Effects) -> Plan | None:
    """One cron entry is gone."""
    jobs = s.jobs("native")
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.skipped.add((job.urn, s.today))
    at, guarded = s.started(job), frozenset({job.urn, job.service})
    answers = (("JOB_NOT_TRIGGERED", job.urn),)
    return Plan(answers, (job.output,), at, guarded)


def late_trigger(s: Setting, e: Effects) -> Plan | None:
    """The scheduler was busy, and starts the DAG hours late."""
    dag = _dag(s)
    if dag is None:
        return None
    e.delayed[dag, s.today] = s.rng.uniform(100, 320)
    return _not_started(s, dag)


def sensor_stuck(s: Setting, e: Effects) -> Plan | None:
    """A sensor looks in the wrong place, and waits for what is there already."""
    waiting = [w for w in s.healthy.waits if w.day == s.today and s.matters(w.job.output)]
    if not waiting:
        return None
    wait = s.rng.choice(waiting)
    e.stuck.add((wait.job.urn, s.today))
    sensor = f"job://airflow/{sensor_name(s.fleet, wait.job.dag, wait.urn)}"
    answers = (("JOB_RUNNING_SLOW", sensor), ("JOB_NOT_TRIGGERED", wait.job.urn))
    guarded = frozenset({wait.job.urn, wait.job.service})
    return Plan(answers, (wait.job.output,), wait.started, guarded)


def cron_mistake(s: Setting, e: Effects) -> Plan | None:
    """A change of the DAG moves its schedule by hours."""
    dag = _dag(s)
    if dag is None:
        return None
    e.moved[dag, s.today] = 60.0 * s.rng.choice((4, 5, 6, 7))
    plan = _not_started(s, dag)
    root = s.roots(dag)[0]
    mates = tuple(job.urn for job in s.fleet.jobs if job.dag == dag)
    change = s.ship_service(root.service, s.before_run(root), jobs=mates, summary="Move the schedule")
    key = s.effects_of(change, e)
    return Plan((("DEPLOYMENT", key), *plan.answers), plan.origins, change.at, plan.guarded, is_parallel=True)


def timezone_mistake(s: Setting, e: Effects) -> Plan | None:
    """Since yesterday the scheduler reads the cron expression in another zone, and nobody said so."""
    return hours_later(s, e, 5, 6, 8)


def hours_later(s: Setting, e: Effects, *hours: int) -> Plan | None:
    """A schedule moved by one of ``hours`` that nobody told of."""
    dag = _dag(s)
    if dag is None:
        return None
    e.moved[dag, s.today] = 60.0 * s.rng.choice(hours)
    return _not_started(s, dag)


def _dag(s: Setting) -> str | None:
    dags = [dag for dag in s.fleet.dags if any(s.matters(job.output) for job in s.roots(dag))]
    return s.rng.choice(dags) if dags else None


def _not_started(s: Setting, dag: str) -> Plan:
    roots = s.roots(dag)
    mates = [job for job in s.fleet.jobs if job.dag == dag]
    is_named = s.fleet.dags[dag].style != "native" or len(mates) > 1
    keys = (*([s.fleet.dags[dag].urn] if is_named else []), *(job.urn for job in roots))
    answers = tuple(("JOB_NOT_TRIGGERED", key) for key in dict.fromkeys(keys))
    guarded = frozenset({job.urn for job in mates} | {job.service for job in mates})
    at = s.fleet.moment(s.today, s.fleet.dags[dag].start, s.fleet.dags[dag].zone)
    return Plan(answers, tuple(job.output for job in roots), at, guarded, is_parallel=True)
