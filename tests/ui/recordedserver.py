"""`sf serve` with a recording taken in, and the page in front of it."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from chromium import free_port, page_for, running

from ui.launch import environment

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "001-contract-break"
KEY = "sf_key_of_this_test"


@dataclass(frozen=True)
class World:
    """The page's address, and what the recording must lead to."""

    address: str
    cause: str
    signature: str
    hit: list[str]


@contextmanager
def served(home: Path) -> Iterator[World]:
    """A server that has taken in the recording, and the page; logs and data stay in ``home``."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = [
        sys.executable,
        "-m",
        "service.cli",
        "serve",
        "--port",
        str(port),
        "--data-dir",
        str(home / "data"),
    ]
    wanted = environment(os.environ, url, key=KEY)
    with running(serve, wanted, home / "serve.log", f"{url}/ready"):
        _send(url)
        with page_for(url, KEY, home / "page.log") as address:
            yield _expected(address)


def _send(url: str) -> None:
    answer = httpx.post(
        f"{url}/api/v1/events?wait=true",
        content=(FIXTURE / "events.ndjson").read_bytes(),
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-ndjson"},
        timeout=60,
        trust_env=False,
    )
    assert answer.status_code in {200, 202}, answer.text[:500]


def _expected(address: str) -> World:
    wanted = json.loads((FIXTURE / "expected.json").read_text())["incidents"][0]
    return World(
        address, wanted["root_cause"][0]["key"], wanted["failure_signature"][0], wanted["blast_radius"]
    )
