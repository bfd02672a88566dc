"""Deployments as pipelines announce them: in our own shape, or as CDEvents."""

from typing import Any

from ..effects import Change
from ..world import World
from .post import Post


def send(world: World, post: Post) -> None:
    """Every change that anybody was told of."""
    for change in world.effects.changes:
        if change.is_told:
            body = _body(change, post)
            post.send(change.told_at or change.at, "deployment", body, slow=True)


def _body(change: Change, post: Post) -> dict[str, Any]:
    as_cdevent = post.chance.yes(0.25, "shape", change.service) and not change.jobs and not change.datasets
    return _cdevent(change, post) if as_cdevent else _own(change, post)


def _own(change: Change, post: Post) -> dict[str, Any]:
    rng = post.chance.of("change", change.service, change.version)
    body: dict[str, Any] = {
        "service": change.service,
        "version": change.version,
        "deployed_at": post.clock("ci", change.at),
    }
    if rng.random() < 0.7:
        body["previous_version"] = change.previous
    if rng.random() < 0.5:
        body["commit_sha"] = f"{rng.getrandbits(160):040x}"
    if rng.random() < 0.5:
        body["environment"] = "prod"
    body |= {"jobs": list(change.jobs)} if change.jobs else {}
    body |= {"datasets": list(change.datasets)} if change.datasets else {}
    body |= {"change_summary": change.summary} if change.summary else {}
    return body


def _cdevent(change: Change, post: Post) -> dict[str, Any]:
    at = post.clock("ci", change.at)
    name = change.service.replace("://", "-").replace("/", "-")
    return {
        "context": {
            "version": "0.4.1",
            "id": post.evidence_id(change.at, change.service, change.version).removeprefix("evd-"),
            "source": "/ci/pipelines",
            "type": f"dev.cdevents.service.{'rolledback' if change.is_rollback else 'upgraded'}.0.2.0",
            "timestamp": at,
        },
        "subject": {
            "id": change.service,
            "source": "/ci/pipelines",
            "type": "service",
            "content": {
                "environment": {"id": "prod"},
                "artifactId": f"pkg:oci/{name}@{change.version}?repository_url=registry.example.com/{name}",
            },
        },
    }
