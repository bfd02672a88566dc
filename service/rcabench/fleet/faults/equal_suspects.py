"""Two changes at once, and nothing that tells them apart (contract, rule 12)."""

from dataclasses import replace
from datetime import timedelta

from ..effects import Effects, Failure, Spoilt
from ..words import FAILURES
from .setting import Plan, Setting


def two_services_one_stream(s: Setting, e: Effects) -> Plan | None:
    """Two services that write one stream ship minutes apart; its records do not say whose they are."""
    found = [stream for stream in s.streams() if len(stream.services) == 2]
    if not found:
        return None
    stream = s.rng.choice(found)
    at = s.work_time()
    first, second = s.rng.sample(stream.services, 2)
    later = at + timedelta(seconds=s.rng.uniform(40, 200))
    for service, moment in ((first, at), (second, later)):
        e.changes.append(replace(s.ship_service(service, moment, datasets=(stream.urn,)), summary=""))
    start = later + timedelta(seconds=s.rng.uniform(20, 60))
    code = f"MISSING_FIELD:{s.rng.choice(stream.columns[:4])[0]}"
    e.spoilt.setdefault(stream.urn, []).append(Spoilt(start, code, 0.9, s.rng.choice((first, second))))
    sets = {stream.urn: replace(stream, attributed=False)}
    horizon = at + timedelta(hours=2)
    return Plan((), (stream.urn,), at, frozenset(stream.services), horizon=horizon, sets=sets)


def two_changes_of_one_job(s: Setting, e: Effects) -> Plan | None:
    """A job's own code and the library it runs on go live minutes apart, and its next run fails."""
    jobs = s.jobs()
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    at = s.before_run(job)
    later = at + timedelta(seconds=s.rng.uniform(30, 200))
    for service, moment in ((job.service, at), (f"{job.service}-lib", later)):
        e.changes.append(replace(s.ship_service(service, moment, jobs=(job.urn,)), summary=""))
    e.failures[job.urn, s.today] = Failure(s.rng.choice(FAILURES["null_ref"]))
    mates = frozenset(other.urn for other in s.fleet.jobs if other.service == job.service)
    return Plan((), (job.output,), at, frozenset({job.urn, job.service}), unversioned=mates)
