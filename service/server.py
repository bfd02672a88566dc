"""``sf serve``: one application behind uvicorn, on a socket that is bound before anything starts."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from signal_factory.errors import BackendUnavailable

from .application import Application
from .heap import spare_what_stays
from .keys import Keyring, local_key
from .logs import setup_logging
from .rest.app import create_app
from .settings import Settings
from .version import version

_LOG = logging.getLogger("signal_factory.service.server")
_GRACE_S = 10


def bound_socket(settings: Settings) -> socket.socket:
    """A listening-to-be socket on the configured address (port 0 takes a free one).

    Raises:
        BackendUnavailable: the address is taken or is not ours.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # asyncio looks for TCP to set NODELAY
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host.strip("[]"), settings.port))
    except OSError as error:
        bound.close()
        raise BackendUnavailable(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}",
            hint="Stop what listens there, or give another --port.",
        ) from None
    return bound


def url_of(bound: socket.socket) -> str:
    """``http://host:port`` of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    settings: Settings, application: Application, bound: socket.socket, started: Callable[[], None]
) -> None:
    """Serve until SIGINT or SIGTERM, finish what is under way, and return. Closes nothing it was given."""
    setup_logging(settings.log_level, settings.log_format)
    configured = settings.api_key.get_secret_value() if settings.api_key else None
    keyring = Keyring(settings.data_dir, local_key(settings.data_dir, configured, os.urandom))
    app = create_app(application, keyring, version=version())
    server = _Server(http_config(app, settings), started)
    spare_what_stays()
    asyncio.run(server.serve(sockets=[bound]))


def http_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs: no banner, no access log, no trust in proxy headers, ten seconds to finish."""
    return uvicorn.Config(
        app,
        log_config=None,
        ws="none",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
        h11_max_incomplete_event_size=64 * 1024,
        log_level=settings.log_level.lower(),
    )


class _Server(uvicorn.Server):
    """Tells when it accepts connections, and returns on a signal so that state can still be saved."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._tell_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Begin to stop; a second interrupt stops without waiting for requests under way."""
        _LOG.info("stopping on %s", signal.Signals(sig).name)
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
