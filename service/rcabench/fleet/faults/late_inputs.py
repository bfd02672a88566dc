"""What comes from elsewhere is not there in time."""

from math import ceil

from ..effects import Effects
from ..model import Job
from .setting import Plan, Setting

NEVER = 60.0 * 24 * 3


def vendor_late(s: Setting, e: Effects) -> Plan | None:
    """A partner's file is hours late."""
    return _vendor(s, e, s.rng.uniform(150, 400), promised_from=0)


def vendor_missing(s: Setting, e: Effects) -> Plan | None:
    """A partner's file does not come at all."""
    return _vendor(s, e, NEVER, promised_from=0)


def vendor_late_two_levels(s: Setting, e: Effects) -> Plan | None:
    """A late file is noticed two tables on: the first promises nothing."""
    return _vendor(s, e, s.rng.uniform(180, 500), promised_from=2)


def vendor_late_three_levels(s: Setting, e: Effects) -> Plan | None:
    """A late file is noticed three tables on."""
    return _vendor(s, e, s.rng.uniform(180, 500), promised_from=3)


def upstream_job_late(s: Setting, e: Effects) -> Plan | None:
    """A job of another DAG is slow, and only those who wait for it promised anything."""
    readers = {job.output: job for job in s.fleet.jobs}
    jobs = [job for job in s.jobs() if any(readers[u].dag != job.dag for u in _tables_after(s, job))]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.slow[job.urn, s.today] = s.rng.uniform(10, 18)
    at, guarded = s.started(job), frozenset({job.urn, job.service})
    answers = (("JOB_RUNNING_SLOW", job.urn),)
    return Plan(answers, (job.output,), at, guarded, frozenset({job.output}), ("late_chain",))


def backfill_in_the_way(s: Setting, e: Effects) -> Plan | None:
    """Runs for old days hold the only slot, and today's starts hours late (contract, rule 9)."""
    firsts = {job.urn for dag in s.fleet.dags for job in s.roots(dag)}
    jobs = [
        job for job in s.jobs("spark", "native", "airflow") if job.urn in firsts and job.on_missing != "wait"
    ]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.backfills[job.urn, s.today] = min(s.today, ceil(s.rng.uniform(110, 200) / job.minutes))
    dag = s.fleet.dags[job.dag]
    alone = len(s.roots(job.dag)) == 1 and dag.style != "native"
    keys = [job.urn] + ([dag.urn] if alone else [])
    at, guarded = s.started(job), frozenset({job.urn, job.service})
    return Plan(tuple(("JOB_NOT_TRIGGERED", key) for key in keys), (job.output,), at, guarded)


def _tables_after(s: Setting, job: Job) -> list[str]:
    return [urn for urn in s.fleet.children(job.output) if s.fleet.sets[urn].kind == "table"]


def _vendor(s: Setting, e: Effects, minutes: float, promised_from: int) -> Plan | None:
    """A file ``minutes`` late; nothing nearer than ``promised_from`` hops promises anything."""
    jobs = [j for j in s.landings() if j.inputs and j.on_missing != "stale"]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    source = job.inputs[0]
    near = s.fleet.within(source, promised_from - 1) if promised_from else frozenset[str]()
    e.late[source, s.today] = minutes
    traits: tuple[str, ...] = ("late_chain",) if promised_from else ()
    if s.today >= 5 and s.rng.random() < 0.2:
        e.late[source, s.today - 3] = 200.0
        traits = (*traits, "recurrence")
    at, guarded = s.started(job), frozenset({job.urn, job.service})
    return Plan((("UPSTREAM_DATA_LATE", source),), (source,), at, guarded, near, traits)
