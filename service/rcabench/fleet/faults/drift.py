"""Data changes its shape or its values, and nobody announced a change."""

from datetime import timedelta

from ..effects import Effects, Spoilt
from ..model import Job
from .setting import Answers, Plan, Setting
from .stream_deploys import broken_type, first_victims, new_value


def stream_drift(s: Setting, e: Effects) -> Plan | None:
    """A stream changes; neither an event nor the records tell of a version."""
    return _unannounced(s, e, is_versioned=False)


def unannounced_version(s: Setting, e: Effects) -> Plan | None:
    """A stream changes; only the records show a new version (contract, rule 7)."""
    return _unannounced(s, e, is_versioned=True)


def _unannounced(s: Setting, e: Effects, *, is_versioned: bool) -> Plan | None:
    found = [stream for stream in s.streams() if stream.versioned or not is_versioned]
    if not found:
        return None
    stream = s.rng.choice(found)
    at, service = s.work_time(), s.rng.choice(stream.services)
    answers: Answers = (("SCHEMA_DRIFT", service), ("SCHEMA_DRIFT", stream.urn))
    if is_versioned:
        key = s.effects_of(s.ship_service(service, at, is_told=False), e)
        answers = (("DEPLOYMENT", key), *answers)
    codes = (
        f"MISSING_FIELD:{s.rng.choice(stream.columns[:4])[0]}",
        broken_type(s, stream),
        new_value(s, stream),
    )
    spoilt = Spoilt(at + timedelta(seconds=9), s.rng.choice(codes), s.rng.uniform(0.5, 1.0), service)
    e.spoilt.setdefault(stream.urn, []).append(spoilt)
    guarded, horizon = frozenset(stream.services), at + timedelta(hours=2)
    return Plan(answers, (stream.urn,), at, guarded, traits=("no_deploy_event",), horizon=horizon)


def enum_cascade(s: Setting, e: Effects) -> Plan | None:
    """A new value passes the stream with a warning, lands, and breaks tables the next morning."""
    found = first_victims(s)
    if not found:
        return None
    stream = s.rng.choice(found)
    at = s.fleet.moment(s.today - 1, s.rng.uniform(8, 15) * 60)
    service = s.rng.choice(stream.services)
    share = min(1.0, s.rng.uniform(0.4, 0.8) * len(stream.services))
    e.spoilt.setdefault(stream.urn, []).append(Spoilt(at, new_value(s, stream), share, service, "WARN"))
    answers = (("SCHEMA_DRIFT", service), ("SCHEMA_DRIFT", stream.urn))
    return Plan(answers, (stream.urn,), at, frozenset(stream.services), traits=("cascade",))


def upstream_type_change(s: Setting, e: Effects) -> Plan | None:
    """A source delivers a number as text; it lands, and the tables after it pass it on or break on it."""
    jobs = [job for job in s.landings() if job.on_bad != "fail" and (job.gates or job.style == "spark")]
    return _source_drift(s, e, jobs, silent=False)


def type_change_behind_silence(s: Setting, e: Effects) -> Plan | None:
    """The same, where the table right after the source is one that nobody checks or registered."""
    jobs = [
        job for job in s.landings() if job.on_bad != "fail" and job.style == "spark" and _leads_past(s, job)
    ]
    return _source_drift(s, e, jobs, silent=True)


def lost_column(s: Setting, e: Effects) -> Plan | None:
    """A source leaves out a column."""
    jobs = [job for job in s.landings() if job.on_bad != "fail" and job.gates]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    name = s.column(job.output)[0]
    source = s.sources(job)[0]
    e.bad[source, s.today] = {f"MISSING_FIELD:{name}": 1.0}
    e.schema[source, s.today] = (name, "-")
    return _drifted(s, job)


def new_values_in_source(s: Setting, e: Effects) -> Plan | None:
    """A source delivers a value that nobody agreed on."""
    jobs = [job for job in s.landings() if job.gates]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    source = s.sources(job)[0]
    e.bad[source, s.today] = {new_value(s, s.fleet.sets[job.output]): s.rng.uniform(0.1, 0.4)}
    return _drifted(s, job)


def _leads_past(s: Setting, job: Job) -> bool:
    """Whether a table that says nothing lies between what ``job`` writes and what is promised."""
    return any(not s.fleet.sets[urn].is_registered and s.matters(urn) for urn in s.fleet.children(job.output))


def _source_drift(s: Setting, e: Effects, jobs: list[Job], *, silent: bool) -> Plan | None:
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    name, kind = s.column(job.output)
    source = s.sources(job)[0]
    e.bad[source, s.today] = {f"SCHEMA_BREAK:{name}:{kind}→STRING": 1.0}
    e.schema[source, s.today] = (name, "STRING")
    plan = _drifted(s, job)
    return Plan(
        plan.answers,
        plan.origins,
        plan.onset,
        plan.guarded,
        traits=("silent_hop", "cascade") if silent else (),
    )


def _drifted(s: Setting, job: Job) -> Plan:
    origins = s.sources(job)
    answers = tuple(("SCHEMA_DRIFT", urn) for urn in origins)
    return Plan(answers, origins, s.started(job), frozenset({job.urn, job.service}))
