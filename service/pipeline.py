"""One event through the whole machine: facts, graph, signals, episodes.

The clock is the event's time as it was received; deadlines fire in between, each at
its own moment, so that a month replays as it happened.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from copilot.annotate import annotations
from copilot.assembly import Assembly, Ledger
from copilot.episodes import Episode, tells_of_silence
from engines.agenda import Deadline
from engines.routes import Routes
from engines.signal import Signal
from engines.standing import Known, Standing
from engines.state import DatasetState
from graph.buffer import GraphBuffer
from graph.filters import WriteFilter
from graph.model import NodeRef
from graph.port import GraphStore
from ingest.identity import Book, Identity
from ingest.moving import move_dataset
from ingest.projection import Projection
from ingest.translate import Translated, translate
from signal_factory.errors import InvalidEvent
from signal_factory.wire import Envelope

from .kept import KeptEngines, Noted
from .pulse import Busy, Senders, Vigil
from .trouble import Trouble, trouble_of


@dataclass(slots=True)
class Clock:
    """Where time stands, and how busy the bus was."""

    now: datetime | None = None
    last_event: datetime | None = None
    busy: Busy = field(default_factory=Busy)


def _routes() -> Routes:
    return Routes(Noted(), Noted())


def _book() -> Book:
    return Book(names=Noted())


@dataclass(slots=True)
class Memory:
    """All state that is kept between events (``service.memory_rows`` keeps it)."""

    clock: Clock = field(default_factory=Clock)
    book: Book = field(default_factory=_book)
    routes: Routes = field(default_factory=_routes)
    senders: Senders = field(default_factory=Senders)
    tallies: dict[str, int] = field(default_factory=Noted[int])
    states: dict[str, DatasetState] = field(default_factory=dict[str, DatasetState])
    deadlines: list[Deadline] = field(default_factory=list[Deadline])
    known: dict[str, Known] = field(default_factory=Noted[Known])
    ledger: Ledger = field(default_factory=Ledger)


@dataclass(frozen=True, slots=True)
class Step:
    """One event as it was read: what it says, and where the clock of the engines stands with it."""

    envelope: Envelope
    told: Translated
    now: datetime


class Applied(NamedTuple):
    """Why an event could not be read, "" if it could, and what of it found no place."""

    error: str = ""
    unplaced: tuple[str, ...] = ()


class Engines(Protocol):
    """What a pipeline asks of its engines beside their judgement."""

    def rename(self, old: str, new: str, now: datetime) -> list[Signal]:
        """Two names turned out to be one table; the signals of judging it anew."""
        ...

    def standing(self, urn: str) -> Standing | None:
        """How a data set stands; None for one that no fact spoke of."""
        ...


class Pipeline(ABC):
    """Folds envelopes into graph and memory, wherever the engines are. One thread owns it."""

    def __init__(self, store: GraphStore, memory: Memory, engines: Engines) -> None:
        self.memory, self.store, self.engines = memory, store, engines
        self.identity = Identity(self.memory.book)
        self.assembly = Assembly(store, self.memory.ledger)
        self.saved_rules = ""
        self._vigil = Vigil()
        self.filter = WriteFilter.over(store)
        self._projection = Projection(self.memory.tallies, self.filter.bucket_of)
        self._buffer = GraphBuffer(store, max_age=timedelta.max, write_filter=self.filter)
        self.drops: frozenset[Deadline] = frozenset()
        self.left_out: list[Deadline] = []
        self.in_hand: int | None = None
        self.firing: Deadline | None = None

    @abstractmethod
    def apply_all(self, envelopes: Sequence[Envelope]) -> list[Applied]:
        """Fold events in, in their order."""

    def begin(self, number: int, drops: Iterable[Deadline] = ()) -> None:  # noqa: ARG002 - for a fleet's
        """What follows is about this range of the log; nothing is looked at at the deadlines ``drops``."""
        self.drops = frozenset(drops)

    def trouble(self, error: Exception) -> Trouble:
        """What an exception came of; memory is not to be relied on until it is loaded again."""
        return trouble_of(error, self.in_hand, self.firing)

    @abstractmethod
    def advance(self, now: datetime) -> None:
        """Let time pass."""

    @abstractmethod
    def due(self) -> datetime | None:
        """When something will be looked at next."""

    def read(self, envelope: Envelope, clock: datetime | None) -> Step:
        """What an event says when time stands at ``clock``; only names are learned from it.

        Raises:
            InvalidEvent: the body does not have the shape of its kind.
        """
        told = translate(envelope, self.identity)
        return Step(envelope, told, max(envelope.time, clock or envelope.time))

    def judged_anew(self, step: Step) -> list[list[Signal]]:
        """What engines say of each table that an event gave another name to."""
        return [self.engines.rename(old, new, step.now) for old, new in step.told.moved]

    def hear(self, step: Step, again: Sequence[Sequence[Signal]] = ()) -> None:
        """Let its time come, and keep what it says; telling the engines is the caller's, before.

        So that engines that raise do so before anything of the event is written.
        """
        told, now = step.told, step.now
        self.doubt(now)
        self.memory.clock.now = now
        for (old, new), signals in zip(told.moved, again, strict=True):
            self._rename(old, new, signals, now)
        if told.is_tick:
            return
        self._heard(step.envelope, now)
        self.memory.senders.note(told.facts, now)
        mutations = self._projection.of(told.facts)
        self._buffer.add(mutations.nodes, mutations.edges, now)

    def flush(self) -> None:
        """Write what is buffered to the graph."""
        self._buffer.flush()

    def spent(self, refs: Iterable[NodeRef]) -> list[str]:
        """Totals that nobody needs any more once ``refs`` have left the graph; any thread may ask."""
        return self._projection.spent(refs)

    def drop(self, totals: Iterable[str]) -> None:
        """Forget such totals."""
        for key in totals:
            if key in self.memory.tallies:
                del self.memory.tallies[key]

    def _heard(self, envelope: Envelope, now: datetime) -> None:
        busy = self.memory.clock.busy
        busy.heard(now)
        if envelope.kind == "evidence" and "topic" in (envelope.body.get("source") or {}):
            busy.beat(now)
        self.memory.clock.last_event = now

    def say(self, signals: Iterable[Signal], now: datetime) -> None:
        """Put what engines said into graph and episodes."""
        for signal in signals:
            nodes, edges = annotations(signal)
            self._buffer.add(nodes, edges, now)
            is_stale = self._is_stale(signal, now)
            ended = self.assembly.observe(signal, is_stale=is_stale)
            if is_stale and self.memory.clock.last_event is not None:
                self.assembly.turn_stale(self.memory.clock.last_event)
            if ended is not None:
                self._settle(ended, now)

    def _is_stale(self, signal: Signal, now: datetime) -> bool:
        """Whether it tells of a silence that may be the bus's own."""
        if not signal.is_bad or not tells_of_silence(signal.signal_type, signal.signatures):
            return False
        return self._is_silent(now)

    def _is_silent(self, now: datetime) -> bool:
        clock = self.memory.clock
        return self._vigil.is_silent(clock.busy, self.memory.senders, now, clock.last_event)

    def doubt(self, now: datetime) -> None:
        """What broke since the bus was last heard is in doubt once its silence shows."""
        last = self.memory.clock.last_event
        if last is not None and self.assembly.is_silent_since(last) and self._is_silent(now):
            self.assembly.turn_stale(last)

    def _settle(self, episode: Episode, now: datetime) -> None:
        if episode.promise:
            self.flush()
            self.assembly.settle(episode, now)

    def _rename(self, old: str, new: str, again: Sequence[Signal], now: datetime) -> None:
        self.flush()
        move_dataset(self.store, old, new)
        self.assembly.rename(old, new)
        self.say(again, now)


class LocalPipeline(Pipeline):
    """A pipeline with the engines of all data sets beside it."""

    engines: KeptEngines

    def __init__(self, store: GraphStore, memory: Memory | None = None) -> None:
        memory = memory or Memory()
        super().__init__(store, memory, KeptEngines(memory.states, memory.routes, memory.deadlines))

    def apply_all(self, envelopes: Sequence[Envelope]) -> list[Applied]:
        """See ``Pipeline.apply_all``."""
        outcomes: list[Applied] = []
        for self.in_hand, envelope in enumerate(envelopes):
            outcomes.append(self._outcome(envelope))
        self.in_hand = None
        return outcomes

    def due(self) -> datetime | None:
        """See ``Pipeline.due``."""
        return self.engines.next_deadline()

    def _outcome(self, envelope: Envelope) -> Applied:
        try:
            return Applied(unplaced=self._apply(envelope))
        except InvalidEvent as error:
            return Applied(str(error))

    def _apply(self, envelope: Envelope) -> tuple[str, ...]:
        """Fold one event in; notes on what of it found no place.

        Raises:
            InvalidEvent: the body does not have the shape of its kind.
        """
        step = self.read(envelope, self.memory.clock.now)
        self._fire(lambda due: due < step.now)
        again = self.judged_anew(step)
        found = [self.engines.observe(fact, step.now) for fact in step.told.facts]
        self.hear(step, again)
        if step.told.is_tick:
            self._fire(lambda due: due <= step.now)
        for signals in found:
            self.say(signals, step.now)
        return step.told.unplaced

    def advance(self, now: datetime) -> None:
        """See ``Pipeline.advance``."""
        if self.memory.clock.now is None or now >= self.memory.clock.now:
            self._fire(lambda due: due <= now)
            self.doubt(now)
            self.memory.clock.now = now

    def _fire(self, is_due: Callable[[datetime], bool]) -> None:
        while (due := self.engines.next_deadline()) is not None and is_due(due):
            self.firing = self.engines.upcoming()
            if self.firing in self.drops:
                self.left_out.append(self.firing)
                self.engines.leave_out()
            else:
                self.say(self.engines.fire(), due)
        self.firing = None
