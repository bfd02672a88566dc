"""Numbers, times and lists as an on-call engineer writes them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from copilot.readmodel import Document
from signal_factory.errors import CallerError
from signal_factory.times import parse_time

from .fields import exact, number, text, tidy

MAX_LISTED = 6


def moment_of(value: Any) -> str:
    """The time inside a boundary, which is a time or an object that holds one."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return exact(cast(Document, value), "time", "at", "timestamp", "event_time", "started_at")
    return ""


def when(value: Any) -> str:
    """``2024-01-15 09:58:02 UTC``, or empty where there is no time."""
    moment = instant(value)
    if moment is None:
        return ""
    seconds = "%Y-%m-%d %H:%M:%S UTC" if moment.second else "%Y-%m-%d %H:%M UTC"
    return moment.strftime(seconds)


def instant(value: Any) -> datetime | None:
    """The instant of a boundary or time text, None where it cannot be read."""
    raw = moment_of(value)
    if not raw:
        return None
    try:
        return parse_time(raw)
    except CallerError:
        return None


def span(length: timedelta) -> str:
    """``17 s``, ``4 min 30 s``, ``2 h 5 min``, ``3 d 4 h``: the two largest units."""
    total = int(abs(length.total_seconds()))
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    named: list[str] = []
    for name, size in units:
        count, total = divmod(total, size)
        if count:
            named.append(f"{count} {name}")
    return " ".join(named[:2]) or "0 s"


def count(value: float) -> str:
    """``1,120``; a fraction keeps two digits."""
    return f"{int(value):,}" if value == int(value) else f"{value:,.2f}"


def plural(amount: int, noun: str) -> str:
    """``1 incident``, ``2 incidents``."""
    return f"{amount:,} {noun}" if amount == 1 else f"{amount:,} {noun}s"


def percent(part: float, whole: float) -> str:
    """``89.8%`` of a whole that is not zero."""
    return f"{100 * part / whole:.1f}%"


def listed(names: Sequence[str], limit: int = MAX_LISTED) -> str:
    """``a, b and c``; past ``limit`` it says how many more there are."""
    shown = list(names[:limit])
    rest = len(names) - len(shown)
    if rest:
        return ", ".join(shown) + f" and {rest:,} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""


def sentence(value: str) -> str:
    """Text that ends as a sentence does."""
    clean = tidy(value)
    return clean if not clean or clean[-1] in ".!?…" else clean + "."


def failures(summary: Any) -> str:
    """``1,120 of 1,247 events failed (89.8%)`` from an incident's evidence summary."""
    if isinstance(summary, str):
        return tidy(summary).rstrip(".")
    if not isinstance(summary, dict):
        return ""
    document = cast(Document, summary)
    failed = number(document, "failed_events", "records_failed", "failed", "fail")
    total = number(document, "total_events", "records_processed", "total", "events")
    if failed is None:
        return text(document, "text", "summary")
    noun = "records" if "records_failed" in document else "events"
    if not total:
        return f"{count(failed)} {noun} failed"
    return f"{count(failed)} of {count(total)} {noun} failed ({percent(failed, total)})"
