"""Killed right after an acknowledgement, nothing is lost, and the end is the same."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from served_process import ENVIRON, TIMEOUT_S, served, settled, sf


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
