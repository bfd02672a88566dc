"""The server over standard input and output, and over streamable HTTP."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Receive, Scope, Send

from copilot.readmodel import ReadModel

from .server import build_server

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MAX_BODY_BYTES = 1_048_576


def run_stdio(
    read_model: Callable[[], ReadModel], *, version: str = "", clock: Callable[[], datetime] | None = None
) -> None:
    """Serve one client on standard input and output until it hangs up.

    Standard output belongs to the protocol: log to standard error only.
    """
    build_server(read_model, version=version, clock=clock).run("stdio")


class HttpApp:
    """An ASGI application that answers MCP on whatever path it is mounted at.

    It answers only while ``lifespan`` is entered. Stateless: no session is kept, so
    any replica may answer any request.
    """

    def __init__(self, server: MCPServer[Any], security: TransportSecuritySettings) -> None:
        self._server = server
        self._security = security
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None, None]:
        """Run the server; may be entered again after it was left."""
        self._server.streamable_http_app(
            stateless_http=True,
            json_response=True,
            max_request_body_size=MAX_BODY_BYTES,
            transport_security=self._security,
        )
        manager = self._server.session_manager
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request.

        Raises:
            RuntimeError: ``lifespan`` has not been entered.
        """
        if self._manager is None:
            raise RuntimeError("enter HttpApp.lifespan() in the lifespan of the application it is mounted in")
        await self._manager.handle_request(scope, receive, send)


def http_app(
    read_model: Callable[[], ReadModel],
    *,
    version: str = "",
    clock: Callable[[], datetime] | None = None,
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
) -> HttpApp:
    """MCP over streamable HTTP, to be routed at ``/mcp``; ``docs/mcp.md`` shows how.

    A request is answered when its Host is a loopback name (any port) or one of
    ``allowed_hosts`` (``name`` or ``name:*``), and its Origin is absent, loopback or
    one of ``allowed_origins``: this is what stops DNS rebinding. Authentication is
    the business of the application in front.
    """
    hosts = [form for name in LOOPBACK for form in (name, f"{name}:*")]
    origins = [f"{scheme}://{form}" for form in hosts for scheme in ("http", "https")]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[*hosts, *allowed_hosts],
        allowed_origins=[*origins, *allowed_origins],
    )
    return HttpApp(build_server(read_model, version=version, clock=clock), security)
