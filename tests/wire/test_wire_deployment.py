"""Deployments in our own shape and as CDEvents."""

from datetime import UTC, datetime
from typing import Any

import pytest

from signal_factory.errors import InvalidEvent
from signal_factory.wire import Deployment, parse_body
from signal_factory.wire.cdevents import purl_version

TIME = "2024-01-15T09:57:45Z"


def parsed(body: dict[str, Any]) -> Deployment:
    found = parse_body("deployment", body)
    assert isinstance(found, Deployment)
    return found


def cdevent(
    kind: str = "deployed.0.2.0", artifact: Any = "pkg:oci/orders-svc@v3.17", **subject: Any
) -> dict[str, Any]:
    content = {"environment": {"id": "prod"}, "artifactId": artifact}
    return {
        "context": {
            "version": "0.4.1",
            "id": "271069a8-fc18-44f1-b38f-9d70a1695819",
            "source": "/ci",
            "type": f"dev.cdevents.service.{kind}",
            "timestamp": TIME,
        },
        "subject": {"id": "orders-svc", "type": "service", "content": content, **subject},
    }


def test_our_own_shape_gives_its_key():
    found = parsed(
        {
            "service": "orders-svc",
            "version": "v3.17",
            "deployed_at": TIME,
            "previous_version": "v3.16",
            "commit_sha": None,
            "jobs": ["job://spark/orders"],
            "datasets": None,
            "ticket": "OPS-1",
        }
    )
    assert (found.key, found.previous_version, found.commit_sha) == ("orders-svc:v3.17", "v3.16", None)
    assert (found.jobs, found.datasets, found.model_extra) == (
        ("job://spark/orders",),
        (),
        {"ticket": "OPS-1"},
    )
    assert found.deployed_at == datetime(2024, 1, 15, 9, 57, 45, tzinfo=UTC)


def test_a_version_may_be_a_number_and_a_service_a_job():
    found = parsed({"service": "job://spark/orders", "version": 7, "deployed_at": TIME})
    assert found.key == "job://spark/orders:7"


@pytest.mark.parametrize("kind", ["deployed.0.2.0", "upgraded.0.1.1", "rolledback.0.3.0-draft", "deployed"])
def test_a_cdevent_is_the_deployment_it_tells_of(kind: str):
    found = parsed(cdevent(kind))
    assert (found.key, found.environment) == ("orders-svc:v3.17", "prod")
    assert found.deployed_at == datetime(2024, 1, 15, 9, 57, 45, tzinfo=UTC)


@pytest.mark.parametrize("depth", ["event", "subject", "content"])
def test_a_cloud_event_around_a_cdevent_is_read(depth: str):
    event = cdevent()
    data = {"event": event, "subject": {"subject": event["subject"]}, "content": event["subject"]["content"]}[
        depth
    ]
    cloud = {
        "specversion": "1.0",
        "id": "1",
        "source": "/ci",
        "type": event["context"]["type"],
        "time": TIME,
        "subject": "orders-svc",
        "datacontenttype": "application/cdevents+json",
        "data": data,
    }
    assert parsed(cloud) == parsed(event).model_copy(update={"cdevent": cloud})


@pytest.mark.parametrize(
    ("purl", "version"),
    [
        ("pkg:oci/app@v3.17", "v3.17"),
        ("pkg:oci/app@sha256%3A0b31b1c0?repository_url=r.io/app&tag=latest", "sha256:0b31b1c0"),
        ("pkg:npm/%40scope/app@1.2.3#sub/path", "1.2.3"),
        ("pkg:npm/@scope/app@1.2.3", "1.2.3"),
        ("pkg:oci/app?tag=v9", "v9"),
        ("pkg:npm/@scope/app", None),
        ("pkg:oci/app", None),
        ("", None),
        (None, None),
    ],
)
def test_the_version_of_a_package_url(purl: object, version: str | None):
    assert purl_version(purl) == version


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"version": "1", "deployed_at": TIME}, "service"),
        ({"service": "a", "deployed_at": TIME}, "version"),
        ({"service": "a", "version": "1"}, "deployed_at"),
        ({"service": " ", "version": "1", "deployed_at": TIME}, "service"),
        ({"service": "a\nb", "version": "1", "deployed_at": TIME}, "service"),
        ({"service": "a", "version": "1", "deployed_at": "now"}, "deployed_at"),
        ({"service": "a", "version": "1", "deployed_at": TIME, "jobs": ["orders'"]}, r"jobs\[0\]"),
        (
            {"service": "a", "version": "1", "deployed_at": TIME, "datasets": ["ds://a/../b"]},
            r"datasets\[0\]",
        ),
        (cdevent("removed.0.1.0"), "rolledback"),
        (cdevent(artifact="pkg:oci/app"), "artifactId"),
        (cdevent(artifact=None), "artifactId"),
        (cdevent(id=None), "subject.id"),
    ],
)
def test_a_deployment_of_nothing_is_refused(body: dict[str, Any], said: str):
    with pytest.raises(InvalidEvent, match=said):
        parsed(body)
