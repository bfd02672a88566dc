"""Instants in UTC: read what clients send, write one form.

Times are RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339). A time without an
offset is read as UTC. What we write has milliseconds and ``Z``, so that text
order is time order.
"""

from datetime import UTC, datetime

from .errors import InvalidEvent


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time; no offset means UTC.

    Raises:
        InvalidEvent: the text is not a time.
    """
    try:
        moment = datetime.fromisoformat(text.strip().upper())
    except (ValueError, AttributeError):
        raise InvalidEvent(
            f"not an RFC 3339 time: {str(text)[:40]!r}", hint="Write times like 2026-01-19T02:00:00Z."
        ) from None
    return as_utc(moment)


def as_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a naive value is taken to be UTC already.

    Raises:
        InvalidEvent: the instant lies outside the years 1 to 9999 in UTC.
    """
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidEvent(f"time out of range: {moment.isoformat()}") from None


def format_time(moment: datetime) -> str:
    """``2026-01-19T02:00:00.000Z``: fixed width, so that it sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
