"""What happened around an incident, in order, each with the event that says so."""

from datetime import datetime
from typing import Any

from signal_factory.times import format_time

from ..episodes import Episode
from ..suspects import Suspect
from ..world import FailureView, World

_MOST = 40


def timeline(world: World, episode: Episode, cause: Suspect | None) -> list[dict[str, Any]]:
    """Entries ``{time, what, ref}``, oldest first, at most 40."""
    found: set[tuple[str, str, str]] = set()

    def add(at: datetime | None, what: str, ref: str) -> None:
        if at is not None and ref:
            found.add((format_time(at), what, ref))

    chain = cause.chain if cause else (episode.dataset,)
    since = episode.last_good or episode.first_bad
    _of_cause(add, cause, episode)
    for urn in chain:
        _of_data(add, world, urn, min(since, cause.at) if cause and cause.at else since, episode)
    for run_id in {*episode.run_ids[:3], *([cause.run_id] if cause and cause.run_id else [])}:
        _of_run(add, world, run_id)
    add(episode.last_good, f"{episode.dataset} was last good", _ref_of_good(world, episode))
    add(
        episode.first_bad,
        f"{episode.dataset} is bad from here on: {episode.reason}",
        (episode.evidence or [episode.dataset])[0],
    )
    add(episode.opened_at, f"{episode.signal_type} was raised ({episode.state})", episode.signal_ids[0])
    add(episode.resolved_at, f"{episode.dataset} recovered", episode.signal_ids[-1])
    return [{"time": at, "what": what, "ref": ref} for at, what, ref in sorted(found)][:_MOST]


def _ref_of_good(world: World, episode: Episode) -> str:
    commit = next((each for each in world.commits(episode.dataset) if each.at == episode.last_good), None)
    return commit.run_id if commit and commit.run_id else episode.dataset


def _of_cause(add: Any, cause: Suspect | None, episode: Episode) -> None:
    if cause is None:
        return
    if cause.change is not None:
        add(cause.change.at, f"{cause.key} went live", cause.key)
    elif cause.at is not None:
        add(cause.at, cause.summary, (cause.refs or (episode.dataset,))[0])


def _of_data(add: Any, world: World, urn: str, since: datetime, episode: Episode) -> None:
    until = episode.resolved_at or world.now
    for commit in [each for each in world.commits(urn) if since <= each.at <= until][:4]:
        if urn == episode.dataset and commit.at == episode.last_good:
            continue
        mark = f" ({commit.watermark})" if commit.watermark else ""
        add(commit.at, f"{urn} was written{mark}", commit.run_id or urn)
    for failure in [each for each in world.failures("Dataset", urn) if _is_news(each, urn, episode)][:2]:
        verb = "warned of" if failure.warned_only else "failed with"
        add(failure.first_seen, f"{urn} first {verb} {failure.signature}", failure.first_evidence or urn)


def _is_news(failure: FailureView, urn: str, episode: Episode) -> bool:
    """What the boundaries of the incident do not say already."""
    return failure.signature in episode.signatures and (
        urn != episode.dataset or failure.signature != episode.reason
    )


def _of_run(add: Any, world: World, run_id: str) -> None:
    run = world.run(run_id)
    if run is None:
        return
    add(run.started, f"{run.job} started", run_id)
    if run.ended is not None:
        how = {"FAIL": f"failed with {run.error}", "ABORT": "was aborted"}.get(run.status, "completed")
        add(run.ended, f"{run.job} {how}", run_id)
