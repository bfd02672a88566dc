"""A job fails, its retries too, and nothing upstream or shipped explains it."""

from ..effects import Effects, Failure
from ..model import Job
from ..words import FAILURES
from .setting import Plan, Setting


def oom(s: Setting, e: Effects) -> Plan | None:
    """Out of memory."""
    return _failing(s, e, "oom", s.jobs())


def permission(s: Setting, e: Effects) -> Plan | None:
    """A right was taken away."""
    return _failing(s, e, "permission", s.jobs())


def connection(s: Setting, e: Effects) -> Plan | None:
    """A database or a service does not answer."""
    return _failing(s, e, "connection", s.jobs())


def disk(s: Setting, e: Effects) -> Plan | None:
    """The disk is full."""
    return _failing(s, e, "disk", s.jobs())


def missing_input(s: Setting, e: Effects) -> Plan | None:
    """What it reads from a place that nobody watches is not there."""
    return _failing(s, e, "missing_input", [job for job in s.jobs() if not job.inputs])


def null_ref(s: Setting, e: Effects) -> Plan | None:
    """Old code meets a value it never met."""
    return _failing(s, e, "null_ref", s.jobs())


def _failing(s: Setting, e: Effects, kind: str, jobs: list[Job]) -> Plan | None:
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    text = s.rng.choice(FAILURES[kind]).format(
        input=f"/exports/{job.name}/{s.fleet.label(job.output, s.today)}.csv"
    )
    e.failures[job.urn, s.today] = Failure(text, kind=kind)
    traits: tuple[str, ...] = ()
    if s.today >= 5 and s.rng.random() < 0.15:
        e.failures[job.urn, s.today - s.rng.randint(2, 3)] = Failure(text, kind=kind)
        traits = ("recurrence",)
    at = s.started(job)
    guarded = frozenset({job.urn, job.service})
    return Plan((("JOB_FAILED", job.urn),), (job.output,), at, guarded, traits=traits)


def wrong_partition(s: Setting, e: Effects) -> Plan | None:
    """It succeeds, but writes yesterday's partition once more, and nothing was shipped."""
    jobs = [job for job in s.jobs("native", "spark", "airflow") if s.sees_partition(job.output)]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.shifted[job.urn, s.today] = 1
    guarded = frozenset({job.urn, job.service})
    return Plan((("WRONG_PARTITION", job.urn),), (job.output,), s.started(job), guarded)
