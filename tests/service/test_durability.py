"""Killed right after an acknowledgement, nothing is lost, and the end is the same."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

TIMEOUT_S = 30.0
ENVIRON = os.environ | {
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    "SF_API_KEY": "durability",
    "SF_FLUSH_EVENTS": "7",
    "SF_FLUSH_S": "0.2",
}


def sf(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service.cli", *arguments]


def events(count: int) -> list[dict[str, Any]]:
    """Deployments and runs of a few jobs, a minute apart."""
    made: list[dict[str, Any]] = []
    for number in range(count):
        time_of = f"2026-01-19T{2 + number // 60:02d}:{number % 60:02d}:00Z"
        run = {
            "eventType": "COMPLETE",
            "eventTime": time_of,
            "run": {"runId": f"run-{number}"},
            "job": {"namespace": "durable", "name": f"job-{number % 3}"},
            "inputs": [{"namespace": "s3://lake", "name": f"in-{number % 3}"}],
            "outputs": [{"namespace": "s3://lake", "name": f"out-{number % 3}"}],
            "producer": "https://example.com/tests",
        }
        made.append({"time": time_of, "kind": "openlineage", "body": run})
    return made


@contextmanager
def served(data_dir: Path) -> Generator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """``sf serve`` as a process of its own; killed without ceremony at the end."""
    command = sf("serve", "--data-dir", str(data_dir), "--port", "0")
    (data_dir / "server.json").unlink(missing_ok=True)
    process = subprocess.Popen(command, env=ENVIRON, stderr=subprocess.PIPE)
    try:
        headers = {"Authorization": "Bearer durability"}
        with httpx.Client(base_url=address(data_dir, process), headers=headers, trust_env=False) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate()


def address(data_dir: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(process.stderr.read().decode() if process.stderr else "it ended")
        try:
            return str(json.loads((data_dir / "server.json").read_text())["url"])
        except (OSError, ValueError):
            time.sleep(0.05)
    raise AssertionError("the server did not start in time")


def settled(client: httpx.Client) -> dict[str, Any]:
    """What the graph and the read model say once everything is applied."""
    deadline = time.monotonic() + TIMEOUT_S
    while client.get("/ready").status_code != 200 or client.get("/ready").json()["backlog"]:
        assert time.monotonic() < deadline, "the log was not applied in time"
        time.sleep(0.05)
    stats = client.get("/api/v1/stats").json()
    incidents = client.get("/api/v1/incidents").json()
    datasets = client.get("/api/v1/datasets").json()
    return {"hash": stats["graph_hash"], "incidents": incidents, "datasets": datasets}


def test_killed_after_each_acknowledgement_it_ends_like_a_run_that_never_was(tmp_path: Path) -> None:
    sent = events(40)
    (tmp_path / "killed").mkdir()
    (tmp_path / "whole").mkdir()
    for start in range(0, len(sent), 10):
        with served(tmp_path / "killed") as (process, client):
            answer = client.post("/api/v1/events", json=sent[start : start + 10])
            os.kill(process.pid, signal.SIGKILL)
            assert answer.json() == {"accepted": 10, "duplicates": 0, "rejected": []}
    with served(tmp_path / "killed") as (_, client):
        after_kills = settled(client)
        again = client.post("/api/v1/events", json=sent).json()
    with served(tmp_path / "whole") as (_, client):
        client.post("/api/v1/events", json=sent)
        uninterrupted = settled(client)
    assert again == {"accepted": 0, "duplicates": 40, "rejected": []}
    assert after_kills == uninterrupted


def test_asked_to_stop_it_saves_its_state_and_leaves_with_zero(tmp_path: Path) -> None:
    with served(tmp_path) as (process, client):
        client.post("/api/v1/events", params={"wait": "true"}, json=events(5))
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_S) == 0
    assert not (tmp_path / "server.json").exists()
    report = subprocess.run(
        sf("doctor", "--data-dir", str(tmp_path), "--format", "json"),
        capture_output=True,
        check=True,
        env=ENVIRON,
    )
    data = json.loads(report.stdout)["data"]
    assert (data["events"], data["applied"], data["writer"]) == (5, 5, None)


def test_a_second_server_on_the_same_data_names_the_first(tmp_path: Path) -> None:
    with served(tmp_path) as (process, _):
        command = sf("serve", "--data-dir", str(tmp_path), "--port", "0")
        second = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, env=ENVIRON)
        assert second.returncode == 3
        assert f"in use by process {process.pid}" in second.stderr.decode()
        assert b"Traceback" not in second.stderr
