"""The two naive answers to beat, each an honest best effort on the same events.

(a) *Latest deployment upstream*: of the deployments that touch the broken data set or
something it is made from, the last before it broke.
(b) *Nearest failing upstream*: up the lineage from the broken data set, the first thing
with a failed run or failing evidence; where nothing failed, the nearest job that is still
running, or that did not start when it usually does.

They are told which data sets are broken, so they miss nothing and invent no incident.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TypeAlias

from signal_factory.times import parse_time

from .answers import Answer, Named
from .case import Case, Fault
from .seen import Change, RunSeen, Seen, Verdict, seen

Routes: TypeAlias = dict[str, tuple[str, ...]]
"""From each data set upstream of what is broken, nearest first: the way down to it."""

LATEST = "latest deployment upstream"
NEAREST = "nearest failing upstream"
_INCONCLUSIVE = Answer(None)
_RECENT = timedelta(hours=24)
_SLICE = timedelta(minutes=15)
_MOST_HOPS = 8
_SHARE = 0.02
_DRIFT = ("MISSING", "UNKNOWN_ENUM", "SCHEMA", "TYPE", "UNEXPECTED_FIELD", "RENAMED")


def answers(case: Case, faults: Iterable[Fault]) -> dict[str, tuple[Answer, ...]]:
    """What each baseline, by name, answers for each of ``faults``."""
    found, until = seen(case.events, case.until), parse_time(case.until)
    asked = [fault.broken for fault in faults]
    return {
        name: tuple(answer(found, broken, until) for broken in asked) for name, answer in _BASELINES.items()
    }


def latest_deployment(found: Seen, broken: frozenset[str], until: datetime) -> Answer:
    """The last deployment upstream before the data broke, then those before it."""
    routes = _routes(found, broken)
    moment = _first_bad(found, broken, until)
    touching = [
        (change, route)
        for change in found.changes
        if change.at <= moment and (route := _route(change, found, routes)) is not None
    ]
    told = [each for each in touching if each[0].is_told] or touching
    told.sort(key=lambda each: (each[0].at, each[0].version), reverse=True)
    if not told:
        return _INCONCLUSIVE
    named = tuple(("DEPLOYMENT", f"{change.service}:{change.version}") for change, _ in told)
    return Answer(named[0], named, told[0][1])


def nearest_failing(found: Seen, broken: frozenset[str], until: datetime) -> Answer:
    """The nearest thing up the lineage that fails, then those further up."""
    routes = _routes(found, broken)
    failing = [(named, route) for urn, route in routes.items() for named in _failures(found, urn, until)]
    failing = failing or [
        (named, route) for urn, route in routes.items() for named in _stalled(found, urn, until)
    ]
    if not failing:
        return _INCONCLUSIVE
    return Answer(failing[0][0], tuple(named for named, _ in failing), failing[0][1])


_BASELINES: Mapping[str, Callable[[Seen, frozenset[str], datetime], Answer]] = {
    LATEST: latest_deployment,
    NEAREST: nearest_failing,
}


def _routes(found: Seen, broken: frozenset[str]) -> Routes:
    routes: Routes = {urn: (urn,) for urn in sorted(broken)}
    layer = list(routes)
    for _ in range(_MOST_HOPS):
        above = [(parent, urn) for urn in layer for parent in sorted(found.parents.get(urn, ()))]
        layer = list[str]()
        for parent, urn in above:
            if parent not in routes:
                routes[parent] = (parent, *routes[urn])
                layer.append(parent)
    return routes


def _route(change: Change, found: Seen, routes: Routes) -> tuple[str, ...] | None:
    """The way down from the nearest data set that the change touches."""
    for urn, route in routes.items():
        if change.touches & {urn, *found.writers.get(urn, ())}:
            return route
        if not change.touches and change.service in _owners(found, urn):
            return route
    return None


def _owners(found: Seen, urn: str) -> set[str]:
    """Services of a data set; a job may be deployed under its own name, with or without its namespace."""
    jobs = found.writers.get(urn, set[str]())
    return {*found.services.get(urn, ()), *jobs, *(job.rpartition("/")[2] for job in jobs)}


def _first_bad(found: Seen, broken: frozenset[str], until: datetime) -> datetime:
    """When the first broken data set began to fail, or missed its usual hour; else ``until``."""
    times = [moment for urn in broken for moment in _bad_times(found, urn, until)]
    return min(times, default=until)


def _bad_times(found: Seen, urn: str, until: datetime) -> Iterator[datetime]:
    failing = _failing_since(found.verdicts.get(urn, ()), until)
    if failing is not None:
        yield failing
    for job in found.writers.get(urn, ()):
        yield from (run.told for run in _runs(found, job) if run.state == "failed" and _is_recent(run, until))
    usual = _expected(found.writes.get(urn, ()))
    if usual is not None and usual <= until:
        yield usual


def _failing_since(verdicts: Iterable[Verdict], until: datetime) -> datetime | None:
    """The first quarter of an hour of the last day in which clearly more fails than did before."""
    before = [each for each in verdicts if each.at <= until - _RECENT]
    usual = sum(each.failed for each in before) / len(before) if before else 0.0
    slices: dict[int, list[Verdict]] = {}
    for each in verdicts:
        if until - _RECENT < each.at <= until:
            slices.setdefault(int(each.at.timestamp() // _SLICE.total_seconds()), []).append(each)
    for _, held in sorted(slices.items()):
        failed = [each.at for each in held if each.failed]
        if failed and len(failed) / len(held) > max(_SHARE, 2 * usual):
            return min(failed)
    return None


def _expected(times: Iterable[datetime]) -> datetime | None:
    """When the next of a regular series is due, an eighth of the usual gap allowed for."""
    ordered = sorted(times)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(ordered)]
    return ordered[-1] + timedelta(seconds=median(gaps) * 9 / 8) if gaps else None


def _failures(found: Seen, urn: str, until: datetime) -> Iterator[Named]:
    for job in sorted(found.writers.get(urn, ())):
        runs = _runs(found, job)
        if runs and runs[-1].state == "failed" and _is_recent(runs[-1], until):
            yield "JOB_FAILED", job
    verdicts = found.verdicts.get(urn, ())
    since = _failing_since(verdicts, until)
    if since is not None:
        yield _failing_data(urn, [each for each in verdicts if each.failed and each.at >= since])


def _failing_data(urn: str, failed: list[Verdict]) -> Named:
    """Drift by its producer, where that is a service, or an anomaly of the table (contract rule 11)."""
    reasons = [each.reason for each in failed]
    worst = max(failed, key=lambda each: reasons.count(each.reason))
    if not worst.reason.upper().startswith(_DRIFT):
        return "SOURCE_DATA_ANOMALY", urn
    is_service = worst.producer and not worst.producer.startswith("job://")
    return "SCHEMA_DRIFT", worst.producer if is_service else urn


def _stalled(found: Seen, urn: str, until: datetime) -> Iterator[Named]:
    for job in sorted(found.writers.get(urn, ())):
        runs = _runs(found, job)
        usual = _expected(run.began for run in runs)
        if runs and runs[-1].state == "running":
            yield "JOB_RUNNING_SLOW", job
        elif usual is not None and usual <= until:
            yield "JOB_NOT_TRIGGERED", job


def _runs(found: Seen, job: str) -> list[RunSeen]:
    return sorted((run for run in found.runs.values() if run.job == job), key=lambda run: run.began)


def _is_recent(run: RunSeen, until: datetime) -> bool:
    return run.told > until - _RECENT
