"""Servers that speak what the receivers speak, on loopback, with answers that a test chooses."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Reply:
    """One answer to a POST; ``hangs_up`` closes the connection instead."""

    status: int
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False


PAGERDUTY_OK = Reply(202, {"status": "success", "message": "Event processed", "dedup_key": "samplekeyhere"})
PAGERDUTY_BAD = Reply(
    400,
    {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["Length of 'routing_key' is incorrect (should be 32 characters)"],
    },
)
SLACK_OK = Reply(200, "ok")
SLACK_LIMITED = Reply(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"})


def posted(ts: str) -> Reply:
    """What chat.postMessage answers."""
    return Reply(
        200, {"ok": True, "channel": "C123ABC456", "ts": ts, "message": {"type": "message", "ts": ts}}
    )


def slack_error(error: str) -> Reply:
    """What the Web API answers when it does not do it."""
    return Reply(200, {"ok": False, "error": error})


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """An HTTP receiver: what it got, and what it answers next (``usual`` when nothing is scripted)."""

    url: str
    usual: Reply
    got: list[Received] = field(default_factory=list)
    script: deque[Reply] = field(default_factory=deque)

    def answers(self, *replies: Reply) -> None:
        self.script.extend(replies)

    def take(self, request: Received) -> Reply:
        self.got.append(request)
        return self.script.popleft() if self.script else self.usual


@contextmanager
def receiving(usual: Reply) -> Iterator[Receiver]:
    """Run a receiver."""
    box: list[Receiver] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = box[0].take(Received(self.path, headers, data))
            self.close_connection = True
            if reply.hangs_up:
                return
            body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    box.append(Receiver(f"http://127.0.0.1:{server.server_port}", usual))
    thread.start()
    try:
        yield box[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Postbox:
    """An SMTP server: the mails it took, and refusals by what is refused (``mail``, ``rcpt``, ``data``)."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    refusals: dict[str, deque[str]] = field(default_factory=dict)

    def refuses(self, stage: str, *answers: str) -> None:
        self.refusals.setdefault(stage, deque()).extend(answers)

    def _refusal(self, stage: str) -> str | None:
        waiting = self.refusals.get(stage)
        return waiting.popleft() if waiting else None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = self._refusal("rcpt")
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        refused = self._refusal("data")
        if refused:
            return refused
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        return "250 2.0.0 Ok: queued"


@contextmanager
def post_office(
    *, login: tuple[bytes, bytes] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Postbox]:
    """Run an SMTP server; with ``login``, it takes mail from that user only; with ``tls``, after STARTTLS."""
    box = Postbox()

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        box.logins.append((data.login, data.password))
        return AuthResult(success=(data.login, data.password) == login, handled=False)

    options: dict[str, Any] = {"auth_require_tls": tls is not None}
    if tls is not None:
        options |= {"tls_context": tls, "require_starttls": True}
    if login is not None:
        options |= {"authenticator": known, "auth_required": True}
    controller = Controller(box, hostname="127.0.0.1", port=_free_port(), **options)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    from socket import AF_INET, SOCK_STREAM, socket

    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
