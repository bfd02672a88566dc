"""A run ends well, and what it left behind is too little or too much; its inputs were whole."""

from ..effects import Effects
from ..model import Job
from .setting import Plan, Setting


def partial_write(s: Setting, e: Effects) -> Plan | None:
    """Only some of the files of a partition were committed."""
    jobs = [job for job in s.jobs() if _kinds(s, job) == {"table"} and s.sees_rows(job.output)]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.rows[job.output, s.today] = s.rng.uniform(0.12, 0.4)
    return _wrong(s, job)


def double_run(s: Setting, e: Effects) -> Plan | None:
    """A task that was thought dead is run again, and appends what it had appended before."""
    jobs = [job for job in s.jobs("spark", "native") if job.inputs and (job.gates or s.sees_rows(job.output))]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.doubled.add((job.urn, s.today))
    return _wrong(s, job)


def consumer_lag(s: Setting, e: Effects) -> Plan | None:
    """A consumer is hours behind its topic, and lands what it has read so far (contract, rule 10)."""
    jobs = [job for job in s.jobs() if "stream" in _kinds(s, job) and s.sees_rows(job.output)]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.rows[job.output, s.today] = s.rng.uniform(0.1, 0.4)
    return _wrong(s, job, *(urn for urn in job.inputs if s.fleet.sets[urn].kind == "stream"))


def _kinds(s: Setting, job: Job) -> set[str]:
    return {s.fleet.sets[urn].kind for urn in job.inputs}


def _wrong(s: Setting, job: Job, *streams: str) -> Plan:
    services = {service for urn in streams for service in s.fleet.sets[urn].services}
    guarded = frozenset({job.urn, job.service, *services})
    answers = tuple(("SOURCE_DATA_ANOMALY", urn) for urn in (job.output, *streams))
    return Plan(answers, (job.output,), s.started(job), guarded)
