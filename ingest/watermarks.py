"""Partitions as they are written, and the watermark in them (contract rule 1)."""

import re
from collections.abc import Iterable

_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?!\d)")
_COMPACT = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])([0-5]\d)?(?:[0-5]\d)?(?!\d)"
)
_SPLIT_DATE = re.compile(r"year=(\d{4})\D+month=0?(\d{1,2})\D+day=0?(\d{1,2})", re.IGNORECASE)
_NAMED_TIME = re.compile(
    r"(?:hour|hr|hh|h)=0?(\d{1,2})(?!\d)(?:\D+(?:minute|min|mm|m)=0?(\d{1,2})(?!\d))?", re.IGNORECASE
)
_TIME = re.compile(
    r"(?:[T _/-])([01]\d|2[0-3])(?:[:_/-]?([0-5]\d))?(?:[:_/-]?[0-5]\d(?:\.\d+)?)?(?:Z|(?![\w.]))"
)


def watermark_of(partitions: Iterable[str]) -> str:
    """The latest date (and time) among partitions; "" if none.

    Written as ``2026-01-19``, ``2026-01-19T03`` or ``2026-01-19T03:15``, as fine as it was told.
    """
    return max((_moment(text) for text in partitions), default="")


def _moment(text: str) -> str:
    compact = _COMPACT.search(text)
    if compact is not None:
        year, month, day, hour, minute = compact.groups()
        return _written((year, month, day), hour, minute)
    found = _SPLIT_DATE.search(text) or _DATE.search(text)
    if found is None:
        return ""
    rest = text[found.end() :]
    time = _NAMED_TIME.search(rest) or _TIME.match(rest)
    year, month, day = found.groups()
    return _written((year, month, day), *(time.groups() if time else (None, None)))


def _written(date: tuple[str, str, str], hour: str | None, minute: str | None) -> str:
    day = f"{date[0]}-{int(date[1]):02d}-{int(date[2]):02d}"
    if hour is None:
        return day
    return f"{day}T{int(hour):02d}" + (f":{int(minute):02d}" if minute is not None else "")
