"""``sf serve``: the running service."""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from socket import AF_INET, SOCK_STREAM, socket

from signal_factory.errors import BackendUnavailable, ConfigurationError

from ...application import Application
from ...keys import LOCAL_KEY_FILE, local_key
from ...presence import announce, withdraw
from ...server import bound_socket, serve, url_of
from ...settings import Settings
from ...sources import key_for
from ..common import settings_of
from ..console import OK, Console

PAGE_PORT = 8501
_STOP_S = 5


def run(arguments: Namespace, console: Console) -> int:
    """Serve until told to stop."""
    auth = False if arguments.no_auth else None
    settings = settings_of(arguments, auth=auth).settings
    if arguments.rebuild:
        console.note("making graph and state anew from the events")
    return serve_data(settings, console, with_page=arguments.ui, rebuild=arguments.rebuild)


def serve_data(
    settings: Settings,
    console: Console,
    *,
    with_page: bool,
    may_move: bool = False,
    rebuild: bool = False,
    prepare: Callable[[Application], None] | None = None,
) -> int:
    """Serve a data directory, and the page where wanted, until SIGINT or SIGTERM.

    ``may_move`` takes a free port where the configured one is taken.
    """
    bound = _socket(settings, may_move=may_move)
    with bound:
        application = _application(settings, rebuild=rebuild)
        try:
            if prepare is not None:
                prepare(application)
            _serve(settings, application, bound, console, with_page=with_page)
        finally:
            withdraw(settings.data_dir)
            application.close()
    return OK


def _serve(
    settings: Settings, application: Application, bound: socket, console: Console, *, with_page: bool
) -> None:
    port = free_port(PAGE_PORT) if with_page else 0
    url = url_of(bound)
    local_key(settings.data_dir, _configured(settings), os.urandom)
    with page(url, settings, port) if with_page else nullcontext():
        serve(settings, application, bound, lambda: _started(settings, console, url, port))


def _application(settings: Settings, *, rebuild: bool) -> Application:
    if not settings.kafka_servers:
        return Application(settings, rebuild=rebuild)
    if rebuild:
        raise ConfigurationError(
            "the workers make graph and state", hint="Stop them, and rebuild without SF_KAFKA_SERVERS."
        )
    from ...workers.serving import FleetApplication

    return FleetApplication(settings)


def _socket(settings: Settings, *, may_move: bool) -> socket:
    try:
        return bound_socket(settings)
    except BackendUnavailable:
        if not may_move:
            raise
    return bound_socket(settings.model_copy(update={"port": 0}))


def free_port(wanted: int) -> int:
    """``wanted`` on loopback, or another port where it is taken."""
    with socket(AF_INET, SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def page(url: str, settings: Settings, port: int) -> Generator[None]:
    """The page in a process of its own, as long as the context lasts."""
    from ui.launch import command, environment

    made = environment(os.environ, url, key=key_for(settings) or "")
    process = subprocess.Popen(command(port=port, python=sys.executable), env=made, stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _configured(settings: Settings) -> str | None:
    return settings.api_key.get_secret_value() if settings.api_key else None


def _started(settings: Settings, console: Console, url: str, page_port: int) -> None:
    announce(settings.data_dir, url)
    console.note(f"serving {url} (MCP at {url}/mcp), data in {settings.data_dir}")
    if settings.auth:
        key = "$SF_API_KEY" if settings.api_key else f"$(cat {settings.data_dir / LOCAL_KEY_FILE})"
        console.note(f"send events with: OPENLINEAGE_URL={url} OPENLINEAGE_API_KEY={key}")
    if page_port:
        console.note(f"page: http://127.0.0.1:{page_port}")
    console.note("Ctrl-C stops it")
