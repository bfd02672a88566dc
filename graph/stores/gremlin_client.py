"""Traversals sent to a Gremlin server as bytecode: no scripts, no lambdas."""

import re
import struct
import time
import uuid
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from signal_factory.errors import BackendUnavailable, ConfigurationError

from .gremlin_frames import Frames, Unknown
from .gremlin_wire import Address, WireBroken, WireRefused, Wires, status_of
from .gremlin_words import Words, words

R = TypeVar("R")
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_BATCH = 500
_OK = frozenset({200, 204, 206})
_UNAUTHORISED = frozenset({401, 403, 407})
# 429 is throttling, 596 a server's own word for "try again" (TinkerPop 3.5).
_TRANSIENT_STATUS = frozenset({429, 503, 596})
_TRANSIENT_NAME = re.compile(
    r"ConcurrentModification|Throttling|TransactionException|ReadOnlyViolation|TooManyRequests|MemoryLimitExceeded"
)
_NAME = re.compile(r"\b([A-Z]\w*(?:Exception|Error))\b")


class Transient(Exception):
    """A failure that may be gone the next time."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    ``answer_s`` bounds one request and, about, all tries of a call; ``scan_s`` one
    request over the whole graph; ``probe_s`` all of a call to a server that gave no answer last.
    """

    answer_s: float = 20.0
    probe_s: float = 2.0
    scan_s: float = 600.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    now: Callable[[], float] = field(default=time.monotonic, repr=False)


class GremlinClient:
    """One server's traversal source. Threads may share it."""

    def __init__(
        self,
        address: Address,
        *,
        source: str = "g",
        user: str = "",
        password: str = "",
        chains: bool = False,
        patience: Patience | None = None,
    ) -> None:
        """``chains`` says that new elements are to be told one step after the other, not as a list."""
        self.chains = chains
        self.words: Words = words()
        self.patience = patience or Patience()
        self._frames = Frames(self.words)
        self._source = source
        self._is_down = False
        if user:
            address = replace(address, login=partial(self._login, user=user, password=password))
        self._wires = Wires(address)

    def ask(self, traversal: Any, *, scans: bool = False) -> list[Any]:
        """All results of a traversal, in one round trip.

        Raises:
            Transient: it failed in a way that may pass; nothing is known of its effects.
            ConfigurationError: the server does not let us in.
            BackendUnavailable: the server refused the traversal.
        """
        return self._ask(traversal, self.patience.scan_s if scans else self.patience.answer_s)

    def _ask(self, traversal: Any, timeout_s: float) -> list[Any]:
        options = {
            "gremlin": traversal.bytecode,
            "aliases": {"g": self._source},
            "evaluationTimeout": self.words.long(int(timeout_s * 1_000)),
            "batchSize": _BATCH,
        }
        message = self._message(uuid.uuid4(), "bytecode", options)
        try:
            frames = self._wires.send(message, timeout_s)
        except WireBroken as error:
            raise Transient(str(error)) from error
        except WireRefused as error:
            raise _unauthorised(str(error)) from None
        return [result for frame in frames for result in self._results(frame)]

    def retrying(self, work: Callable[[], R]) -> R:
        """The result of ``work``, done again while it fails in ways that may pass.

        ``work`` must be idempotent: what a failed try has done is not undone.

        Raises:
            BackendUnavailable: it still fails after the last try, or after ``answer_s``.
        """
        if self._is_down:
            self._probe()
        deadline = self.patience.now() + self.patience.answer_s
        pauses = iter(_PAUSES)
        while True:
            try:
                return work()
            except Transient as error:
                pause = next(pauses, None)
                if pause is None or self.patience.now() + pause > deadline:
                    self._is_down = True
                    raise _away(error) from error
            self.patience.sleep(pause)

    def _probe(self) -> None:
        """Fail soon while the server is away, since it gave no answer when last used."""
        try:
            self._ask(self.words.start().inject(1), self.patience.probe_s)
        except Transient as error:
            raise _away(error) from error
        self._is_down = False

    def close(self) -> None:
        """Close every connection."""
        self._wires.close()

    def _message(self, request: uuid.UUID, operation: str, arguments: dict[str, Any]) -> bytes:
        asked = self.words.request("traversal", operation, arguments)
        message: bytes = self.words.serializer.serialize_message(str(request), asked)
        return message

    def _login(self, request: uuid.UUID, user: str, password: str) -> bytes:
        plain = b64encode(f"\0{user}\0{password}".encode()).decode()
        return self._message(request, "authentication", {"sasl": plain})

    def _said(self, frame: bytes) -> Any:
        try:
            return self.words.serializer.deserialize_message(frame)
        except Exception as error:  # the driver's reader fails in many ways
            raise Transient(f"the answer cannot be read: {type(error).__name__}") from error

    def _results(self, frame: bytes) -> list[Any]:
        if status_of(frame) in _OK:
            with suppress(Unknown, IndexError, struct.error, UnicodeDecodeError):
                return self._frames.results(frame)
        said = self._said(frame)
        status = int(said["status"]["code"])
        if status in _OK:
            return [traverser.object for traverser in said["result"]["data"] or ()]
        text = f"{said['status']['message']} {said['status']['attributes'].get('exceptions', '')}"
        # A server's message may repeat what was sent, so only its exceptions' names are told.
        names: list[str] = _NAME.findall(text)
        told = " ".join([str(status), *dict.fromkeys(names)][:4])
        if status in _UNAUTHORISED:
            raise _unauthorised(told)
        if status in _TRANSIENT_STATUS or _TRANSIENT_NAME.search(text):
            raise Transient(told)
        raise BackendUnavailable(
            f"the Gremlin server refused a traversal: {told}",
            hint="It must speak TinkerPop 3.6 or newer (Neptune engine 1.2.1); its log says more.",
        )


def _away(error: Transient) -> BackendUnavailable:
    return BackendUnavailable(
        f"the Gremlin server gives no answer: {error}",
        hint="Check that it runs and that graph_url names it; nothing acknowledged is lost.",
    )


def _unauthorised(told: str) -> ConfigurationError:
    return ConfigurationError(
        f"the Gremlin server does not let us in: {told}",
        hint="Check graph_auth, graph_user and graph_password; for sigv4 the region, the clock and the role.",
    )
