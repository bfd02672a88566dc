"""Text out of telemetry, made harmless and short.

Names and signatures come from outside. Control characters, line separators and
direction marks could forge lines, headers or an order of reading; they become spaces.
"""

import unicodedata
from datetime import datetime
from typing import Final

from .model import Asset, Kind, Notice, Snapshot

_HEADLINES: Final = {
    Kind.OPENED: "{title}",
    Kind.RAISED: "Now {severity}: {title}",
    Kind.REOPENED: "Back again: {title}",
    Kind.RESOLVED: "Resolved: {title}",
    Kind.ESCALATED: "Still open: {title}",
    Kind.AT_RISK: "At risk upstream of your data: {title}",
    Kind.FLAPPING: "Flapping: {title}",
}
_ELLIPSIS: Final = "…"


def line(text: object, most: int = 300) -> str:
    """One line of at most ``most`` characters."""
    return shortened(" ".join(_plain(str(text)).split()), most)


def paragraph(text: object, most: int = 3_000) -> str:
    """Several lines, without blank ones at the ends, of at most ``most`` characters together."""
    lines = [_plain(each).rstrip() for each in str(text).splitlines()]
    return shortened("\n".join(lines).strip(), most)


def shortened(text: str, most: int) -> str:
    """``text``, cut where it is longer than ``most``; the cut is shown."""
    return text if len(text) <= most else text[: most - 1].rstrip() + _ELLIPSIS


def shortened_bytes(text: str, most: int) -> str:
    """``text`` in at most ``most`` bytes of UTF-8."""
    data = text.encode("utf-8", "replace")
    if len(data) <= most:
        return text
    return data[: most - 3].decode("utf-8", "ignore").rstrip() + _ELLIPSIS


def headline(notice: Notice) -> str:
    """What the notice is about, in a line."""
    seen = notice.seen
    told = _HEADLINES[notice.kind].format(title=line(seen.title, 200), severity=seen.severity)
    return f"[{seen.severity}] {'[stale evidence] ' if seen.is_stale else ''}{told}"


def why(notice: Notice) -> str:
    """What is special about this notice, in a sentence; empty where the headline says it all."""
    seen = notice.seen
    if notice.kind is Kind.RESOLVED and seen.successor:
        return f"It is now part of {line(seen.successor, 80)}."
    if notice.kind is Kind.ESCALATED:
        return f"Open since {clock(seen.opened_at)}, longer than tier {seen.tier or 3} may be."
    if notice.kind is Kind.FLAPPING:
        return "It opened and closed several times in a short while. Nothing more is sent until it is still."
    if notice.kind is Kind.AT_RISK:
        return "Your data is not broken yet. Due next: " + "; ".join(map(_due, notice.assets[:10])) + "."
    return ""


def facts(seen: Snapshot) -> tuple[tuple[str, str], ...]:
    """Names and values worth a line each."""
    pairs = (
        ("Data set", line(seen.dataset)),
        ("Also broken", line(", ".join(each for each in seen.datasets if each != seen.dataset))),
        ("Cause", line(seen.cause)),
        ("Confidence", line(seen.confidence, 20)),
        ("Signature", line(seen.signature, 200)),
        ("Team", line(", ".join(seen.teams))),
        ("Tier", str(seen.tier or "")),
        ("Gate", str(seen.gate)),
        ("Downstream", f"{seen.downstream:,} assets" if seen.downstream else ""),
        ("Runbook", runbook(seen.runbook)),
    )
    return tuple((name, value) for name, value in pairs if value)


def runbook(text: str) -> str:
    """A runbook's address, if it is one for a browser."""
    found = line(text, 500)
    return found if found.startswith(("https://", "http://")) and " " not in found else ""


def clock(moment: datetime) -> str:
    """An instant in UTC as people read it."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _due(asset: Asset) -> str:
    return f"{line(asset.urn, 120)} by {clock(asset.due)}"


def _plain(text: str) -> str:
    return "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
