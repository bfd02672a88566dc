"""What the event log takes and gives: plain values, prepared outside any lock."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from signal_factory.wire import Envelope

TIMELESS_KINDS: Final = frozenset({"dataset", "mapping", "tick"})
EXCERPT_BYTES: Final = 64 * 1024
_OWN_TIMES: Final = (
    *("event_time", "eventTime", "timestamp", "deployed_at", "commit_timestamp", "actual_start_time"),
    "time",
)
_LONGEST_TIME: Final = 64
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An accepted event at its place in the log. ``lead_s`` is event time minus reception, in seconds."""

    seq: int
    envelope: Envelope
    lead_s: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """What could not be accepted, kept so that nothing is lost. ``body`` is cut at 64 KiB."""

    source: str
    code: str
    reason: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said about an explanation; ``verdict`` is CORRECT or WRONG."""

    at: datetime
    by: str
    incident_id: str
    verdict: str
    actual_cause: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """An engine's false-alarm budget was given anew."""

    at: datetime
    by: str
    signal_type: str


@dataclass(frozen=True, slots=True)
class Appended:
    """The outcome of one append: where each event stands, and whether it is new there."""

    sequences: tuple[int, ...]
    is_new: tuple[bool, ...]

    @property
    def duplicates(self) -> int:
        """How many stood in the log before."""
        return self.is_new.count(False)

    @property
    def last(self) -> int:
        """The highest sequence number among them; 0 when there are none."""
        return max(self.sequences, default=0)


@dataclass(frozen=True, slots=True)
class Row:
    """An envelope as the log stores it."""

    identity: bytes
    time: str
    kind: str
    body: str
    registers: str | None
    own: str = ""
    """The time that the event tells of itself, as it tells it; "" where it tells none."""


def prepare(envelope: Envelope) -> Row:
    """The row of an envelope; its body is canonical JSON in ASCII.

    The identity is what tells that two deliveries are one event: a digest of kind and
    body, and of the envelope's time for kinds that have no time of their own.
    """
    body = _canonical(envelope.body)
    time = envelope.time.isoformat()
    own = time if envelope.kind in TIMELESS_KINDS else ""
    digest = hashlib.sha256(f"{envelope.kind}\x1f{own}\x1f{body}".encode("ascii")).digest()
    registers = str(envelope.body.get("urn")) if envelope.kind == "dataset" else None
    return Row(digest, time, envelope.kind, body, registers, own or own_time(envelope.body))


def own_time(body: Mapping[str, Any]) -> str:
    """The time that an event tells of itself, word for word: when it comes again it tells the same."""
    data = _part(body, "data")
    for part in (body, _part(body, "context"), data, _part(data, "context")):
        for name in _OWN_TIMES:
            told = part.get(name)
            if isinstance(told, str) and _is_plain(told):
                return told
    return ""


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TIME and text.isascii() and text.isprintable()


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def restore(seq: int, time: str, kind: str, body: str, received_at: str) -> LogEntry:
    """The entry of a stored row."""
    moment = datetime.fromisoformat(time)
    lead = (moment - datetime.fromisoformat(received_at)).total_seconds()
    return LogEntry(seq, Envelope(time=moment, kind=kind, body=json.loads(body)), lead)
