"""``sf serve``: the running service."""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Generator
from contextlib import contextmanager, nullcontext

from ...application import Application
from ...keys import LOCAL_KEY_FILE
from ...presence import announce, withdraw
from ...server import bound_socket, serve
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
    return serve_data(settings, console, with_page=arguments.ui)


def serve_data(settings: Settings, console: Console, *, with_page: bool) -> int:
    """Serve a data directory, and the page where wanted, until SIGINT or SIGTERM."""
    application = Application(settings)
    try:
        bound = bound_socket(settings)
        port = bound.getsockname()[1]
        with bound, page(f"http://127.0.0.1:{port}", settings) if with_page else nullcontext():
            serve(
                settings,
                application,
                bound,
                lambda url: _started(settings, console, url, with_page=with_page),
            )
    finally:
        withdraw(settings.data_dir)
        application.close()
    return OK


@contextmanager
def page(url: str, settings: Settings) -> Generator[None]:
    """The page in a process of its own, as long as the context lasts."""
    from ui.launch import command, environment

    made = environment(os.environ, url, key=key_for(settings) or "")
    process = subprocess.Popen(command(port=PAGE_PORT, python=sys.executable), env=made, stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _started(settings: Settings, console: Console, url: str, *, with_page: bool) -> None:
    announce(settings.data_dir, url)
    console.note(f"serving {url} (MCP at {url}/mcp), data in {settings.data_dir}")
    if settings.auth:
        key = "$SF_API_KEY" if settings.api_key else f"$(cat {settings.data_dir / LOCAL_KEY_FILE})"
        console.note(f"send events with: OPENLINEAGE_URL={url} OPENLINEAGE_API_KEY={key}")
    if with_page:
        console.note(f"page: http://127.0.0.1:{PAGE_PORT}")
    console.note("Ctrl-C stops it")
