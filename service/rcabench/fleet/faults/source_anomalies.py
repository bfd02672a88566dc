"""What comes from outside is wrong in number or in value, and no change is known."""

from ..effects import Effects
from ..model import Job
from .setting import Plan, Setting


def volume_drop(s: Setting, e: Effects) -> Plan | None:
    """A source delivers a fraction of its rows."""
    return _volume(s, e, s.rng.uniform(0.12, 0.4))


def volume_spike(s: Setting, e: Effects) -> Plan | None:
    """A source delivers a multiple of its rows."""
    return _volume(s, e, s.rng.uniform(2.0, 3.2))


def stream_volume_drop(s: Setting, e: Effects) -> Plan | None:
    """A stream carried a fraction of its records for a day (contract, rule 10)."""
    landed = [job for job in s.jobs() if _stream_of(s, job) and s.sees_rows(job.output)]
    if not landed:
        return None
    job = s.rng.choice(landed)
    stream = _stream_of(s, job)
    e.rows[stream, s.today] = s.rng.uniform(0.1, 0.4)
    origins = (stream, job.output)
    guarded = frozenset({job.urn, job.service, *s.fleet.sets[stream].services})
    return Plan(_answers(origins), origins, s.started(job), guarded)


def null_rate(s: Setting, e: Effects) -> Plan | None:
    """A source leaves a column empty."""
    return _values(s, e, "NULL_RATE", enum=False)


def out_of_range(s: Setting, e: Effects) -> Plan | None:
    """A source delivers numbers that cannot be."""
    return _values(s, e, "OUT_OF_RANGE", enum=False)


def duplicates(s: Setting, e: Effects) -> Plan | None:
    """A source delivers rows twice."""
    return _values(s, e, "DUPLICATE_KEY", enum=False)


def bad_format(s: Setting, e: Effects) -> Plan | None:
    """A source writes its codes another way."""
    return _values(s, e, "INVALID_FORMAT", enum=True)


def _stream_of(s: Setting, job: Job) -> str:
    return next((urn for urn in job.inputs if s.fleet.sets[urn].kind == "stream"), "")


def _volume(s: Setting, e: Effects, factor: float) -> Plan | None:
    jobs = [job for job in s.landings() if s.sees_rows(job.output)]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    origins = s.sources(job)
    e.rows[origins[0], s.today] = factor
    return Plan(_answers(origins), origins, s.started(job), frozenset({job.urn, job.service}))


def _values(s: Setting, e: Effects, code: str, *, enum: bool) -> Plan | None:
    """Wrong values are first seen in the table that a checking job lands."""
    jobs = [job for job in s.landings() if job.gates]
    if not jobs:
        return None
    job = s.rng.choice(jobs)
    origins = s.sources(job)
    column = (
        s.fleet.sets[job.output].columns[0][0]
        if code == "DUPLICATE_KEY"
        else s.column(job.output, enum=enum)[0]
    )
    e.bad[origins[0], s.today] = {f"{code}:{column}": s.rng.uniform(0.12, 0.5)}
    told = tuple(reversed(origins))
    return Plan(_answers(told), told, s.started(job), frozenset({job.urn, job.service}))


def _answers(origins: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(("SOURCE_DATA_ANOMALY", urn) for urn in origins)
