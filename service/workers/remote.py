"""The engines of a fleet whose data sets live in other processes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from engines.agenda import Deadline
from engines.routes import Routes
from engines.signal import Signal
from engines.standing import Known, Standing

from ..trouble import EnginesRaised, Trouble
from .host import NEVER
from .messages import Answer, AskId, Item, Question, Upto


class Asker(Protocol):
    """How questions reach the workers."""

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Answer]:
        """The answers by data set, once all are there.

        Raises:
            BackendUnavailable: no answer came in time; asking again is safe.
        """
        ...


class RemoteEngines:
    """Stands where the engines of one process stand, and asks."""

    def __init__(self, asker: Asker, routes: Routes, known: dict[str, Known]) -> None:
        self._asker, self.routes, self.known = asker, routes, known
        self.range = 0
        self._number = 0
        self._drops: dict[str, tuple[Deadline, ...]] = {}

    def begin(self, number: int, drops: Iterable[Deadline] = ()) -> None:
        """The questions that follow are about this range of the log; ``drops`` are not looked at in it."""
        self.range, self._number = number, 0
        self._drops = {}
        for each in drops:
            self._drops[each.urn] = (*self._drops.get(each.urn, ()), each)

    def turn(self, items: Mapping[str, Sequence[Item]], end: Upto) -> Mapping[str, Answer]:
        """Tell data sets their facts, and let time pass for all that something is due for.

        An answer may tell that the engines raised; what is known of the data set is then as it was.
        """
        due = {urn for urn, each in self.known.items() if each.due is not None and end.covers(each.due)}
        ask = self._next()
        return self._asked(
            [
                Question(
                    ask, urn, tuple(items.get(urn, ())), end, since=self._since(urn),
                    drops=self._drops.get(urn, ()),
                )
                for urn in sorted({*items, *due})
            ]
        )  # fmt: skip

    def rename(self, old: str, new: str, now: datetime) -> list[Signal]:
        """Two names turned out to be one table; the signals of judging it anew.

        Raises:
            EnginesRaised: judging it failed.
        """
        self.routes.rename(old, new)
        if old not in self.known:
            return []
        gives = Question(self._next(), old, gives=True, since=self._since(old))
        del self.known[old]
        given = self._asker.ask([gives])[old].given
        takes = Question(self._next(), new, end=Upto(now), takes=given, since=self._since(new))
        answer = self._asked([takes])[new]
        if answer.raised is not None:
            raise EnginesRaised(Trouble(answer.raised.what))
        return [signal for said in answer.said for signal in said.signals]

    def standing(self, urn: str) -> Standing | None:
        """How a data set stands; None for one that no fact spoke of."""
        known = self.known.get(urn)
        return known.standing if known is not None else None

    def _since(self, urn: str) -> int | None:
        """The range whose effect on a data set was kept last; its worker may have gone on from there."""
        known = self.known.get(urn)
        return known.asked if known is not None else NEVER

    def _next(self) -> AskId:
        self._number += 1
        return self.range, self._number

    def _asked(self, questions: Sequence[Question]) -> Mapping[str, Answer]:
        answers: Mapping[str, Answer] = self._asker.ask(questions) if questions else {}
        for urn, answer in answers.items():
            if answer.raised is None:
                self.known[urn] = Known(answer.standing or Standing(), answer.due, self.range)
        return answers
