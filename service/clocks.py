"""What time it is for the engine.

Live events arrive as they happen, so the engine's clock is the wall clock. Recorded
events that are sent in afterwards bring their own time: a server that only ever saw
last winter's events must not report that everything has been stale since.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TimeSource = Callable[[], datetime]
LATE_S = 120
"""Past so many seconds of lag, by the clock of reception, what is open is told as STALE."""


def wall_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


class EngineClock:
    """Wall time shifted by the smallest delay ever seen between an event's time and its reception.

    With live events the shift is nil. Fed recorded events only, the clock stands where
    they end and goes on from there; the first live event brings it to the present.
    """

    def __init__(self, source: TimeSource, *, follows_events: bool) -> None:
        self._source = source
        self._lead_s: float | None = None if follows_events else 0.0

    @property
    def lead_s(self) -> float | None:
        """What was learnt so far; None when nothing was seen."""
        return self._lead_s

    def observe(self, lead_s: float | None) -> None:
        """Take note of an event received ``-lead_s`` seconds after its own time (None: of no event)."""
        if lead_s is not None and (self._lead_s is None or lead_s > self._lead_s):
            self._lead_s = min(0.0, lead_s)

    def now(self) -> datetime | None:
        """The engine's time, or None before anything was seen."""
        return None if self._lead_s is None else self._source() + timedelta(seconds=self._lead_s)
