"""From decoded JSON to envelopes: the good part of a batch goes on, the rest is told why not."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from signal_factory.errors import CallerError, InvalidEvent
from signal_factory.wire import KINDS, Envelope, parse_body, read_envelope

from .documents import Item
from .entries import EXCERPT_BYTES, Rejected, Row, prepare


class OversizedEvent(CallerError):
    """One event larger than this server takes."""

    code = "event_too_large"
    hint = "Send less in one event, or raise SF_MAX_EVENT_BYTES."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one item was not taken; ``kind`` is empty when it names none of ours."""

    index: int
    error: CallerError
    kind: str
    kept: Rejected


@dataclass(frozen=True, slots=True)
class Sorted:
    """What of a request is accepted, ready to be stored, and what is not."""

    rows: Sequence[Row]
    refusals: Sequence[Refusal]


@dataclass(frozen=True, slots=True)
class Limits:
    """``max_event_bytes`` of compact JSON in ASCII; ``max_future`` ahead of the server's clock."""

    max_event_bytes: int
    max_future: timedelta


def sort_items(
    items: Iterable[Item], *, kind: str | None, source: str, now: datetime, limits: Limits
) -> Sorted:
    """Read each item as an envelope or, given ``kind``, as the body of that kind received ``now``."""
    rows: list[Row] = []
    refusals: list[Refusal] = []
    for item in items:
        try:
            rows.append(_row(item, kind, now, limits))
        except CallerError as error:
            refusals.append(Refusal(item.index, error, kind or _kind(item.value), _kept(item, error, source)))
    return Sorted(rows, refusals)


def _row(item: Item, kind: str | None, now: datetime, limits: Limits) -> Row:
    if item.error is not None:
        raise item.error
    envelope = _read(item.value, kind, now)
    row = prepare(envelope)
    if len(row.body) > limits.max_event_bytes:
        raise OversizedEvent(f"an event of {len(row.body)} bytes; at most {limits.max_event_bytes} are taken")
    if envelope.time > now + limits.max_future:
        raise InvalidEvent(
            f"time {envelope.time.isoformat()} lies ahead of this server's clock",
            hint="Check the sender's clock; time is when the platform received the event.",
        )
    parse_body(envelope.kind, envelope.body)
    return row


def _read(value: Any, kind: str | None, now: datetime) -> Envelope:
    if not isinstance(value, dict):
        raise InvalidEvent(f"an event should be a JSON object, not {_json_type(value)}")
    body = cast("dict[str, Any]", value)
    return read_envelope(body if kind is None else {"kind": kind, "body": body}, default_time=now)


def _kind(value: Any) -> str:
    found = cast("dict[str, object]", value).get("kind") if isinstance(value, dict) else None
    return found if isinstance(found, str) and found in KINDS else ""


def _kept(item: Item, error: CallerError, source: str) -> Rejected:
    text = item.value if isinstance(item.value, str) else _text(item.value)
    return Rejected(source, error.code, str(error), text[: EXCERPT_BYTES * 2].encode("utf-8", "replace"))


def _text(value: Any) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        return "(nested too deeply to be kept)"


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    return "null" if value is None else "an array" if isinstance(value, list) else "a number"
