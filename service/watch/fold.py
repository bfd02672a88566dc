"""Events and time into the signals of one engine family: no graph, no incidents, no questions."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from engines.families import Family
from engines.signal import Signal
from ingest.identity import Identity
from ingest.translate import Translated, translate
from signal_factory.errors import InvalidEvent
from signal_factory.wire import Envelope

from ..kept import KeptEngines
from ..memory_rows import judged_rows, restored
from ..pipeline import Memory
from ..trouble import what_raised

_LOG = logging.getLogger("signal_factory.service.watch")
T = TypeVar("T")


class Watch:
    """What the engines of one family know, and say. The clock is that of ``LocalPipeline``.

    Names and routes are learned from all events that can teach any. Records teach none, and
    decide nothing here: of one, only its time matters. What makes the engines raise says
    nothing and holds nothing up; the leader sets it aside.
    """

    def __init__(self, family: Family, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self.engines = KeptEngines(self.memory.states, self.memory.routes, self.memory.deadlines)
        self.identity = Identity(self.memory.book)
        self.saved_rules = ""
        self._family = family

    def hear(self, envelope: Envelope) -> list[Signal]:
        """Fold one event in, after the deadlines before it; one that cannot be read says nothing."""
        told = _unless_it_raises(lambda: translate(envelope, self.identity))
        if told is None:
            return []
        found = self.pass_by(envelope.time)
        return found + (_unless_it_raises(lambda: self._fold(told, self._now(envelope.time))) or [])

    def pass_by(self, time: datetime) -> list[Signal]:
        """Let the time of an event come that is of no concern otherwise."""
        now = self._now(time)
        found = self._fire(lambda due: due < now)
        self.memory.clock.now = now
        return found

    def advance(self, now: datetime) -> list[Signal]:
        """Let time pass; what is due at that very moment is looked at too."""
        now = self._now(now)
        found = self._fire(lambda due: due <= now)
        self.memory.clock.now = now
        return found

    def due(self) -> datetime | None:
        """When something will be looked at next."""
        return self.engines.next_deadline()

    def take_rows(self) -> dict[str, str]:
        """Rows that changed since the last call; "" means deleted."""
        return judged_rows(self)

    def _fold(self, told: Translated, now: datetime) -> list[Signal]:
        found: list[Signal] = []
        for old, new in told.moved:
            found += self._said(self.engines.rename(old, new, now))
        if told.is_tick:
            return found + self._fire(lambda due: due <= now)
        for fact in told.facts:
            if self._family.hears(fact):
                found += self._said(self.engines.observe(fact, now))
        return found

    def _now(self, time: datetime) -> datetime:
        return max(time, self.memory.clock.now or time)

    def _fire(self, is_due: Callable[[datetime], bool]) -> list[Signal]:
        found: list[Signal] = []
        while (due := self.engines.next_deadline()) is not None and is_due(due):
            found += self._said(_unless_it_raises(self.engines.fire) or [])
        return found

    def _said(self, signals: Iterable[Signal]) -> list[Signal]:
        return [each for each in signals if self._family.says(each)]


def _unless_it_raises(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except InvalidEvent:
        return None
    except Exception as error:  # noqa: BLE001 - one event may not keep the news of all others
        _LOG.error("left out of the watch: %s", what_raised(error))
        return None


def watch_in(family: Family, rows: dict[str, str]) -> Watch:
    """The watch that such rows were taken from."""
    return Watch(family, restored(rows)[1])
