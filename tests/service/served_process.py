"""``sf serve`` as a process of its own, on data of the test's choice."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

TIMEOUT_S = 60.0
KEY = "durability"
ENVIRON = os.environ | {
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    "SF_API_KEY": KEY,
    "SF_FLUSH_EVENTS": "7",
    "SF_FLUSH_S": "0.2",
}


def sf(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service.cli", *arguments]


@contextmanager
def served(data_dir: Path) -> Generator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """``sf serve`` as a process of its own; killed without ceremony at the end."""
    command = sf("serve", "--data-dir", str(data_dir), "--port", "0")
    (data_dir / "server.json").unlink(missing_ok=True)
    process = subprocess.Popen(command, env=ENVIRON, stderr=subprocess.PIPE)
    try:
        headers = {"Authorization": f"Bearer {KEY}"}
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
