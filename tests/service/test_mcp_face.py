"""The official MCP client: over HTTP with a key, and over the stdio of ``sf mcp``."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp_client import listed, over_http

from service.keys import add_key

BROKEN = Path(__file__).parents[2] / "fixtures" / "001-contract-break" / "events.ndjson"


def over_stdio(*arguments: str) -> Any:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "service.cli", "mcp", *arguments],
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    return anyio.run(lambda: listed(Client(server, read_timeout_seconds=30)))


def test_the_same_incidents_come_over_http_stdio_and_from_the_data_alone(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    server = start(data_dir=tmp_path / "data")
    lines = {"Content-Type": "application/x-ndjson"}
    server.client.post("/api/v1/events?wait=true", content=BROKEN.read_bytes(), headers=lines)
    rest = server.client.get("/api/v1/incidents").json()
    key = add_key(server.data_dir, "ide", "reader", datetime.now(UTC), os.urandom)
    by_http = over_http(server.url, key)
    port = server.url.rpartition(":")[2]
    by_stdio = over_stdio("--port", port, "--data-dir", str(server.data_dir))
    server.stop()
    by_data = over_stdio("--data-dir", str(server.data_dir))
    assert rest["total"] >= 1
    assert by_http["total"] == by_stdio["total"] == by_data["total"] == rest["total"]
    assert by_http == by_stdio == by_data
