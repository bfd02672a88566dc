"""What ended an episode: the change that came while it was broken, or the run that mended it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from signal_factory.times import format_time, parse_time

from .episodes import Episode
from .suspects import Suspect
from .world import Change, World

_TOLD_ONLY = frozenset({"event", "cdevents"})


def mended_by(
    world: World, episode: Episode, cause: Suspect | None, refs: Sequence[str]
) -> dict[str, Any] | None:
    """``{kind, entity, at, what}`` with kind ROLLBACK, DEPLOYMENT or RUN; None where nothing is known.

    A change counts if it touches what was blamed and went live while the episode was
    open. ``refs`` is what the signal of the recovery cites.
    """
    if episode.resolved_at is None:
        return None
    origin = cause.chain[0] if cause else episode.dataset
    found = [
        (at, change) for change in _changes(world, origin, cause)
        if (at := _live_within(world, change, episode.first_bad, episode.resolved_at)) is not None
        and (cause is None or change.key != cause.key)
    ]  # fmt: skip
    if found:
        at, change = max(found, key=lambda each: (each[1].is_told, each[0], each[1].key))
        return _by_change(change, at, cause)
    return _by_run(world, refs, episode.resolved_at)


def _changes(world: World, origin: str, cause: Suspect | None) -> list[Change]:
    """Changes of whatever makes the blamed data, or of the blamed job or service itself."""
    found = {
        change.key: change for label, key in _makers(world, origin, cause)
        for change in world.changes_on(label, key)
    }  # fmt: skip
    return list(found.values())


def _makers(world: World, origin: str, cause: Suspect | None) -> Iterator[tuple[str, str]]:
    if cause is not None and cause.change is not None:
        yield from (("Service", cause.change.service), ("Producer", cause.change.service))
        yield "Job", cause.change.service
    if cause is not None and cause.job:
        yield "Job", cause.job
    if cause is not None and cause.label in ("Job", "Producer", "Dataset"):
        yield cause.label, cause.key
    if cause is None or cause.label != "Job":
        yield "Dataset", origin
        yield from (("Job", job) for job in world.writers(origin))
        yield from (("Producer", name) for name in world.producers(origin))
        service = world.text("Dataset", origin, "service")
        if service:
            yield "Service", service


def _live_within(world: World, change: Change, since: datetime, until: datetime) -> datetime | None:
    """When it went live in (since, until]; also for the second time, where deployments alone tell of it."""
    if since < change.at <= until:
        return change.at
    last = world.text("Deployment", change.key, "last_seen")
    if not last or not set(change.sources) <= _TOLD_ONLY:
        return None
    again = parse_time(last)
    return again if since < again <= until else None


def _by_change(change: Change, at: datetime, cause: Suspect | None) -> dict[str, Any]:
    guilty = cause.change if cause else None
    back = guilty is not None and change.service == guilty.service and change.version == guilty.previous
    what = f"{change.service} went back to {change.version}" if back else f"{change.key} went live"
    return {
        "kind": "ROLLBACK" if back else "DEPLOYMENT",
        "entity": {"label": "Deployment", "key": change.key}, "at": format_time(at), "what": what,
    }  # fmt: skip


def _by_run(world: World, refs: Sequence[str], at: datetime) -> dict[str, Any] | None:
    run = next(filter(None, (world.run(ref) for ref in refs)), None)
    if run is None:
        return None
    return {
        "kind": "RUN", "entity": {"label": "JobRun", "key": run.run_id},
        "at": format_time(at), "what": f"run {run.run_id} of {run.job} came through",
    }  # fmt: skip
