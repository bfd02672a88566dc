"""Somebody changed a setting. Nothing was deployed, and no version tells of it."""

from datetime import timedelta

from ..effects import Effects, Spoilt
from .scheduling import hours_later
from .setting import Plan, Setting
from .stream_deploys import new_value


def flag_flipped(s: Setting, e: Effects) -> Plan | None:
    """A feature is switched on for some users, and sometimes off again."""
    if not s.streams():
        return None
    stream = s.rng.choice(s.streams())
    at, service = s.work_time(), s.rng.choice(stream.services)
    code = s.rng.choice((f"MISSING_FIELD:{s.rng.choice(stream.columns[:4])[0]}", new_value(s, stream)))
    share = min(1.0, s.rng.uniform(0.35, 0.7) * len(stream.services))
    end = at + timedelta(minutes=s.rng.uniform(25, 60)) if s.rng.random() < 0.4 else None
    e.spoilt.setdefault(stream.urn, []).append(Spoilt(at, code, share, service, end=end))
    answers = (("SCHEMA_DRIFT", service), ("SCHEMA_DRIFT", stream.urn))
    horizon = at + timedelta(hours=2)
    return Plan(answers, (stream.urn,), at, frozenset(stream.services), horizon=horizon)


def config_changed(s: Setting, e: Effects) -> Plan | None:
    """A lookup that a job is configured with is empty or wrong; its inputs pass their checks."""
    kinds = s.fleet.sets
    jobs = [job for job in s.jobs() if job.gates and job.inputs]
    jobs = [job for job in jobs if all(kinds[urn].kind == "table" for urn in job.inputs)]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    code = s.rng.choice(("NULL_RATE", "OUT_OF_RANGE"))
    share = s.rng.uniform(0.12, 0.6)
    e.bad[job.output, s.today] = {f"{code}:{s.column(job.output)[0]}": share}
    guarded = frozenset({job.urn, job.service})
    return Plan((("SOURCE_DATA_ANOMALY", job.output),), (job.output,), s.started(job), guarded)


def clocks_changed(s: Setting, e: Effects) -> Plan | None:
    """Summer time ended, and a scheduler that keeps to UTC starts an hour late."""
    return hours_later(s, e, 1)
