"""A headless Chromium and the page's own process, for tests that look as a person would."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from ui.launch import command, environment

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str:
    """Where Chromium is; without one the test is skipped, or fails where clients are required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    why = "no Chromium on PATH: install it with `apt-get install chromium`"
    if os.environ.get("SF_REQUIRE_CLIENTS") == "1":
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser that talks to nobody by itself."""
    path = program()
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_for(url: str, key: str, log: Path) -> Iterator[str]:
    """The page's address while its process runs against the API at ``url``."""
    port = free_port()
    wanted = environment(os.environ, url, key=key)
    with running(command(port=port), wanted, log, f"http://127.0.0.1:{port}/_stcore/health"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(arguments: Sequence[str], wanted: dict[str, str], log: Path, ready: str) -> Iterator[None]:
    """A process that runs until the block ends, begun once ``ready`` answers 200."""
    with log.open("wb") as kept:
        process = subprocess.Popen(arguments, env=wanted, stdout=kept, stderr=subprocess.STDOUT)
        try:
            _wait(process, ready, log)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], ready: str, log: Path, seconds: float = 40.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx.get(ready, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{ready} never answered:\n{log.read_text(errors='replace')[-2_000:]}")
