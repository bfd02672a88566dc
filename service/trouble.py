"""What raised while events were folded in, and which event or deadline it is put down to."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from traceback import walk_tb

from engines.agenda import Deadline
from signal_factory.errors import SignalFactoryError
from signal_factory.times import format_time

from .entries import LogEntry, Rejected

_ROOT = Path(__file__).parents[1]
EVENT_ASIDE = "not_applied"
"""The code of events that were set aside."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What raised, and what was in hand: the event ``at`` (its place among those told), or deadlines."""

    what: str
    at: int | None = None
    deadlines: tuple[Deadline, ...] = ()


class EnginesRaised(SignalFactoryError):
    """Engines elsewhere raised; ``trouble`` is what they told of it."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"engines raised: {trouble.what}")
        self.trouble = trouble


def what_raised(error: BaseException) -> str:
    """The type of an exception and the line of ours it came from; its message may hold data."""
    ours = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    last = next(((path, line) for path, line in reversed(ours) if _is_ours(path)), None)
    return f"{type(error).__name__} in {_named(*last)}" if last else type(error).__name__


def trouble_of(error: Exception, at: int | None, firing: Deadline | None) -> Trouble:
    """What an exception came of, where nothing better is known than what was in hand."""
    if isinstance(error, EnginesRaised):
        told = error.trouble
        return told if told.at is not None or told.deadlines else replace(told, at=at)
    return Trouble(what_raised(error), at, (firing,) if firing is not None else ())


def event_aside(entry: LogEntry, what: str) -> tuple[Rejected, datetime]:
    """What is kept of an event that was set aside; its body stays in the log."""
    kind = entry.envelope.kind
    reason = f"event {entry.seq} of kind {kind} could not be applied ({what}); it stays in the log"
    return Rejected("engine", EVENT_ASIDE, reason, b""), entry.envelope.time


def aside_number(reason: str) -> int:
    """The number of the event that ``event_aside`` gave this reason for; 0 where it tells none."""
    word, number, *_ = [*reason.split(maxsplit=2), "", ""]
    return int(number) if word == "event" and number.isdecimal() else 0


def deadline_aside(due: Deadline, what: str) -> tuple[Rejected, datetime]:
    """What is kept of a deadline that was dropped."""
    at = format_time(due.at)
    reason = f"{due.urn} could not be looked at when its {due.what} was due at {at} ({what}); it is left out"
    return Rejected("engine", "not_looked_at", reason, b""), due.at


def _is_ours(path: Path) -> bool:
    return _ROOT in path.parents and "site-packages" not in path.parts


def _named(path: Path, line: int) -> str:
    return f"{path.relative_to(_ROOT).as_posix()}:{line}"
