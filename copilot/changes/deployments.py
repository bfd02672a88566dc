"""The changes of a job's code, and of whatever produces a table, as suspects."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ..suspects import Suspect, proximity
from ..world import FailureView, World
from .boundary import ROLLOUT, Between
from .links import Link, is_echo, links_to_data, links_to_job, without_echoes
from .records import Records, weighed

_LONG_AGO = timedelta(days=3)


def on_job(
    world: World, job: str, between: Between, chain: tuple[str, ...], run_id: str, signature: str, fit: float
) -> list[Suspect]:
    """Changes of a job's code. ``fit`` (0..1) says how well its failure fits a change at all."""
    links = links_to_job(world, job, chain[0])
    until = between.last_good or between.first_bad - _LONG_AGO
    earlier = {run.code for run in world.runs.get(job, ()) if run.started <= until}
    return [
        replace(_suspect(links[change.key], between, chain, fit), run_id=run_id, job=job, signature=signature)
        for change in without_echoes(link.change for link in links.values())
        if between.reaches(change.at) and (change.is_told or (earlier and change.version not in earlier))
    ]


def on_data(
    world: World, urn: str, failures: Sequence[FailureView], between: Between, chain: tuple[str, ...]
) -> list[Suspect]:
    """Changes of whatever produces a table or stream."""
    records = Records.of(urn, failures)
    links = links_to_data(world, urn, records.producers)
    between = replace(between, slack=ROLLOUT)
    return [
        weighed(world, _suspect(link, between, chain, 1.0), link, records, between)
        for link in _news(world, urn, links)
        if between.reaches(link.change.at)
    ]


def _news(world: World, urn: str, links: dict[str, Link]) -> list[Link]:
    """By key, without versions that were only seen and had been there, or are told of by another name."""
    told = [link.change for link in links.values() if link.change.is_told]
    first = _first_versions(world, urn)

    def is_old(link: Link) -> bool:
        change = link.change
        is_code = change.service.startswith("job://")
        return change.key in first or (is_code and is_echo(change, told))

    return [link for _, link in sorted(links.items()) if link.change.is_told or not is_old(link)]


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


def _suspect(link: Link, between: Between, chain: tuple[str, ...], fit: float) -> Suspect:
    change, when = link.change, between.distance(link.change.at)
    factors = {
        "timing": (proximity(change.at, between.first_bad), f"deployed {when}"),
        "link": (link.weight, link.why),
        "boundary": (1.0, "it lies between the last good and the first bad") if between.last_good else
                    (0.6, "nothing good was seen before, so the boundary is open"),
        "signature": (fit, "the failure is of a kind that a change introduces"),
    }  # fmt: skip
    suspect = Suspect(
        "DEPLOYMENT", "Deployment", change.key, change.at, chain,
        f"{change.service} {change.version} went live {when}", refs=(change.key,), factors=factors,
        change=change,
    )  # fmt: skip
    if between.is_before(change.at):
        return suspect.ruled_out(0.1, "it came after the first failure")
    if not between.holds(change.at):
        return suspect.ruled_out(0.2, "the data was good after it")
    return suspect
