"""A real server on a free port, in a thread of the test process."""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from state_places import Place, place_of

from service.application import Application
from service.keys import Keyring, local_key
from service.rest.app import create_app
from service.server import bound_socket, http_config, url_of
from service.settings import load_settings


@dataclass(frozen=True)
class Running:
    """A server and a client that carries its admin key."""

    url: str
    key: str = field(repr=False)
    data_dir: Path
    application: Application
    client: httpx.Client

    stop: Callable[[], None]

    def settle(self) -> None:
        """Wait until everything accepted so far has had its effect."""
        assert self.application.wait_applied(self.application.log.last_seq, 20.0)


@contextmanager
def running(data_dir: Path, **options: Any) -> Iterator[Running]:
    given = {"data_dir": data_dir, "port": 0, "tick_s": 0.05, **options}
    settings = load_settings(given, {}).settings
    application = Application(settings)
    key = local_key(data_dir, None, os.urandom)
    bound = bound_socket(settings)
    logging.getLogger("uvicorn.access").setLevel("WARNING")
    app = create_app(application, Keyring(data_dir, key), version="test")
    server = uvicorn.Server(http_config(app, settings))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    url = url_of(bound)
    headers = {"Authorization": f"Bearer {key}"}

    def stop() -> None:
        server.should_exit = True
        if thread.is_alive():
            thread.join()
            bound.close()
            application.close()

    try:
        with httpx.Client(base_url=url, headers=headers, timeout=20, trust_env=False) as client:
            yield Running(url, key, data_dir, application, client, stop)
    finally:
        stop()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server that the tests share; they use names of their own."""
    with running(tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a server with options of its own; it ends with the test."""
    opened: list[Any] = []

    def begin(data_dir: Path | None = None, **options: Any) -> Running:
        context = running(data_dir or tmp_path / f"data{len(opened)}", **options)
        opened.append(context)
        return context.__enter__()

    yield begin
    for context in reversed(opened):
        context.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A state without anything in it, on each database."""
    return place_of(request.param, tmp_path)
