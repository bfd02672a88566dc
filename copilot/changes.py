"""Deployments as suspects: which ones touch what failed, and which the evidence clears."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .suspects import Suspect, proximity, span
from .world import Change, FailureView, World
from .world.orchestration import starters_of

SKEW = timedelta(minutes=2)
ROLLOUT = timedelta(minutes=30)
LONG_AGO = timedelta(days=3)
SOON = timedelta(hours=2)
LEAK = timedelta(hours=6)
"""So long after a version went live a failure that only its records have may still begin."""


@dataclass(frozen=True, slots=True)
class Between:
    """The boundary that a guilty change lies in: after the last good, before the first bad."""

    last_good: datetime | None
    first_bad: datetime
    slack: timedelta = timedelta()

    def holds(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in it, clock skew allowed."""
        if moment > self.first_bad + SKEW:
            return False
        return self.last_good is None or moment > self.last_good - self.slack


def on_job(
    world: World, job: str, between: Between, chain: tuple[str, ...], run_id: str, signature: str, fit: float
) -> list[Suspect]:
    """Changes of a job's code. ``fit`` (0..1) says how well its failure fits a change at all."""
    told = _onto_job(world, job, chain[0])
    name = job.rpartition("/")[2]
    kept = _without_echoes([change for change, _ in told.values()])
    earlier_runs = {
        run.code
        for run in world.runs.get(job, ())
        if run.started <= (between.last_good or between.first_bad - LONG_AGO)
    }
    found: list[Suspect] = []
    for change in kept:
        if not change.is_told and (not earlier_runs or change.version in earlier_runs):
            continue
        link = told[change.key][1]
        found.append(
            _suspect(change, between, chain, run_id, job, signature, link, f"it changed {name}", fit)
        )
    return [
        each for each in found if each.at is not None and each.at >= between.first_bad - timedelta(days=8)
    ]


def _onto_job(world: World, job: str, table: str) -> dict[str, tuple[Change, float]]:
    """Changes of a job, of what it belongs to and of its table, with how firmly each is linked."""
    found: dict[str, tuple[Change, float]] = {}
    places = [
        ("Job", job, 0.95),
        *(("Service", service, 0.9) for service in _services_of(world, job)),
        *(("Job", starter, 0.88) for starter in starters_of(world, job)),
        ("Dataset", table, 0.88),
        ("Service", world.text("Dataset", table, "service"), 0.85),
    ]
    for label, key, link in places:
        for change in world.changes_on(label, key) if key else []:
            found.setdefault(change.key, (change, link))
    return found


def _services_of(world: World, job: str) -> list[str]:
    names = (world.text("Job", job, "service"), job.rpartition("/")[2])
    return [name for name in names if name]


def _without_echoes(changes: Iterable[Change]) -> list[Change]:
    """A version that only a run showed is an echo of a deployment that was told of."""
    changes = sorted(changes, key=lambda each: (each.at, each.key))
    told = [each for each in changes if each.is_told]
    return [each for each in changes if each.is_told or not any(_echoes(each, other) for other in told)]


def _echoes(seen: Change, told: Change) -> bool:
    soon = timedelta() <= seen.at - told.at < timedelta(hours=36)
    return told.version == seen.version or soon


def on_data(
    world: World, urn: str, failures: list[FailureView], between: Between, chain: tuple[str, ...]
) -> list[Suspect]:
    """Changes of whatever produces a table or stream."""
    blamed = {producer for failure in failures for producer in failure.producers}
    failing = {version for failure in failures for version in failure.versions}
    links = _links(world, urn, blamed)
    first_versions = _first_versions(world, urn)
    told = [change for change, *_ in links.values() if change.is_told]
    found: list[Suspect] = []
    for key in sorted(links):
        change, link, why, names = links[key]
        if not change.is_told and (key in first_versions or _is_echo_of_code(change, told)):
            continue
        slack = ROLLOUT
        versions_known = bool(failing) and (not blamed or _same_names(blamed, {change.service}))
        runs_bad = versions_known and change.version in failing
        suspect = _suspect(
            change, Between(between.last_good, between.first_bad, slack), chain, "", "", "", link, why, 1.0
        )
        if runs_bad and change.at <= between.first_bad + SKEW:
            certain = _separates(world, urn, change, failures, between)
            suspect = _with_version(suspect, change, between, certain=certain)
        elif versions_known:
            suspect = suspect.ruled_out(0.25, "the failing records came from another version")
        elif blamed and not _same_names(blamed, names):
            suspect = suspect.ruled_out(0.3, "the failing records name another producer")
        elif _leaks(world, urn, change, failures, between):
            suspect = _leaking(suspect, change, min(failure.first_seen for failure in failures), between)
        found.append(suspect)
    return [
        each for each in found if each.at is not None and each.at >= between.first_bad - timedelta(days=8)
    ]


def _is_echo_of_code(seen: Change, told: list[Change]) -> bool:
    """Whether the code that a job was seen to run is what was deployed under another name."""
    return seen.service.startswith("job://") and any(_echoes(seen, each) for each in told)


def _same_names(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether producers have one in common; a job's bare name, its URN and ``spark:<name>`` are one."""
    bare = [{re.split(r"[/:]", name)[-1] for name in names if name} for names in (one, other)]
    return not bare[0].isdisjoint(bare[1])


def _separates(world: World, urn: str, change: Change, failures: list[FailureView], between: Between) -> bool:
    """Whether the version itself tells bad from good, so that good records after it clear nothing.

    Either the failure was never seen before the version came and began soon after, or
    another version of the same producer goes on being good.
    """
    failing = {version for failure in failures for version in failure.versions}
    began = min(failure.first_seen for failure in failures)
    if failing == {change.version} and change.at - SKEW <= began <= change.at + LEAK:
        return True
    others = [
        last
        for other, _, last in world.versions_seen(urn)
        if other.service == change.service and other.version not in failing
    ]
    return any(last >= between.first_bad for last in others) and between.first_bad - change.at < LONG_AGO


def _leaks(world: World, urn: str, change: Change, failures: list[FailureView], between: Between) -> bool:
    """Whether a failure never seen before came with the first data after a change, and grew from little."""
    began = min((failure.first_seen for failure in failures), default=None)
    if began is None or between.last_good is None or not change.at - SKEW <= began < between.last_good:
        return False
    updates = sum(change.at < each.at <= began for each in world.commits(urn))
    return updates <= 1 if updates else began - change.at <= SOON


def _leaking(suspect: Suspect, change: Change, began: datetime, between: Between) -> Suspect:
    """The good data after the change clears nothing: a little of it failed already."""
    seen = f"the failure was first seen {span(began - change.at)} after it, and never before"
    factors = suspect.factors | {"timing": (proximity(change.at, began), seen)}
    summary = f"{change.service} {change.version} went live {_when(change, between)}; {seen}"
    return replace(suspect, factors=factors, standing=1.0, summary=summary)


def _with_version(suspect: Suspect, change: Change, between: Between, *, certain: bool) -> Suspect:
    """The failing records name this version: it ran, whenever it went live."""
    factors = suspect.factors | {"signature": (1.0, f"the failing records carry version {change.version}")}
    cleared = between.last_good is not None and change.at <= between.last_good - ROLLOUT
    if certain or not cleared:
        summary = f"{change.service} {change.version} went live {_when(change, between)}"
        return replace(suspect, factors=factors, standing=1.0, summary=summary)
    recent = between.last_good is not None and between.last_good - change.at < timedelta(hours=12)
    return replace(suspect, factors=factors, standing=0.75 if recent else 0.4)


def _links(world: World, urn: str, blamed: set[str]) -> dict[str, tuple[Change, float, str, set[str]]]:
    """Changes of what produces a table: how firmly each is linked, why, and whose change it is."""
    links: dict[str, tuple[Change, float, str, set[str]]] = {}

    def add(changes: Iterable[Change], link: float, why: str, *owners: str) -> None:
        for change in changes:
            known = links.get(change.key)
            names = {change.service, *owners, *(known[3] if known else ())}
            if known is not None and known[1] >= link:
                links[change.key] = (*known[:3], names)
            else:
                links[change.key] = (change, link, why, names)

    service, writers = world.text("Dataset", urn, "service"), world.writers(urn)
    for producer in world.producers(urn):
        certain = 1.0 if producer in blamed else 0.85
        for label in ("Producer", "Service"):
            add(world.changes_on(label, producer), certain, f"{producer} produces {urn}", producer)
    if service:
        add(
            world.changes_on("Service", service),
            1.0 if service in blamed or not blamed else 0.85,
            f"{service} produces {urn}",
            *writers,
        )
    add(world.changes_on("Dataset", urn), 0.85, f"it was deployed onto {urn}", *writers)
    for job in writers:
        add(_without_echoes(world.changes_on("Job", job)), 0.9, f"{job} writes {urn}", job)
        for name in _services_of(world, job):
            add(world.changes_on("Service", name), 0.88, f"{job} writes {urn}", job)
        for starter in starters_of(world, job):
            add(world.changes_on("Job", starter), 0.85, f"it starts {job}, which writes {urn}", job)
    return links


def _first_versions(world: World, urn: str) -> set[str]:
    """The version each producer, and each writing job, was first seen with is what had been there."""
    firsts: dict[str, str] = {}
    for change, _, _ in world.versions_seen(urn):
        firsts.setdefault(change.service, change.key)
    for job in world.writers(urn):
        codes = [run.code for run in world.runs.get(job, ()) if run.code]
        if codes:
            firsts[job] = f"{job}:{codes[0]}"
    return set(firsts.values())


def _suspect(
    change: Change, between: Between, chain: tuple[str, ...], run_id: str, job: str, signature: str,
    link: float, why: str, fit: float,
) -> Suspect:  # fmt: skip
    when = _when(change, between)
    factors = {
        "timing": (proximity(change.at, between.first_bad), f"deployed {when}"),
        "link": (link, why),
        "boundary": (1.0 if between.last_good else 0.6, "it lies between the last good and the first bad"
                     if between.last_good else "nothing good was seen before, so the boundary is open"),
        "signature": (fit, "the failure is of a kind that a change introduces"),
    }  # fmt: skip
    suspect = Suspect(
        "DEPLOYMENT", "Deployment", change.key, change.at, chain,
        f"{change.service} {change.version} went live {when}", refs=(change.key,), run_id=run_id, job=job,
        signature=signature, factors=factors, change=change,
    )  # fmt: skip
    if change.at > between.first_bad + SKEW:
        return suspect.ruled_out(0.1, "it came after the first failure")
    if not between.holds(change.at):
        return suspect.ruled_out(0.2, "the data was good after it")
    return suspect


def _when(change: Change, between: Between) -> str:
    after = between.first_bad - change.at
    return f"{span(after)} {'before' if after >= timedelta() else 'after'} the first failure"
