"""Records of a stream that come later than their window waits: counted, and judged no more.

A stream's watermark is the latest event time it has shown, never ahead of the clock. Until it
is a day past a window's end, a late record amends the window; as long as windows are kept.
"""

from datetime import datetime, timedelta

from graph.facts import Validated

from .policy import WINDOW
from .state import DatasetState

ALLOWED = timedelta(hours=24)


def is_too_late(state: DatasetState, at: datetime, now: datetime) -> bool:
    """Whether the window of a record at ``at`` has been given up."""
    if state.last_seen is None:
        return False
    return at + WINDOW + ALLOWED < min(state.last_seen, now)


def count(state: DatasetState, fact: Validated) -> None:
    """Note a record that came too late."""
    late = state.late
    late.records += 1
    late.failed += fact.result == "FAIL"
    late.newest = max(fact.at, late.newest or fact.at)
