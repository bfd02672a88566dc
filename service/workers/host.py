"""The engines of one data set as a worker runs them: what was kept and a question in, both out again."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from engines.agenda import Agenda, Deadline
from engines.keyed import DatasetEngines
from engines.signal import Signal
from engines.standing import standing_of
from engines.state import DatasetState

from ..kept import KeptAgenda
from ..trouble import what_raised
from .messages import (
    Answer,
    Fired,
    Item,
    Kept,
    Question,
    Raised,
    Said,
    Upto,
    answer_text,
    kept_text,
    read_kept,
)

MakeEngines: TypeAlias = Callable[[DatasetState, Agenda], DatasetEngines]
NEVER = -1
"""The range of a data set that nobody has asked yet."""


class Held(NamedTuple):
    """What a worker keeps of a data set: as it is, and as it was before the last range; "" for nothing."""

    kept: str = ""
    before: str = ""


def answered(question: Question, held: Held, engines: MakeEngines = DatasetEngines) -> tuple[str, Held]:
    """The answer, and what to keep.

    A question that was answered already gets the same answer and changes nothing: a
    leader that takes over asks again what the last one may have asked. One of a range
    that is past has a leader behind it that nobody listens to any more.
    """
    known = _read(held.kept, question.urn)
    number, name = question.ask[0], f"{question.ask[0]}.{question.ask[1]}"
    if name in known.answers or number < known.range:
        return known.answers.get(name, answer_text(Answer(question.ask, question.urn))), held
    known, before = _begun(question, held, known)
    try:
        told = _answer(question, known, engines)
    except _EngineFailure as failure:
        told = Answer(question.ask, question.urn, raised=failure.raised)
        known, before = _begun(question, held, _read(held.kept, question.urn))
    text = known.answers[name] = answer_text(told)
    return text, Held(kept_text(known), before)


def _begun(question: Question, held: Held, known: Kept) -> tuple[Kept, str]:
    """What a question goes on from, and what a range that follows may have to go back to.

    A range in which something raised is asked about again under another number, without
    what raised: what was told first is forgotten then.
    """
    number, before = question.ask[0], held.before
    if number == known.range:
        return known, before
    if question.since is None or question.since == known.range:
        before = held.kept
    else:
        known, before = _went_back(question.urn, question.since, held, known)
    known.range, known.answers = number, {}
    return known, before


def _went_back(urn: str, since: int, held: Held, known: Kept) -> tuple[Kept, str]:
    if since == NEVER:
        return _read("", urn), ""
    older = _read(held.before, urn)
    return (older, held.before) if older.range == since else (known, held.kept)


def _read(text: str, urn: str) -> Kept:
    return read_kept(text) if text else Kept(DatasetState(urn))


class _EngineFailure(Exception):
    """Engines raised; what they made of the data set until then is not to be kept."""

    def __init__(self, raised: Raised) -> None:
        super().__init__(raised.what)
        self.raised = raised


def _answer(question: Question, known: Kept, engines: MakeEngines) -> Answer:
    if question.gives:
        given = kept_text(Kept(known.state))
        known.state, known.deadlines = DatasetState(question.urn), []
        return Answer(question.ask, question.urn, given=given)
    turn = _Turn(question, known, engines)
    try:
        return turn.answer()
    except MemoryError:
        raise
    except Exception as error:
        raise _EngineFailure(Raised(what_raised(error), turn.after, turn.firing)) from error


class _Turn:
    """One question being folded in: facts, and deadlines in between."""

    def __init__(self, question: Question, known: Kept, engines: MakeEngines) -> None:
        self._question, self._known = question, known
        self._drops = frozenset(question.drops)
        self._agenda = KeptAgenda()
        for each in known.deadlines:
            self._agenda.add(each.at, each.urn, each.what, each.about)
        self._engines = engines(known.state, self._agenda)
        self.after = -1
        self.firing: Deadline | None = None
        self._said: list[Said] = []
        self._fired: list[Fired] = []

    def answer(self) -> Answer:
        """Fold it in."""
        question = self._question
        if question.takes and question.end is not None:
            gone = read_kept(question.takes).state
            self._say(-1, self._engines.take_in(gone, question.end.at))
        for item in question.items:
            self._hear(item)
        if question.end is not None and not question.takes:
            self._wait(question.end)
        self._known.deadlines = self._agenda.all()
        said, fired = tuple(self._said), tuple(self._fired)
        standing = standing_of(self._known.state)
        return Answer(question.ask, question.urn, said, fired, standing, self._agenda.next())

    def _hear(self, item: Item) -> None:
        """Fold a fact in, after the deadlines before it."""
        self._wait(item.upto)
        self.after = item.order
        self._say(item.order, self._engines.observe(item.told(self._engines.state.urn), item.now))

    def _wait(self, upto: Upto) -> None:
        """Let time pass."""
        while (due := self._agenda.next()) is not None and upto.covers(due):
            deadline = self._agenda.pop()
            if deadline not in self._drops:
                self.firing = deadline
                self._fired.append(Fired(self.after, deadline, tuple(self._engines.fire(deadline))))
                self.firing = None

    def _say(self, order: int, signals: list[Signal]) -> None:
        if signals:
            self._said.append(Said(order, tuple(signals)))
