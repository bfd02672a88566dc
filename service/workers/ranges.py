"""Which part of the log is being asked about: written down before the first question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from signal_factory.ids import canonical_json

from ..memory_rows import read_json

ROW, HEARD = "range", "heard"


@dataclass(frozen=True, slots=True)
class Range:
    """Events up to the sequence number ``upto``, or time passing to ``now``; ``is_done`` once kept."""

    number: int = 0
    upto: int = 0
    now: datetime | None = None
    is_done: bool = True

    def row(self) -> dict[str, str]:
        """The range as a row of engine state."""
        told = [self.number, self.upto, self.now.isoformat() if self.now else None, self.is_done]
        return {ROW: canonical_json(told)}

    def done(self) -> "Range":
        """The same, over."""
        return Range(self.number, self.upto, self.now, is_done=True)


def range_in(rows: Mapping[str, str]) -> Range:
    """The last range of saved engine state."""
    if not rows.get(ROW):
        return Range()
    number, upto, now, is_done = read_json(rows[ROW])
    return Range(number, upto, datetime.fromisoformat(now) if now else None, is_done)


@dataclass(frozen=True, slots=True)
class Heard:
    """How many verdicts and resets of budgets the leader has taken in."""

    verdicts: int = 0
    resets: int = 0

    def row(self) -> dict[str, str]:
        """The counts as a row of engine state."""
        return {HEARD: canonical_json([self.verdicts, self.resets])}


def heard_in(rows: Mapping[str, str]) -> Heard:
    """The counts of saved engine state."""
    return Heard(*read_json(rows[HEARD])) if rows.get(HEARD) else Heard()
