"""A job ships a version that fails, writes the wrong thing, or takes too long."""

from ..effects import Effects, Failure
from ..model import Job
from ..words import FAILURES
from .setting import Plan, Setting


def deploy_job_fails(s: Setting, e: Effects) -> Plan | None:
    """The new code throws."""
    job = _pick(s, s.jobs())
    if job is None:
        return None
    text = s.rng.choice((*FAILURES["null_ref"], *FAILURES["key_error"]))
    e.failures[job.urn, s.today] = Failure(text.format(column=s.fleet.sets[job.output].columns[0][0]))
    return _shipped(s, e, job)


def deploy_wrong_partition(s: Setting, e: Effects) -> Plan | None:
    """The new code writes yesterday's partition once more."""
    job = _pick(s, [j for j in s.jobs("native", "spark", "airflow") if s.sees_partition(j.output)])
    if job is None:
        return None
    e.shifted[job.urn, s.today] = 1
    return _shipped(s, e, job)


def deploy_slow(s: Setting, e: Effects) -> Plan | None:
    """The new code takes many times as long."""
    job = _pick(s, s.jobs())
    if job is None:
        return None
    e.slow[job.urn, s.today] = s.rng.uniform(8, 16)
    return _shipped(s, e, job)


def deploy_null_rate(s: Setting, e: Effects) -> Plan | None:
    """The new code leaves a column empty now and then."""
    return _spoils(s, e, "NULL_RATE", s.rng.uniform(0.12, 0.6))


def deploy_duplicates(s: Setting, e: Effects) -> Plan | None:
    """The new join fans out."""
    share = s.rng.uniform(0.12, 0.35)
    plan = _spoils(s, e, "DUPLICATE_KEY", share)
    if plan is not None:
        e.rows[plan.origins[0], s.today] = 1 + share
    return plan


def deploy_filter_bug(s: Setting, e: Effects) -> Plan | None:
    """The new filter drops half of the rows."""
    job = _pick(s, [job for job in s.jobs() if s.sees_rows(job.output)])
    if job is None:
        return None
    e.rows[job.output, s.today] = s.rng.uniform(0.2, 0.45)
    return _shipped(s, e, job)


def _spoils(s: Setting, e: Effects, code: str, share: float) -> Plan | None:
    job = _pick(s, [job for job in s.jobs() if job.gates])
    if job is None:
        return None
    column = s.column(job.output, enum=code == "DUPLICATE_KEY")[0]
    e.bad[job.output, s.today] = {f"{code}:{column}": share}
    return _shipped(s, e, job)


def _shipped(s: Setting, e: Effects, job: Job) -> Plan:
    at = s.before_run(job)
    key = s.effects_of(s.ship_job(job, at), e)
    return Plan((("DEPLOYMENT", key),), (job.output,), at, frozenset({job.urn, job.service}))


def _pick(s: Setting, jobs: list[Job]) -> Job | None:
    return s.rng.choice(jobs) if jobs else None
