"""The official client over a real subprocess's stdio and a real server's HTTP."""

import os
import socket
import sys
import threading
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from mcp import Client, StdioServerParameters
from starlette.routing import Route

from mcp_server.transports import HttpApp, http_app
from tests.mcp.every_tool import CALLS, call_every_tool
from tests.mcp.mcp_ledger import shows
from tests.mcp.recorded_world import BROKEN_FIELD, RecordedWorld

ROOT = Path(__file__).resolve().parents[2]
NAMES = {name for name, *_ in CALLS}


def mounted(mcp: HttpApp) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None, None]:
        async with mcp.lifespan():
            yield

    app = FastAPI(lifespan=lifespan)
    app.router.routes.append(Route("/mcp", mcp))
    return app


@contextmanager
def serving(app: FastAPI) -> Generator[str, None, None]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until = time.monotonic() + 20
            while not server.started and thread.is_alive() and time.monotonic() < until:
                time.sleep(0.01)
            assert server.started
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module")
def base() -> Generator[str, None, None]:
    with serving(mounted(http_app(RecordedWorld))) as url:
        yield url


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@shows("stdio")
def test_every_tool_answers_over_the_stdio_of_a_subprocess(mode: str) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-W", "error", "-m", "tests.mcp.serve_recorded_world"],
        cwd=ROOT,
        env={"PYTHONPATH": os.pathsep.join([str(ROOT / "sdk"), str(ROOT)])},
    )

    async def run() -> set[str]:
        async with Client(server, mode=mode, read_timeout_seconds=30) as client:
            return await call_every_tool(client)

    assert anyio.run(run) == NAMES


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@shows("http")
def test_every_tool_answers_over_http_without_a_session(base: str, mode: str) -> None:
    async def run() -> set[str]:
        async with Client(f"{base}/mcp", mode=mode, read_timeout_seconds=30) as client:
            return await call_every_tool(client)

    assert anyio.run(run) == NAMES


@shows("http")
def test_a_plain_post_is_answered_in_json_at_the_path_itself(base: str) -> None:
    response = httpx.post(f"{base}/mcp", json=EXPLAIN, headers=HEADERS)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    assert "mcp-session-id" not in response.headers
    assert response.json()["result"]["structuredContent"]["verdict"] == "ROOT_CAUSE_FOUND"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example:80"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
@shows("rebinding")
def test_a_foreign_host_or_origin_is_refused(base: str, headers: dict[str, str], status: int) -> None:
    response = httpx.post(f"{base}/mcp", json=EXPLAIN, headers=HEADERS | headers)
    assert response.status_code == status
    assert BROKEN_FIELD not in response.text


@shows("rebinding")
def test_a_page_served_from_loopback_and_a_host_that_was_allowed_are_answered(base: str) -> None:
    local = httpx.post(f"{base}/mcp", json=EXPLAIN, headers=HEADERS | {"origin": "http://localhost:8501"})
    assert local.status_code == 200
    with serving(mounted(http_app(RecordedWorld, allowed_hosts=["factory.example"]))) as url:
        named = httpx.post(f"{url}/mcp", json=EXPLAIN, headers=HEADERS | {"host": "factory.example"})
        assert named.status_code == 200


@shows("http")
def test_a_body_that_is_too_large_or_not_json_is_refused(base: str) -> None:
    assert httpx.post(f"{base}/mcp", content=b"x" * 1_048_577, headers=HEADERS).status_code == 413
    assert httpx.post(f"{base}/mcp", content=b"{", headers=HEADERS).status_code == 400


@shows("lifespan")
def test_the_application_answers_only_inside_its_lifespan_which_can_be_entered_again() -> None:
    app = http_app(RecordedWorld)
    transport = httpx.ASGITransport(app=app)

    async def post() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.post("/mcp", json=EXPLAIN, headers=HEADERS)).status_code

    async def run() -> list[int]:
        statuses: list[int] = []
        for _ in range(2):
            async with app.lifespan():
                statuses.append(await post())
        return statuses

    assert anyio.run(run) == [200, 200]
    with pytest.raises(RuntimeError, match="lifespan"):
        anyio.run(post)


HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
EXPLAIN = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "explain_incident", "arguments": {"incident_id": BROKEN_FIELD}},
}
