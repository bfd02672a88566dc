"""What the leader asks of the engines of one data set, and what they answer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from engines.agenda import Deadline
from engines.routes import Told
from engines.signal import Signal
from engines.standing import Standing
from engines.state import DatasetState
from graph.facts import (
    Committed,
    Fact,
    Measured,
    Registered,
    RunSeen,
    SchemaSeen,
    Summarised,
    Tested,
    Validated,
)

from ..shapes import text_of, value_of

AskId: TypeAlias = tuple[int, int]
"""Which range of the log, and which question about it."""

_FACTS: dict[str, type[Fact]] = {
    shape.__name__: shape
    for shape in (Committed, Measured, Registered, RunSeen, SchemaSeen, Summarised, Tested, Validated)
}


@dataclass(frozen=True, slots=True)
class Upto:
    """Deadlines before ``at`` have been looked at, and those at that very moment where a tick said so."""

    at: datetime
    ticked: bool = False

    def covers(self, due: datetime) -> bool:
        """Whether a deadline has passed."""
        return due < self.at or (self.ticked and due == self.at)


@dataclass(frozen=True, slots=True)
class Item:
    """One fact: ``order`` is its place in the question, ``now`` where the clock stands."""

    order: int
    kind: str
    fact: str
    is_first: bool
    now: datetime
    upto: Upto

    def told(self, urn: str) -> Told:
        """The fact as the engines of ``urn`` are told it."""
        return Told(urn, value_of(_FACTS[self.kind], self.fact), self.is_first)


@dataclass(frozen=True, slots=True)
class Question:
    """To one data set: fold ``items`` in, then let time pass to ``end``.

    ``gives`` asks for the whole state, which then is forgotten; ``takes`` is such a state.
    ``since`` is the range whose effect is to be gone on from: -1 where nothing was ever kept of the
    data set, None where nobody noted it. ``drops`` are deadlines that are not looked at.
    """

    ask: AskId
    urn: str
    items: tuple[Item, ...] = ()
    end: Upto | None = None
    gives: bool = False
    takes: str = ""
    since: int | None = None
    drops: tuple[Deadline, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What engines said of the item ``order``."""

    order: int
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Fired:
    """What engines said at a deadline; ``after`` is the order of the last item before it, -1 for none."""

    after: int
    due: Deadline
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """What engines raised at the item ``order``, or at ``due`` once it was told them; -1 for none."""

    what: str
    order: int = -1
    due: Deadline | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """From one data set. ``due`` is its next deadline; ``given`` the state that was asked for.

    Where engines ``raised`` nothing else is told, and the data set is as it was before the question.
    """

    ask: AskId
    urn: str
    said: tuple[Said, ...] = ()
    fired: tuple[Fired, ...] = ()
    standing: Standing | None = None
    due: datetime | None = None
    given: str = ""
    raised: Raised | None = None


@dataclass(slots=True)
class Kept:
    """What a worker keeps of one data set, with what it answered of the last range."""

    state: DatasetState
    deadlines: list[Deadline] = field(default_factory=list[Deadline])
    answers: dict[str, str] = field(default_factory=dict[str, str])
    range: int = -1


def item_of(order: int, told: Told, now: datetime, upto: Upto) -> Item:
    """A fact on its way to a worker."""
    kind = type(told.fact).__name__
    return Item(order, kind, text_of(_FACTS[kind], told.fact), told.is_first, now, upto)


def question_text(question: Question) -> str:
    """A question as JSON."""
    return text_of(Question, question)


def read_question(text: str | bytes) -> Question:
    """A question out of JSON."""
    read: Question = value_of(Question, text)
    return read


def answer_text(answer: Answer) -> str:
    """An answer as JSON."""
    return text_of(Answer, answer)


def read_answer(text: str | bytes) -> Answer:
    """An answer out of JSON."""
    read: Answer = value_of(Answer, text)
    return read


def kept_text(kept: Kept) -> str:
    """A worker's memory of one data set as JSON."""
    return text_of(Kept, kept)


def read_kept(text: str | bytes) -> Kept:
    """A worker's memory of one data set out of JSON."""
    read: Kept = value_of(Kept, text)
    return read
