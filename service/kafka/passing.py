"""What an engine family hears of a message: an event as the log would hold it, of a record only its time.

A record is not validated here, which is most of what reading one costs.
"""

from datetime import datetime
from typing import NamedTuple

from signal_factory.errors import CallerError
from signal_factory.times import parse_time
from signal_factory.wire import Envelope
from signal_factory.wire.shapes import is_object

from ..entries import restore
from ..intake import Limits
from .reading import item_of, read_item

_RECORD = "evidence"


class Heard(NamedTuple):
    """An event with what tells it from others; None where nothing but ``time`` is of concern."""

    time: datetime
    envelope: Envelope | None = None
    identity: bytes = b""


def hear(
    value: bytes, topic: str, received: datetime, source: str, limits: Limits
) -> tuple[datetime, bytes, Heard | None]:
    """When it was, what decides between equal times, and what is heard: nothing of what the log refuses."""
    item = item_of(value, topic, received)
    if is_object(item.value) and item.value.get("kind") == _RECORD:
        at = _time(item.value.get("time"), received, limits)
        return (received, b"", None) if at is None else (at, b"", Heard(at))
    read = read_item(item, received, source, limits)
    if read.row is None:
        return read.time, read.order, None
    row = read.row
    entry = restore(0, row.time, row.kind, row.body, row.time)
    return read.time, read.order, Heard(read.time, entry.envelope, row.identity)


def _time(told: object, received: datetime, limits: Limits) -> datetime | None:
    if told is None:
        return received
    try:
        found = parse_time(str(told))
    except (CallerError, ValueError):
        return None
    return found if found <= received + limits.max_future else None
