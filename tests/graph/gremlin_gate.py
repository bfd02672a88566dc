"""A web socket in front of a real Gremlin server: it counts, refuses, encrypts and loses answers."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

Admit = Callable[[web.Request], bool]
_LAST_OF_AN_ANSWER = 206


@dataclass
class Gate:
    """``lose`` are the numbers of requests, from 1, that the server serves and whose answer never arrives.

    ``refuse`` are those that it never sees, with the status and the message that come back instead;
    ``garble`` those whose answer is cut short.
    """

    target: str
    admit: Admit = lambda request: True
    url: str = ""
    requests: int = 0
    connections: int = 0
    lose: set[int] = field(default_factory=set[int])
    refuse: dict[int, tuple[int, str]] = field(default_factory=dict[int, tuple[int, str]])
    garble: set[int] = field(default_factory=set[int])
    sent: list[bytes] = field(default_factory=list[bytes])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection of a client, and one of ours to the server."""
        if not self.admit(request):
            raise web.HTTPForbidden
        self.connections += 1
        inside = web.WebSocketResponse(max_msg_size=0)
        await inside.prepare(request)
        async with ClientSession() as session, session.ws_connect(self.target, max_msg_size=0) as outside:
            async for message in inside:
                if message.type is not WSMsgType.BINARY or not await self._serve(
                    message.data, inside, outside
                ):
                    break
        await inside.close()
        return inside

    async def _serve(
        self, asked: bytes, inside: web.WebSocketResponse, outside: ClientWebSocketResponse
    ) -> bool:
        self.requests += 1
        number = self.requests
        self.sent.append(asked)
        if number in self.refuse:
            await inside.send_bytes(_refusal(*self.refuse[number]))
            return True
        await outside.send_bytes(asked)
        while True:
            answer = await outside.receive_bytes()
            is_last = int.from_bytes(answer[18:22], "big") != _LAST_OF_AN_ANSWER
            if is_last and number in self.lose:
                return False
            await inside.send_bytes(answer[:40] if number in self.garble else answer)
            if is_last:
                return True


def _refusal(status: int, text: str) -> bytes:
    """An answer without a result in GraphBinary 1.0: version, request, status, message, two empty maps, null."""
    said = text.encode()
    numbers = (number.to_bytes(4, "big") for number in (status, len(said)))
    head = b"\x81\x00" + bytes(16) + next(numbers)
    return head + b"\x00" + next(numbers) + said + bytes(4) + bytes(4) + b"\xfe\x01"


async def _down(runner: web.AppRunner) -> None:
    """Close everything, and wait for the farewells of TLS, which nobody else waits for."""
    await runner.cleanup()
    sockets = asyncio.get_running_loop()._selector.get_map()  # type: ignore[attr-defined]
    while len(sockets) > 1:  # the loop's own
        await asyncio.sleep(0.01)


@contextmanager
def gate(
    target: str, *, admit: Admit = lambda request: True, tls: ssl.SSLContext | None = None
) -> Generator[Gate]:
    """A gate that listens on a free port of this machine."""
    made = Gate(target, admit)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def up() -> web.AppRunner:
        application = web.Application()
        application.router.add_get("/gremlin", made.handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(up(), loop).result()
    made.url = f"{'wss' if tls else 'ws'}://127.0.0.1:{runner.addresses[0][1]}/gremlin"
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_down(runner), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
