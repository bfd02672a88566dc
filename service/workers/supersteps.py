"""Events in batches: read all, ask all data sets at once, then fold everything in as one process would.

docs/decisions/0017-supersteps.md. The effect of a batch is that of its events one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from engines.runs import said_of_runs
from engines.signal import Signal
from graph.port import GraphStore
from signal_factory.errors import InvalidEvent
from signal_factory.wire import Envelope

from ..pipeline import Applied, Memory, Pipeline, Step
from .merging import Marks, placed
from .messages import Answer, Fired, Item, Upto, item_of
from .remote import Asker, RemoteEngines

_Told: TypeAlias = tuple[range, list[str]]
"""Of one fact: the places of its items in the question, and the tables they are told to."""


@dataclass(slots=True)
class _Batch:
    """Events that were read, and what data sets are to be told of them."""

    end: Upto | None
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
        for envelope in envelopes:
            try:
                step = self.read(envelope, clock)
            except InvalidEvent as error:
                outcomes.append(Applied(str(error)))
                continue
            outcomes.append(Applied(unplaced=step.told.unplaced))
            clock = step.now
            if step.told.moved:
                self._fold(batch)
                self._fold_move(step)
                batch = _Batch(self._upto)
            else:
                self._add(batch, step)
        self._fold(batch)
        return outcomes

    def begin(self, number: int) -> None:
        """See ``Pipeline.begin``."""
        self.engines.begin(number)

    def advance(self, now: datetime) -> None:
        """See ``Pipeline.advance``."""
        if self.memory.clock.now is None or now >= self.memory.clock.now:
            self._wait(Upto(now, ticked=True))
            self.doubt(now)
            self.memory.clock.now = now

    def due(self) -> datetime | None:
        """See ``Pipeline.due``."""
        return min((each.due for each in self.memory.known.values() if each.due is not None), default=None)

    def _add(self, batch: _Batch, step: Step) -> None:
        """Put what an event says into the questions of a batch."""
        before = _until(batch.end, step.now)
        batch.end = Upto(step.now, ticked=True) if step.told.is_tick else before
        batch.marks.add(before, batch.end)
        place = len(batch.steps)
        batch.steps.append(step)
        batch.told.append([])
        for fact in step.told.facts:
            tables = {each.urn: each for each in self.engines.routes.of(fact)}
            first = len(batch.places)
            for order, (urn, told) in enumerate(tables.items(), first):
                batch.places[order] = place
                batch.items.setdefault(urn, []).append(item_of(order, told, step.now, before))
            batch.told[place].append((range(first, len(batch.places)), list(tables)))

    def _fold(self, batch: _Batch) -> None:
        """Ask, and fold the events in with the answers."""
        if not batch.steps or batch.end is None:
            return
        answers = self.engines.turn(batch.items, batch.end)
        fired = placed([each.fired for each in answers.values()], batch.places, batch.marks)
        said = _said(answers.values())
        for place, step in enumerate(batch.steps):
            self._fire(fired.get(batch.marks.before(place), ()))
            self.hear(step)
            self._fire(fired.get(batch.marks.behind(place), ()))
            self._say_all(batch, place, said)
        self._fire(fired.get(batch.marks.end, ()))
        self._upto = batch.end

    def _fold_move(self, step: Step) -> None:
        """An event that moves data sets has to find all before it done."""
        before = _until(self._upto, step.now)
        self._wait(before)
        self.hear(step)
        batch = _Batch(before)
        self._add(batch, step)
        answers = self.engines.turn(batch.items, before)
        fired = placed([each.fired for each in answers.values()], batch.places, batch.marks)
        self._fire(fired.get(batch.marks.before(0), ()))
        self._say_all(batch, 0, _said(answers.values()))
        self._fire(fired.get(batch.marks.end, ()))

    def _say_all(self, batch: _Batch, place: int, said: Mapping[int, Sequence[Signal]]) -> None:
        step, told = batch.steps[place], batch.told[place]
        for fact, (orders, tables) in zip(step.told.facts, told, strict=True):
            found = [signal for order in orders for signal in said.get(order, ())]
            self.say([*found, *said_of_runs(fact, tables, step.now)], step.now)

    def _wait(self, upto: Upto) -> None:
        """Let time pass for all data sets that something is due for."""
        answers = self.engines.turn({}, upto)
        for mark in sorted(fired := placed([each.fired for each in answers.values()], {}, Marks())):
            self._fire(fired[mark])
        self._upto = upto

    def _fire(self, fired: Iterable[Fired]) -> None:
        for each in fired:
            self.say(each.signals, each.due.at)


def _until(last: Upto | None, now: datetime) -> Upto:
    """How far time has come when an event is heard: at the moment of a tick, that has been looked at."""
    return last if last is not None and last.at == now else Upto(now)


def _said(answers: Iterable[Answer]) -> dict[int, Sequence[Signal]]:
    return {said.order: said.signals for answer in answers for said in answer.said}
