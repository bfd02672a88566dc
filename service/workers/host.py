"""The engines of one data set as a worker runs them: what was kept and a question in, both out again."""

from engines.keyed import DatasetEngines
from engines.signal import Signal
from engines.standing import standing_of
from engines.state import DatasetState

from ..kept import KeptAgenda
from .messages import (
    Answer,
    Fired,
    Item,
    Kept,
    Question,
    Said,
    Upto,
    answer_text,
    kept_text,
    read_kept,
)


def answered(question: Question, kept: str) -> tuple[str, str]:
    """The answer, and what to keep.

    A question that was answered already gets the same answer and changes nothing: a
    leader that takes over asks again what the last one may have asked. One of a range
    that is past has a leader behind it that nobody listens to any more.
    """
    known = read_kept(kept) if kept else Kept(DatasetState(question.urn))
    number, name = question.ask[0], f"{question.ask[0]}.{question.ask[1]}"
    if name in known.answers or number < known.range:
        return known.answers.get(name, answer_text(Answer(question.ask, question.urn))), kept
    told = _answer(question, known)
    text = answer_text(told)
    if number > known.range:
        known.range, known.answers = number, {}
    known.answers[name] = text
    if question.gives:
        known.state, known.deadlines = DatasetState(question.urn), []
    return text, kept_text(known)


def _answer(question: Question, known: Kept) -> Answer:
    if question.gives:
        return Answer(question.ask, question.urn, given=kept_text(Kept(known.state)))
    agenda = KeptAgenda()
    for each in known.deadlines:
        agenda.add(each.at, each.urn, each.what, each.about)
    turn = _Turn(DatasetEngines(known.state, agenda), agenda)
    if question.takes and question.end is not None:
        turn.take_in(read_kept(question.takes).state, question.end)
    for item in question.items:
        turn.hear(item)
    if question.end is not None:
        turn.wait(question.end)
    known.deadlines = agenda.all()
    said, fired = tuple(turn.said), tuple(turn.fired)
    return Answer(question.ask, question.urn, said, fired, standing_of(known.state), agenda.next())


class _Turn:
    """One question being folded in: facts, and deadlines in between."""

    def __init__(self, engines: DatasetEngines, agenda: KeptAgenda) -> None:
        self._engines, self._agenda = engines, agenda
        self._after = -1
        self.said: list[Said] = []
        self.fired: list[Fired] = []

    def take_in(self, gone: DatasetState, end: Upto) -> None:
        """What was another data set is this one's now."""
        self._say(-1, self._engines.take_in(gone, end.at))

    def hear(self, item: Item) -> None:
        """Fold a fact in, after the deadlines before it."""
        self.wait(item.upto)
        self._say(item.order, self._engines.observe(item.told(self._engines.state.urn), item.now))
        self._after = item.order

    def wait(self, upto: Upto) -> None:
        """Let time pass."""
        while (due := self._agenda.next()) is not None and upto.covers(due):
            deadline = self._agenda.pop()
            self.fired.append(Fired(self._after, deadline, tuple(self._engines.fire(deadline))))

    def _say(self, order: int, signals: list[Signal]) -> None:
        if signals:
            self.said.append(Said(order, tuple(signals)))
