"""What an event says of a job: its code, and whose it is."""

from collections.abc import Iterator

from graph.facts import Fact, Owned, Shipped

from ..facets import NONE, Facet, owners, text
from .event import Placed


def of_job(placed: Placed) -> Iterator[Fact]:
    """The version of its code, where the event is of a run or the job itself, and its owners."""
    version, location = code_version(placed)
    if version and placed.event.event_type in ("", "START", "COMPLETE", "FAIL", "RUNNING"):
        yield Shipped(
            placed.at, f"{placed.job}:{version}", placed.job, version, "openlineage", commit_sha=version,
            pull_request=text(location, "pullRequestNumber"), jobs=(placed.job,),
        )  # fmt: skip
    facets = placed.event.job.facets if placed.event.job else {}
    for team in owners(facets):
        yield Owned(placed.at, placed.ref, "Job", placed.job, team)


def code_version(placed: Placed) -> tuple[str, Facet]:
    """The commit or tag of a job's code, "" where none is told, and the facet that tells."""
    location = placed.event.job.facets.get("sourceCodeLocation", NONE) if placed.event.job else NONE
    return text(location, "version") or text(location, "tag"), location
