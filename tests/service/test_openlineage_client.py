"""The official openlineage-python client against a real server."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from requests import HTTPError

PRODUCER = "https://example.com/tests"


def run_event(run: UUID, job: str, state: RunState = RunState.COMPLETE) -> RunEvent:
    return RunEvent(
        eventType=state,
        eventTime=datetime(2026, 1, 19, 2, tzinfo=UTC).isoformat(),
        run=Run(runId=str(run)),
        job=Job(namespace="client", name=job),
        inputs=[InputDataset(namespace="s3://lake", name="bronze/orders")],
        outputs=[OutputDataset(namespace="s3://lake", name="silver/orders")],
        producer=PRODUCER,
    )


def client_of(live: Any, **transport: Any) -> OpenLineageClient:
    auth = {"type": "api_key", "apiKey": live.key}
    config = {"type": "http", "url": live.url, "auth": auth, **transport}
    return OpenLineageClient(config={"transport": config})


def kept_jobs(live: Any) -> set[str]:
    entries = live.application.log.read_from(0, 10_000)
    bodies = [entry.envelope.body for entry in entries if entry.envelope.kind == "openlineage"]
    return {body.get("job", {}).get("name") for body in bodies}


@pytest.mark.parametrize(
    ("job", "transport"),
    [("plain", {}), ("gzip", {"compression": "gzip"})],
)
def test_the_http_transport_delivers(live: Any, job: str, transport: dict[str, Any]) -> None:
    client = client_of(live, **transport)
    client.emit(run_event(UUID(int=1), job, RunState.START))
    client.emit(run_event(UUID(int=1), job))
    assert client.close(timeout=5)
    assert job in kept_jobs(live)


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_the_async_transport_delivers_everything_before_it_closes(live: Any, compression: str | None) -> None:
    options = {"compression": compression} if compression else {}
    client = client_of(live, type="async_http", **options)
    jobs = {f"async-{compression}-{number}" for number in range(20)}
    for number, job in enumerate(sorted(jobs)):
        client.emit(run_event(UUID(int=100 + number), job, RunState.START))
        client.emit(run_event(UUID(int=100 + number), job))
    assert client.close(timeout=15)
    assert jobs <= kept_jobs(live)


def test_job_and_dataset_events_are_taken_too(live: Any) -> None:
    time = datetime(2026, 1, 19, 2, tzinfo=UTC).isoformat()
    client = client_of(live)
    client.emit(JobEvent(eventTime=time, job=Job(namespace="client", name="design-time"), producer=PRODUCER))
    client.emit(
        DatasetEvent(
            eventTime=time,
            dataset=StaticDataset(namespace="s3://lake", name="gold/orders"),
            producer=PRODUCER,
        )
    )
    assert client.close(timeout=5)
    assert "design-time" in kept_jobs(live)


def test_the_environment_alone_configures_the_client(live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", live.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", live.key)
    client = OpenLineageClient()
    client.emit(run_event(UUID(int=7), "from-environment"))
    assert client.close(timeout=5)
    assert "from-environment" in kept_jobs(live)


def test_a_wrong_key_is_told_to_the_client(live: Any) -> None:
    client = client_of(live, auth={"type": "api_key", "apiKey": "wrong"})
    with pytest.raises(HTTPError, match="401"):
        client.emit(run_event(UUID(int=8), "never"))
    client.close(timeout=5)
    assert "never" not in kept_jobs(live)
