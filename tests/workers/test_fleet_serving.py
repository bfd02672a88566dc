"""A fleet as people meet it: one process takes events in and answers, another judges."""

from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from fleetprocess import ROOT, eventually, free_port, process
from kafkaworld import fresh_kafka

KEY = "fleet-test-key"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_events_sent_to_one_process_are_judged_by_another_and_explained_by_the_first(tmp_path: Path) -> None:
    kafka, port = fresh_kafka(), free_port()
    shared = {
        "SF_KAFKA_SERVERS": kafka.servers, "SF_KAFKA_PREFIX": kafka.prefix, "SF_DATA_DIR": str(tmp_path),
        "SF_API_KEY": KEY, "SF_KAFKA_SESSION_S": "6",
    }  # fmt: skip
    lines = (ROOT / "fixtures" / "001-contract-break" / "events.ndjson").read_bytes()
    with (
        ExitStack() as later,
        process(["serve", "--port", str(port)], shared),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30.0) as client,
    ):
        client.headers["Authorization"] = f"Bearer {KEY}"
        eventually(lambda: client.get("/health").is_success)
        sent = client.post("/api/v1/events", content=lines)
        assert sent.is_success, sent.text
        assert sent.json()["accepted"] == len(lines.splitlines())
        assert client.get("/api/v1/incidents").json()["items"] == [], "nobody has judged anything yet"
        worker = later.enter_context(process(["worker", "--name", "only"], shared))
        found = eventually(lambda: client.get("/api/v1/incidents").json()["items"])
        [incident] = found
        rca = client.get(f"/api/v1/incidents/{incident['incident_id']}/rca").json()
        assert rca["root_cause"]["kind"] == "DEPLOYMENT"
        told = {"verdict": "CORRECT"}
        path = f"/api/v1/incidents/{incident['incident_id']}/feedback"
        assert client.post(path, json=told).is_success
        eventually(lambda: client.get("/api/v1/budgets").json()["confidence"]["verdicts"] == 1)
        metrics = client.get("/metrics").text
        assert 'sf_bus_lag_messages{group="intake"} 0.0' in metrics
        eventually(lambda: 'sf_bus_lag_messages{group="freshness"} 0.0' in client.get("/metrics").text)
        assert "sf_bus_late 0.0" in metrics
        assert worker.poll() is None
