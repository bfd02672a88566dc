"""Servers of one's own to kill and pause, and the processes of this project in front of them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx
import pytest

from servers import Server, registry
from servers.for_pytest import needed
from service.entries import prepare
from service.rcabench.fleet import generate
from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

ROOT = Path(__file__).parents[2]
KEY = "chaos-test-key"
PATIENCE_S = 150.0
T = TypeVar("T")


@contextmanager
def servers(*names: str) -> Generator[dict[str, Server]]:
    """Servers of that names, up; the test is skipped, or fails, where one cannot be had."""
    for name in names:
        needed(lambda name=name: registry.require(name))  # type: ignore[misc]
    with ExitStack() as stack, ThreadPoolExecutor(len(names)) as pool:
        begun = [pool.submit(stack.enter_context, registry.running(name)) for name in names]
        yield {name: each.result() for name, each in zip(names, begun, strict=True)}


def environment(up: Mapping[str, Server], data_dir: Path) -> dict[str, str]:
    """Settings that lead to these servers; time passes with events only."""
    made = {
        "SF_DATA_DIR": str(data_dir), "SF_API_KEY": KEY, "SF_TICK_S": "3600", "SF_RETENTION_S": "0",
        "SF_LEASE_S": "4", "SF_RANGE_EVENTS": "200", "SF_FLUSH_S": "1",
    }  # fmt: skip
    if "postgres" in up:
        made["SF_STATE_URL"] = state_url(up["postgres"])
    if "kafka" in up:
        made |= {"SF_KAFKA_SERVERS": up["kafka"].where().url, "SF_KAFKA_SESSION_S": "6"}
        made["SF_KAFKA_PARTITIONS"] = "2"
    for name in {"neo4j", "arcadedb", "gremlin"} & up.keys():
        at = up[name].where()
        made["SF_GRAPH_URL"] = at.url
        made |= {"SF_GRAPH_USER": at.user, "SF_GRAPH_PASSWORD": at.password} if at.user else {}
        made |= {"SF_GRAPH_DATABASE": at.database} if at.database else {}
    return made


def recorded(seed: str) -> list[Envelope]:
    """A generated case, each event once and by time, and a tick that lets the time of its end come."""
    case = generate(int(seed))
    found = [read_line(json.dumps(each)) for each in case.events]
    once = {prepare(each).identity: each for each in sorted(found, key=lambda each: each.time)}
    end = parse_time(case.until) + timedelta(minutes=5)
    return [*once.values(), Envelope(time=end, kind="tick", body={})]


def state_url(server: Server) -> str:
    at = server.where()
    scheme, _, rest = at.url.partition("://")
    return f"{scheme}://{at.user}:{quote(at.password, safe='')}@{rest}"


@contextmanager
def process(
    command: Sequence[str], settings: Mapping[str, str], log: Path
) -> Generator[subprocess.Popen[bytes]]:
    """One ``sf``; what it prints goes to ``log``."""
    made = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT)))} | dict(settings)
    with log.open("ab") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "service.cli", *command], env=made, cwd=ROOT, stdout=out, stderr=out
        )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
            raise AssertionError(f"{command} did not end when told to: {log.read_text()[-2_000:]}") from None


@contextmanager
def serving(settings: Mapping[str, str], log: Path) -> Generator[httpx.Client]:
    """``sf serve``, answering."""
    port = free_port()
    with (
        process(["serve", "--port", str(port)], settings, log) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=120.0) as client,
    ):
        client.headers["Authorization"] = f"Bearer {KEY}"

        def is_up() -> bool:
            assert running.poll() is None, log.read_text()[-3_000:]
            return client.get("/health").is_success

        eventually(is_up)
        yield client
        assert running.poll() is None, log.read_text()[-3_000:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(ask: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """What ``ask`` gives once it gives something."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            found = ask()
        except httpx.TransportError:
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            pytest.fail(f"it did not come in {patience_s:.0f} s", pytrace=True)
        time.sleep(0.1)
