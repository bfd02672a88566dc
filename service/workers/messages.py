"""What the leader asks of the engines of one data set, and what they answer."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

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

if TYPE_CHECKING:
    from pydantic import TypeAdapter

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
        return Told(urn, _read(_FACTS[self.kind], self.fact), self.is_first)


@dataclass(frozen=True, slots=True)
class Question:
    """To one data set: fold ``items`` in, then let time pass to ``end``.

    ``gives`` asks for the whole state, which then is forgotten; ``takes`` is such a state.
    """

    ask: AskId
    urn: str
    items: tuple[Item, ...] = ()
    end: Upto | None = None
    gives: bool = False
    takes: str = ""


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
class Answer:
    """From one data set. ``due`` is its next deadline; ``given`` the state that was asked for."""

    ask: AskId
    urn: str
    said: tuple[Said, ...] = ()
    fired: tuple[Fired, ...] = ()
    standing: Standing | None = None
    due: datetime | None = None
    given: str = ""


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
    return Item(order, kind, _text(_FACTS[kind], told.fact), told.is_first, now, upto)


def question_text(question: Question) -> str:
    """A question as JSON."""
    return _text(Question, question)


def read_question(text: str | bytes) -> Question:
    """A question out of JSON."""
    read: Question = _read(Question, text)
    return read


def answer_text(answer: Answer) -> str:
    """An answer as JSON."""
    return _text(Answer, answer)


def read_answer(text: str | bytes) -> Answer:
    """An answer out of JSON."""
    read: Answer = _read(Answer, text)
    return read


def kept_text(kept: Kept) -> str:
    """A worker's memory of one data set as JSON."""
    return _text(Kept, kept)


def read_kept(text: str | bytes) -> Kept:
    """A worker's memory of one data set out of JSON."""
    read: Kept = _read(Kept, text)
    return read


@cache
def _adapter(shape: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(shape)


def _text(shape: Any, value: Any) -> str:
    return _adapter(shape).dump_json(value, by_alias=True).decode("utf-8")


def _read(shape: Any, text: str | bytes) -> Any:
    return _adapter(shape).validate_json(text)
