"""``sf serve`` as a process of its own, on a free port and an empty data directory."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from clientenvs import ROOT
from runclients import ServerSink

KEY = "key-of-the-client-tests"
START_SECONDS = 30.0
SETTLE_SECONDS = 30.0


@dataclass(frozen=True)
class LiveServer:
    """The server's address and the questions that the client tests ask it."""

    url: str
    http: httpx.Client

    @property
    def sink(self) -> ServerSink:
        return ServerSink(self.url, KEY)

    def get(self, path: str, **params: str) -> Any:
        response = self.http.get(path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def register(self, urn: str, **registration: Any) -> None:
        response = self.http.put(
            f"/api/v1/registry/datasets/{quote(urn, safe='')}", json={"urn": urn} | registration
        )
        assert response.status_code in {200, 201}, response.text

    def send(self, *envelopes: dict[str, Any]) -> None:
        response = self.http.post("/api/v1/events", json=list(envelopes))
        assert response.status_code < 300, response.text
        assert response.json()["rejected"] == []

    def dataset(self, urn: str, question: str = "") -> Any:
        return self.get(f"/api/v1/datasets/{quote(urn, safe='')}{question}")

    def settle(self) -> None:
        """Wait until everything accepted so far has had its effect."""
        wait_for(lambda: self.get("/ready").get("backlog") == 0, SETTLE_SECONDS, "the log was not applied")

    def pass_time(self, until: datetime) -> None:
        """Let the engine's clock reach ``until``, as a tick from outside does."""
        self.send({"time": until.isoformat(), "kind": "tick", "body": {}})
        self.settle()

    def incidents(self) -> list[dict[str, Any]]:
        found = self.get("/api/v1/incidents")["items"]
        return [self.get(f"/api/v1/incidents/{item['incident_id']}") for item in found]


def wait_for(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


@contextmanager
def serving(data_dir: Path) -> Iterator[LiveServer]:
    environ = os.environ | {
        "SF_API_KEY": KEY,
        "SF_FLUSH_S": "0.2",
        "SF_MAX_FUTURE_S": "345600",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sdk")]),
    }
    command = [sys.executable, "-m", "service.cli", "serve", "--data-dir", str(data_dir), "--port", "0"]
    with (data_dir.parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stderr=log, stdout=log)
    try:
        url = _address(data_dir, process, data_dir.parent / "serve.log")
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=url, headers=headers, timeout=20, trust_env=False) as client:
            yield LiveServer(url, client)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _address(data_dir: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    told = data_dir / "server.json"

    def told_or_gone() -> bool:
        assert process.poll() is None, log.read_text("utf-8")
        return told.exists() and told.read_text("utf-8").strip().endswith("}")

    wait_for(told_or_gone, START_SECONDS, "the server did not start in time")
    return str(json.loads(told.read_text("utf-8"))["url"])
