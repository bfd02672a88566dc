"""The false-alarm budget of each engine, as every face shows it (``copilot.budget`` measures it)."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from copilot.budget import BUDGET, LEAST_ANSWERS, WINDOW, Spending, spending
from copilot.readmodel import Document
from copilot.refit import Line
from signal_factory.times import format_time

ENGINES = ("CONTRACT_BREACH", "DQ_BREACH", "EVIDENCE_INCOMPLETE", "FRESHNESS_BREACH", "VOLUME_ANOMALY")
"""Signal types that open incidents, so that somebody can say of them that nothing was wrong."""


def spent(feedback: Iterable[Mapping[str, Any]], resets: Mapping[str, datetime]) -> dict[str, Spending]:
    """What was spent in the window that ends with the last word said."""
    told = list(feedback)
    last = max((datetime.fromisoformat(str(each["at"])) for each in told), default=None)
    return spending(told, resets, last) if last else {}


def spent_in(rows: Mapping[str, str]) -> dict[str, Spending]:
    """The same, out of the engine's saved state."""
    said = [each for key, text in rows.items() if key.startswith("feedback/") for each in json.loads(text)]
    resets = {
        key.partition("/")[2]: datetime.fromisoformat(json.loads(text))
        for key, text in rows.items()
        if key.startswith("reset/")
    }
    return spent(said, resets)


def document(found: Mapping[str, Spending], line: Line) -> Document:
    """Every engine that opens incidents, as a bounded list, and how feedback corrects confidence."""
    names = sorted({*ENGINES, *found})
    items = [_item(found.get(name) or Spending(name, 0, 0, None)) for name in names]
    return {
        "items": items, "total": len(items), "returned": len(items), "is_partial": False, "next_cursor": None,
        "budget": BUDGET, "least_answers": LEAST_ANSWERS, "window_s": WINDOW.total_seconds(),
        "confidence": line.document(),
    }  # fmt: skip


def _item(each: Spending) -> Document:
    return {
        "signal_type": each.signal_type,
        "answers": each.answers,
        "false_alarms": each.false_alarms,
        "share": round(each.share, 4),
        "demoted_at": format_time(each.demoted_at) if each.demoted_at else None,
    }
