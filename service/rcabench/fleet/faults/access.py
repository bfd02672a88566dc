"""A job may no longer reach what it needs, though its code and its inputs are as ever."""

from ..effects import Effects, Failure
from ..model import Job
from ..words import FAILURES
from .setting import Answers, Plan, Setting


def credential_expired(s: Setting, e: Effects) -> Plan | None:
    """The account that all jobs of a DAG run under has run out; the first of them say so."""
    dags = [dag for dag in s.fleet.dags if any(s.matters(job.output) for job in s.roots(dag))]
    dags = [dag for dag in dags if all(s.is_live(job) for job in s.roots(dag))]
    if not dags:
        return None
    dag = s.rng.choice(dags)
    mates = [job for job in s.fleet.jobs if job.dag == dag]
    text = s.rng.choice(FAILURES["expired"])
    for job in mates:
        e.failures[job.urn, s.today] = Failure(text)
    firsts = s.roots(dag)
    answers: Answers = tuple(("JOB_FAILED", job.urn) for job in firsts)
    guarded = frozenset(name for job in mates for name in (job.urn, job.service))
    origins = tuple(job.output for job in firsts)
    return Plan(answers, origins, min(map(s.started, firsts)), guarded, is_parallel=True)


def source_renamed(s: Setting, e: Effects) -> Plan | None:
    """The table of a database that nobody watches has another name since last night."""
    return _fails(s, e, "renamed", [job for job in s.jobs() if not job.inputs])


def files_removed(s: Setting, e: Effects) -> Plan | None:
    """A clean-up took away files of an input while they were read; the input itself was well."""
    return _fails(s, e, "removed", [job for job in s.jobs("spark", "native") if _reads_tables(s, job)])


def _reads_tables(s: Setting, job: Job) -> bool:
    return any(s.fleet.sets[urn].kind == "table" for urn in job.inputs)


def _fails(s: Setting, e: Effects, kind: str, jobs: list[Job]) -> Plan | None:
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    tables = [urn for urn in job.inputs if s.fleet.sets[urn].kind == "table"]
    place = "/".join(s.fleet.sets[tables[0]].ol) if tables else f"app.public.{job.name.rpartition('.')[2]}"
    text = s.rng.choice(FAILURES[kind]).format(input=place)
    e.failures[job.urn, s.today] = Failure(text)
    guarded = frozenset({job.urn, job.service})
    return Plan((("JOB_FAILED", job.urn),), (job.output,), s.started(job), guarded)
