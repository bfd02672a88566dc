"""Processes of a fleet, started as people start them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 120.0


@contextmanager
def process(command: list[str], environment: Mapping[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """``sf`` with these arguments; told to stop at the end."""
    path = os.pathsep.join((str(ROOT / "sdk"), str(ROOT)))
    made = {**os.environ, "PYTHONPATH": path, **environment}
    started = subprocess.Popen([sys.executable, "-m", "service.cli", *command], env=made, cwd=ROOT)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def eventually(ask: Callable[[], Any]) -> Any:
    """What ``ask`` gives once it gives something."""
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


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
