"""What a message of the bus says: an envelope, or a bare event whose kind its topic and shape tell."""

from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from signal_factory.errors import CallerError
from signal_factory.ids import content_hash

from ..documents import Item, read_value
from ..entries import TIMELESS_KINDS, Rejected, Row
from ..intake import Limits, sort_items
from .settings import DEPLOYMENTS, EVIDENCE, LINEAGE

_BARE = {LINEAGE: "openlineage", DEPLOYMENTS: "deployment", EVIDENCE: "evidence"}
_WRITES = "DatasetWriteCommitted"
_JOBS = ("JobRun", "Heartbeat")


class Read(NamedTuple):
    """One message: a row for the log, or why it is none. ``order`` decides between equal times."""

    time: datetime
    order: bytes
    row: Row | None
    reject: Rejected | None


def read_message(value: bytes, topic: str, received: datetime, source: str, limits: Limits) -> Read:
    """Read a message of ``topic`` (its short name); ``received`` is when the broker got it."""
    return read_item(item_of(value, topic, received), received, source, limits)


def read_item(item: Item, received: datetime, source: str, limits: Limits) -> Read:
    """Read what ``item_of`` found."""
    found = sort_items([item], kind=None, source=source, now=received, limits=limits)
    if found.refusals:
        return Read(received, b"", None, found.refusals[0].kept)
    row = found.rows[0]
    return Read(datetime.fromisoformat(row.time), _order(item.value, row), row, None)


def item_of(value: bytes, topic: str, received: datetime) -> Item:
    """The envelope that a message is or stands for, not looked at yet."""
    try:
        told = read_value(value.decode("utf-8"))
    except UnicodeDecodeError:
        return Item(0, value.decode("utf-8", "replace"), CallerError("not UTF-8"))
    except CallerError as error:
        return Item(0, value.decode("utf-8", "replace"), error)
    if not isinstance(told, dict):
        return Item(0, told)
    body = cast("dict[str, Any]", told)
    if "kind" in body and "body" in body:
        return Item(0, {"time": received.isoformat(), **body})
    kind = _kind(topic, body)
    return Item(0, {"time": received.isoformat(), "kind": kind, "body": body} if kind else body)


def _kind(topic: str, body: dict[str, Any]) -> str:
    told = str(body.get("event_type", ""))
    if topic == EVIDENCE and told == _WRITES:
        return "write_event"
    if topic == EVIDENCE and told.startswith(_JOBS):
        return "job_event"
    return _BARE.get(topic, "")


def _order(value: Any, row: Row) -> bytes:
    """As a replay orders events of equal time (contract §3)."""
    told: list[Any] = [row.kind, value["body"]]
    if row.kind in TIMELESS_KINDS:
        told.append(datetime.fromisoformat(row.time).astimezone(UTC))
    return content_hash(told).encode("ascii")
