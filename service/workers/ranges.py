"""Which part of the log is being asked about: written down before the first question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engines.agenda import Deadline
from signal_factory.ids import canonical_json

from ..eventlog import DONE
from ..memory_rows import read_json

ROW, HEARD, UNSAID = "range", "heard", "unsaid"


@dataclass(frozen=True, slots=True)
class Drop:
    """A deadline that is left out, since engines raised at it: ``what`` they raised."""

    due: Deadline
    what: str


@dataclass(frozen=True, slots=True)
class Range:
    """Events up to the sequence number ``upto``, or time passing to ``now``; ``is_done`` once kept."""

    number: int = 0
    upto: int = 0
    now: datetime | None = None
    is_done: bool = True
    drops: tuple[Drop, ...] = ()

    def row(self) -> dict[str, str]:
        """The range as rows of engine state; those that read along look at the second, of what is done."""
        now, drops = self.now.isoformat() if self.now else None, [_told(each) for each in self.drops]
        rows = {ROW: canonical_json([self.number, self.upto, now, self.is_done, drops])}
        return rows | {DONE: canonical_json(self.number)} if self.is_done else rows

    def done(self) -> "Range":
        """The same, over."""
        return Range(self.number, self.upto, self.now)

    def cut(self, upto: int) -> "Range":
        """What is asked about instead, where something raised."""
        return Range(self.number + 1, upto, is_done=False)

    def without(self, drops: Iterable[Drop]) -> "Range":
        """The same again, but some deadlines."""
        return replace(self, number=self.number + 1, drops=(*self.drops, *drops))


def range_in(rows: Mapping[str, str]) -> Range:
    """The last range of saved engine state."""
    if not rows.get(ROW):
        return Range()
    number, upto, now, is_done, *drops = read_json(rows[ROW])
    read = tuple(_drop(*each) for each in (drops[0] if drops else ()))
    return Range(number, upto, datetime.fromisoformat(now) if now else None, is_done, read)


def _drop(at: str, urn: str, what: str, about: str, raised: str) -> Drop:
    return Drop(Deadline(datetime.fromisoformat(at), urn, what, about), raised)


def _told(drop: Drop) -> list[str]:
    due = drop.due
    return [due.at.isoformat(), due.urn, due.what, due.about, drop.what]


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


def unsaid_row(keys: Iterable[str]) -> dict[str, str]:
    """Which rows of a range are still to be told to others, as a row of engine state."""
    return {UNSAID: canonical_json(sorted(keys))}


def unsaid_in(rows: Mapping[str, str]) -> list[str]:
    """Which rows the last range may not have told: they are told again."""
    return [str(each) for each in read_json(rows[UNSAID])] if rows.get(UNSAID) else []
