"""The door in front of every route: whose host is meant, who asks, and what leaves with the answer."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signal_factory.errors import SignalFactoryError

from ..keys import Identity, Keyring
from ..keys import Scope as Permission
from ..settings import Settings, is_loopback
from .problems import Forbidden, Unauthenticated, WrongHost, problem_of
from .urnpaths import one_segment

IDENTITY: Final = "signal_factory.identity"
_OPEN: Final = frozenset({"/health", "/openapi.json"})
_OPEN_ON_LOOPBACK: Final = frozenset({"/ready", "/metrics"})
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware that lets a request through, with its identity, or answers with a problem."""

    def __init__(self, app: ASGIApp, settings: Settings, keyring: Keyring) -> None:
        self._app, self._settings, self._keyring = app, settings, keyring
        self._is_local = is_loopback(settings.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            scope[IDENTITY] = self._admitted(scope)
        except SignalFactoryError as error:
            response = problem_of(error, scope["path"], self._settings.retry_after_s)
            await response(scope, receive, _with_headers(send))
            return
        await self._app(_readable(scope), receive, _with_headers(send))

    def _admitted(self, scope: Scope) -> Identity | None:
        headers = Headers(scope=scope)
        self._check_host(headers)
        path: str = scope["path"]
        if path in _OPEN or (self._is_local and path in _OPEN_ON_LOOPBACK):
            return None
        identity = self._identify(headers)
        if path.startswith("/mcp") and not identity.may(Permission.READ):
            raise Forbidden(f"role {identity.role} may not read")
        return identity

    def _check_host(self, headers: Headers) -> None:
        if not self._is_local and not self._settings.allowed_hosts:
            return
        if not self._is_ours(headers.get("host", "")):
            raise WrongHost("the Host header names another host")
        origin = headers.get("origin")
        if origin is not None and not self._is_ours(urlsplit(origin).netloc):
            raise Forbidden("a page of another origin may not call this server")

    def _is_ours(self, authority: str) -> bool:
        host = _hostname(authority)
        return is_loopback(host) if self._is_local and is_loopback(host) else host in self._named_hosts()

    def _named_hosts(self) -> Iterable[str]:
        return {host.lower() for host in self._settings.allowed_hosts}

    def _identify(self, headers: Headers) -> Identity:
        if not self._settings.auth:
            return Identity("anyone here", "admin")
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Unauthenticated("this call needs a key")
        identity = self._keyring.identify(key.strip())
        if identity is None:
            raise Unauthenticated("the key is not known here")
        return identity


def _hostname(authority: str) -> str:
    try:
        return (urlsplit(f"//{authority}").hostname or "").lower()
    except ValueError:
        return ""


def _readable(scope: Scope) -> Scope:
    """The request as the routes read it: one segment a URN, HEAD as GET, no parameter without a value."""
    raw: bytes = scope.get("raw_path") or b""
    path = one_segment(raw.partition(b"?")[0].decode("ascii", "replace"))
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    given = [each for each in scope["query_string"].split(b"&") if each.partition(b"=")[2]]
    query = b"&".join(given)
    return {**scope, "path": path or scope["path"], "method": method, "query_string": query}


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
