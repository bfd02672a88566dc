"""Partitions as they are written, and the watermark in them (contract rule 1)."""

import re
from collections.abc import Iterable

_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SPLIT_DATE = re.compile(r"year=(\d{4})\D+month=0?(\d{1,2})\D+day=0?(\d{1,2})", re.IGNORECASE)
_HOUR = re.compile(r"(?:hour|hr|hh|h)=(\d{1,2})|[T ](\d{2})(?::?\d{2})?", re.IGNORECASE)


def watermark_of(partitions: Iterable[str]) -> str:
    """The latest date (and hour) among partitions, as ``2026-01-19`` or ``2026-01-19T03``; "" if none."""
    return max((_moment(text) for text in partitions), default="")


def _moment(text: str) -> str:
    found = _SPLIT_DATE.search(text) or _DATE.search(text)
    if found is None:
        return ""
    year, month, day = found.groups()
    date = f"{year}-{int(month):02d}-{int(day):02d}"
    hour = _HOUR.search(text[found.end() :])
    return f"{date}T{int(hour[1] or hour[2]):02d}" if hour else date
