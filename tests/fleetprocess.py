"""Processes of this project, started as people start them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

ROOT = Path(__file__).parents[1]
PATIENCE_S = 150.0
T = TypeVar("T")


@contextmanager
def process(
    command: Sequence[str], settings: Mapping[str, str], log: Path | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """``sf`` with these arguments, told to stop at the end; what it prints goes to ``log``."""
    made = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT)))} | dict(settings)
    started = _started([sys.executable, "-m", "service.cli", *command], made, log)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
            printed = log.read_text()[-2_000:] if log else ""
            raise AssertionError(f"{command} did not end when told to: {printed}") from None


def _started(command: list[str], environment: dict[str, str], log: Path | None) -> subprocess.Popen[bytes]:
    if log is None:
        return subprocess.Popen(command, env=environment, cwd=ROOT)
    with log.open("ab") as out:
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out)


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


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
