"""A fleet as people meet it: one process takes events in and answers, another judges."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafkaworld import fresh_kafka

ROOT = Path(__file__).parents[2]
KEY = "fleet-test-key"
_PATIENCE_S = 90.0
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    made = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT)))} | environment
    process = subprocess.Popen([sys.executable, "-m", "service.cli", *command], env=made, cwd=ROOT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _eventually(ask: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            found = ask()
        except httpx.TransportError:
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_events_sent_to_one_process_are_judged_by_another_and_explained_by_the_first(tmp_path: Path) -> None:
    kafka, port = fresh_kafka(), _free_port()
    shared = {
        "SF_KAFKA_SERVERS": kafka.servers, "SF_KAFKA_PREFIX": kafka.prefix, "SF_DATA_DIR": str(tmp_path),
        "SF_API_KEY": KEY, "SF_KAFKA_SESSION_S": "6",
    }  # fmt: skip
    lines = (ROOT / "fixtures" / "001-contract-break" / "events.ndjson").read_bytes()
    with (
        _process(["worker", "--name", "only"], shared) as worker,
        _process(["serve", "--port", str(port)], shared),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30.0) as client,
    ):
        client.headers["Authorization"] = f"Bearer {KEY}"
        _eventually(lambda: client.get("/health").is_success)
        sent = client.post("/api/v1/events", content=lines)
        assert sent.is_success, sent.text
        assert sent.json()["accepted"] == len(lines.splitlines())
        found = _eventually(lambda: client.get("/api/v1/incidents").json()["items"])
        [incident] = found
        rca = client.get(f"/api/v1/incidents/{incident['incident_id']}/rca").json()
        assert rca["root_cause"]["kind"] == "DEPLOYMENT"
        told = {"verdict": "CORRECT"}
        path = f"/api/v1/incidents/{incident['incident_id']}/feedback"
        assert client.post(path, json=told).is_success
        _eventually(lambda: client.get("/api/v1/budgets").json()["confidence"]["verdicts"] == 1)
        metrics = client.get("/metrics").text
        assert 'sf_bus_lag_messages{group="intake"} 0.0' in metrics
        _eventually(lambda: 'sf_bus_lag_messages{group="freshness"} 0.0' in client.get("/metrics").text)
        assert "sf_bus_late 0.0" in metrics
        assert worker.poll() is None
