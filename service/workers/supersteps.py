"""Events in batches: read all, ask all data sets at once, then fold everything in as one process would.

docs/decisions/0017-supersteps.md. The effect of a batch is that of its events one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from typing import TypeAlias

from engines.agenda import Deadline
from engines.runs import said_of_runs
from engines.signal import Signal
from graph.port import GraphStore
from signal_factory.errors import InvalidEvent
from signal_factory.wire import Envelope

from ..pipeline import Applied, Memory, Pipeline, Step
from ..trouble import EnginesRaised, Trouble
from .merging import Marks, placed
from .messages import Answer, Fired, Item, Raised, Upto, item_of
from .remote import Asker, RemoteEngines

_Told: TypeAlias = tuple[range, list[str]]
"""Of one fact: the places of its items in the question, and the tables they are told to."""
_STILL = Upto(datetime.min.replace(tzinfo=UTC))
"""No time passes up to here."""


@dataclass(slots=True)
class _Batch:
    """Events that were read, and what data sets are to be told of them."""

    end: Upto | None
    numbers: list[int] = field(default_factory=list[int])
    steps: list[Step] = field(default_factory=list[Step])
    items: dict[str, list[Item]] = field(default_factory=dict[str, list[Item]])
    places: dict[int, int] = field(default_factory=dict[int, int])
    told: list[list[_Told]] = field(default_factory=list[list[_Told]])
    marks: Marks = field(default_factory=Marks)


class FleetPipeline(Pipeline):
    """A pipeline whose engines answer from other processes."""

    engines: RemoteEngines

    def __init__(self, store: GraphStore, memory: Memory, asker: Asker) -> None:
        super().__init__(store, memory, RemoteEngines(asker, memory.routes, memory.known))
        self._upto: Upto | None = None

    def apply_all(self, envelopes: Sequence[Envelope]) -> list[Applied]:
        """See ``Pipeline.apply_all``.

        Raises:
            BackendUnavailable: the workers did not answer; what was kept last holds, and the
                events may be applied again from there.
        """
        outcomes: list[Applied] = []
        batch = _Batch(self._upto)
        clock = self.memory.clock.now
        for self.in_hand, envelope in enumerate(envelopes):
            try:
                step = self.read(envelope, clock)
            except InvalidEvent as error:
                outcomes.append(Applied(str(error)))
                continue
            outcomes.append(Applied(unplaced=step.told.unplaced))
            clock = step.now
            if step.told.moved:
                number = self.in_hand
                self._fold(batch)
                self._fold_move(step, number)
                batch = _Batch(self._upto)
            else:
                self._add(batch, step, _until(batch.end, step.now))
        self._fold(batch)
        self.in_hand = None
        return outcomes

    def begin(self, number: int, drops: Iterable[Deadline] = ()) -> None:
        """See ``Pipeline.begin``."""
        super().begin(number, drops)
        self.engines.begin(number, self.drops)

    def advance(self, now: datetime) -> None:
        """See ``Pipeline.advance``."""
        if self.memory.clock.now is None or now >= self.memory.clock.now:
            self._wait(Upto(now, ticked=True))
            self.doubt(now)
            self.memory.clock.now = now

    def due(self) -> datetime | None:
        """See ``Pipeline.due``."""
        return min((each.due for each in self.memory.known.values() if each.due is not None), default=None)

    def _add(self, batch: _Batch, step: Step, before: Upto) -> None:
        """Put what the event in hand says into the questions of a batch; time has come to ``before``."""
        batch.end = Upto(step.now, ticked=True) if step.told.is_tick else before
        batch.marks.add(before, batch.end)
        place = len(batch.steps)
        batch.numbers.append(self.in_hand or 0)
        batch.steps.append(step)
        batch.told.append([])
        for fact in step.told.facts:
            tables = {each.urn: each for each in self.engines.routes.of(fact)}
            first = len(batch.places)
            for order, (urn, told) in enumerate(tables.items(), first):
                batch.places[order] = place
                batch.items.setdefault(urn, []).append(item_of(order, told, step.now, before))
            batch.told[place].append((range(first, len(batch.places)), list(tables)))

    def _fold(self, batch: _Batch, again: Sequence[Sequence[Signal]] = ()) -> None:
        """Ask, and fold the events in with the answers, and what was judged ``again`` for a move."""
        if not batch.steps or batch.end is None:
            return
        self.in_hand = None
        answers = self.engines.turn(batch.items, batch.end)
        _check(answers, batch)
        fired = placed([each.fired for each in answers.values()], batch.places, batch.marks)
        said = _said(answers.values())
        for place, step in enumerate(batch.steps):
            self.in_hand = batch.numbers[place]
            self._fire(fired.get(batch.marks.before(place), ()))
            self.hear(step, again)
            self._fire(fired.get(batch.marks.behind(place), ()))
            self._say_all(batch, place, said)
        self._fire(fired.get(batch.marks.end, ()))
        self._upto = batch.end

    def _fold_move(self, step: Step, number: int) -> None:
        """An event that moves data sets has to find all before it done; no time passes with it."""
        before = _until(self._upto, step.now)
        self.in_hand = number
        self._wait(before)
        again = self.judged_anew(step)
        batch = _Batch(_STILL)
        self._add(batch, step, _STILL)
        self._fold(batch, again)
        self._upto = before

    def _say_all(self, batch: _Batch, place: int, said: Mapping[int, Sequence[Signal]]) -> None:
        step, told = batch.steps[place], batch.told[place]
        for fact, (orders, tables) in zip(step.told.facts, told, strict=True):
            found = [signal for order in orders for signal in said.get(order, ())]
            self.say([*found, *said_of_runs(fact, tables, step.now)], step.now)

    def _wait(self, upto: Upto) -> None:
        """Let time pass for all data sets that something is due for."""
        answers = self.engines.turn({}, upto)
        _check(answers, _Batch(upto))
        for mark in sorted(fired := placed([each.fired for each in answers.values()], {}, Marks())):
            self._fire(fired[mark])
        self._upto = upto

    def _fire(self, fired: Iterable[Fired]) -> None:
        for each in fired:
            self.firing = each.due
            self.say(each.signals, each.due.at)
        self.firing = None


def _until(last: Upto | None, now: datetime) -> Upto:
    """How far time has come when an event is heard: at the moment of a tick, that has been looked at."""
    return last if last is not None and last.at == now else Upto(now)


def _said(answers: Iterable[Answer]) -> dict[int, Sequence[Signal]]:
    return {said.order: said.signals for answer in answers for said in answer.said}


def _check(answers: Mapping[str, Answer], batch: _Batch) -> None:
    """Nothing was raised.

    Raises:
        EnginesRaised: something was; what came first is told, by the order of one process.
    """
    found = [(_where(each.raised, batch), urn, each.raised) for urn, each in answers.items() if each.raised]
    if not found:
        return
    found.sort(key=lambda each: each[:2])
    (mark, _), _, raised = found[0]
    numbers = batch.numbers
    at = numbers[min(mark // 2, len(numbers) - 1)] if numbers else None
    first = takewhile(lambda each: not each[0][1], found)
    raise EnginesRaised(Trouble(raised.what, at, tuple(one.due for *_, one in first if one.due is not None)))


def _where(raised: Raised, batch: _Batch) -> tuple[int, bool]:
    """The mark at or behind which something was raised, and whether at an item there."""
    place = batch.places.get(raised.order)
    if raised.due is None:
        return (batch.marks.behind(place) if place is not None else 0), True
    return batch.marks.of(raised.due, place), False
