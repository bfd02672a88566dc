"""The observer is broken, not the data."""

from dataclasses import replace
from datetime import timedelta

from ..effects import Effects
from ..model import Job
from .setting import Plan, Setting


def heartbeats_stop(s: Setting, e: Effects) -> Plan | None:
    """The SDK of a running job dies: no sign of life, no end, no verdict, though the job goes on."""
    jobs = [job for job in _watched(s) if job.heartbeats and job.minutes >= 11]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.dark[job.urn, s.today] = s.rng.uniform(0.5, 0.8)
    return _gap(s, job)


def gates_missing(s: Setting, e: Effects) -> Plan | None:
    """A run commits, and no verdict comes."""
    return _muted(s, e, some=False)


def some_gates_missing(s: Setting, e: Effects) -> Plan | None:
    """A run commits, and its verdict lacks a gate."""
    return _muted(s, e, some=True)


def stream_goes_dark(s: Setting, e: Effects) -> Plan | None:
    """The checks beside a stream die: neither heartbeats nor evidence, while the data flows."""
    if not s.streams():
        return None
    stream = s.rng.choice(s.streams())
    at = s.work_time()
    e.mute_streams[stream.urn] = at
    answers = (("EVIDENCE_GAP", f"job://enforcer/{stream.ol[1]}"), ("EVIDENCE_GAP", stream.urn))
    horizon = at + timedelta(hours=2)
    sets = {stream.urn: replace(stream, beats=True)}
    return Plan(answers, (stream.urn,), at, frozenset(stream.services), horizon=horizon, sets=sets)


def bus_outage(s: Setting, e: Effects) -> Plan | None:
    """Nothing at all is received for hours; whatever was due meanwhile, nobody can say (contract, rule 3)."""
    runs = [run for run in s.healthy.runs if run.day == s.today]
    if not runs:
        return None
    start = s.rng.choice(runs).started - timedelta(minutes=s.rng.uniform(1, 20))
    end = start + timedelta(hours=s.rng.uniform(5, 9))
    e.outage = (start, end)
    until = start + (end - start) * s.rng.uniform(0.4, 0.95)
    return Plan((), (), start, until=until, traits=("outage",))


def _watched(s: Setting) -> list[Job]:
    return [
        job
        for job in s.fleet.jobs
        if s.fleet.sets[job.output].tier <= 2 and s.fleet.sets[job.output].is_registered and s.is_live(job)
    ]


def _muted(s: Setting, e: Effects, *, some: bool) -> Plan | None:
    jobs = [job for job in _watched(s) if len(job.gates) > int(some) and job.style != "dbt"]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    e.muted[job.urn, s.today] = (s.rng.choice(job.gates),) if some else job.gates
    return _gap(s, job)


def _gap(s: Setting, job: Job) -> Plan:
    answers = (("EVIDENCE_GAP", job.urn), ("EVIDENCE_GAP", job.output))
    return Plan(answers, (job.output,), s.started(job), frozenset({job.urn, job.service}))
