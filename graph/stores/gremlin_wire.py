"""Web sockets to a Gremlin server, for threads that wait for their answers.

One thread of its own runs all input and output, so that a caller may itself be inside
an event loop. A socket carries one request at a time.
"""

import asyncio
import ssl
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

_CONNECT_S = 5.0
_CLOSE_S = 0.5
_PARTIAL, _AUTHENTICATE = 206, 407
_HEAD = 22


class WireBroken(Exception):
    """No answer: the server is away, went away, or was silent for too long."""


class WireRefused(Exception):
    """The server does not let us in."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect. ``headers`` are made anew for each connection, since a signature ages."""

    url: str
    headers: Callable[[], Mapping[str, str]] = dict
    tls: ssl.SSLContext | None = None
    login: Callable[[uuid.UUID], bytes] | None = None
    """Makes the message that answers a request for a name and a password."""


class Wires:
    """At most ``limit`` sockets to one address, kept open between requests. Threads may share it."""

    def __init__(self, address: Address, *, limit: int = 8) -> None:
        self._address = address
        self._limit = limit
        self._idle: list[aiohttp.ClientWebSocketResponse] = []
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(limit)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gremlin-wires", daemon=True)
        self._thread.start()

    def send(self, message: bytes, timeout_s: float) -> list[bytes]:
        """The frames of the answer to one request.

        Raises:
            WireBroken: there is none within ``timeout_s`` seconds.
            WireRefused: the server wants other credentials.
        """
        if self._loop.is_closed():
            raise WireBroken("the store is closed")
        waiting = asyncio.run_coroutine_threadsafe(self._send(message, timeout_s), self._loop)
        try:
            return waiting.result()
        except BaseException:
            waiting.cancel()
            raise

    def close(self) -> None:
        """Close every socket; what waits for an answer gets none."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _send(self, message: bytes, timeout_s: float) -> list[bytes]:
        import aiohttp

        try:
            async with asyncio.timeout(timeout_s), self._slots:
                return await self._on_a_socket(message)
        except TimeoutError:
            raise WireBroken(f"no answer within {timeout_s:g} s") from None
        except aiohttp.WSServerHandshakeError as error:
            kind = WireRefused if error.status in (401, 403) else WireBroken
            raise kind(f"the server answered {error.status} to the web socket") from None
        except (aiohttp.ClientError, OSError) as error:
            raise WireBroken(type(error).__name__) from error

    async def _on_a_socket(self, message: bytes) -> list[bytes]:
        socket = self._idle.pop() if self._idle else await self._connect()
        try:
            frames = await self._converse(socket, message)
        except BaseException:
            # What broke one socket has most likely broken those that idle.
            await self._drop([socket, *self._idle])
            raise
        self._idle.append(socket)
        return frames

    async def _connect(self) -> "aiohttp.ClientWebSocketResponse":
        import aiohttp

        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            patience = aiohttp.ClientTimeout(total=_CONNECT_S)
            self._session = aiohttp.ClientSession(connector=connector, timeout=patience)
        return await self._session.ws_connect(
            self._address.url,
            headers=self._address.headers(),
            ssl=self._address.tls or True,
            max_msg_size=0,
            timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_S),  # pyright: ignore[reportCallIssue]
        )

    async def _converse(self, socket: "aiohttp.ClientWebSocketResponse", message: bytes) -> list[bytes]:
        frames: list[bytes] = []
        await socket.send_bytes(message)
        while True:
            frame = await _frame(socket)
            status = status_of(frame)
            if status == _AUTHENTICATE and self._address.login is not None:
                await socket.send_bytes(self._address.login(uuid.UUID(bytes=frame[2:18])))
                continue
            frames.append(frame)
            if status != _PARTIAL:
                return frames

    async def _drop(self, sockets: "list[aiohttp.ClientWebSocketResponse]") -> None:
        self._idle = [one for one in self._idle if one not in sockets]
        await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)

    async def _close(self) -> None:
        # The session goes first: it ends connections at once, where a farewell of TLS would outlive the loop.
        if self._session is not None:
            await self._session.close()
        await self._drop(list(self._idle))


async def _frame(socket: "aiohttp.ClientWebSocketResponse") -> bytes:
    import aiohttp

    received = await socket.receive()
    if received.type is not aiohttp.WSMsgType.BINARY:
        raise WireBroken(f"the connection ended ({received.type.name})")
    frame: bytes = received.data
    if len(frame) < _HEAD:
        raise WireBroken("the answer is not GraphBinary")
    return frame


def status_of(frame: bytes) -> int:
    """The status code of an answer: after its version, a flag, and the request's id."""
    return int.from_bytes(frame[18:_HEAD], "big")
