"""A run takes many times as long as ever."""

from ..effects import Effects
from ..model import Job
from .setting import Plan, Setting


def skew(s: Setting, e: Effects) -> Plan | None:
    """One key has all the rows."""
    return _slow(s, e, s.jobs(), s.rng.uniform(8, 18))


def contention(s: Setting, e: Effects) -> Plan | None:
    """Somebody else took the cluster while the run was on."""
    return _slow(s, e, s.jobs("spark", "native"), s.rng.uniform(9, 14))


def larger_input(s: Setting, e: Effects) -> Plan | None:
    """A source delivers several times its rows, and what reads it cannot cope."""
    jobs = [job for job in s.landings() if s.sees_rows(job.output)]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    origins = s.sources(job)
    e.rows[origins[0], s.today] = s.rng.uniform(2.8, 4.0)
    for reader in [other for other in s.fleet.jobs if job.output in other.inputs]:
        e.slow[reader.urn, s.today] = s.rng.uniform(4, 8)
    guarded = frozenset({job.urn, job.service})
    return Plan(tuple(("SOURCE_DATA_ANOMALY", urn) for urn in origins), origins, s.started(job), guarded)


def _slow(s: Setting, e: Effects, jobs: list[Job], factor: float) -> Plan | None:
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.slow[job.urn, s.today] = factor
    traits: tuple[str, ...] = ()
    if s.today >= 5 and s.rng.random() < 0.15:
        e.slow[job.urn, s.today - 3] = factor
        traits = ("recurrence",)
    at, guarded = s.started(job), frozenset({job.urn, job.service})
    return Plan((("JOB_RUNNING_SLOW", job.urn),), (job.output,), at, guarded, traits=traits)
