"""One term of a watch: from what was kept on, until its lease is lost."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from engines.signal import Signal

from ..clocks import EngineClock, TimeSource
from ..kafka.merge import Partition
from ..kafka.passing import Heard
from .fold import Watch
from .rows import Reached
from .seen import Seen

_AT_ONCE_S = 0.1
_IN_FLIGHT = timedelta(seconds=1)
"""Events may be so long on their way to the bus when their time has come."""


class Heeding(Protocol):
    """Where a watch hears events (``service.kafka.tap.Tap``)."""

    @property
    def is_caught_up(self) -> bool:
        """Whether everything was read, as far as was heard of it."""
        ...

    def turn(self, timeout_s: float) -> list[Heard]:
        """What came, in order of time."""
        ...

    def is_at_end(self) -> bool:
        """Whether nothing more is there, asked now."""
        ...

    def offsets(self) -> dict[Partition, int]:
        """Where to go on once what came is durable."""
        ...

    def show(self, offsets: Mapping[Partition, int]) -> None:
        """Let others see how far what came is durable."""
        ...

    def close(self) -> None:
        """Hear no more."""
        ...


class Telling(Protocol):
    """Where a watch tells what it found, and keeps what it knows."""

    def tell(self, signals: Sequence[Signal]) -> None:
        """Signals, at once; durable when it returns."""
        ...

    def keep(self, rows: dict[str, str], reached: Reached) -> None:
        """Rows that changed, and how far they hold."""
        ...


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often time is looked at, and the state kept, in seconds."""

    look_s: float = 1.0
    save_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Known:
    """What a term begins with."""

    watch: Watch
    seen: Seen
    clock: EngineClock


class Term:
    """Folds in what comes, tells what it finds before it keeps what it knows. One thread owns it."""

    def __init__(
        self,
        known: Known,
        tap: Heeding,
        told: Telling,
        now: TimeSource,
        rhythm: Rhythm,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._watch, self._seen, self._clock = known.watch, known.seen, known.clock
        self._tap, self._told, self._now, self._rhythm = tap, told, now, rhythm
        self._monotonic = monotonic
        self._looked_at = float("-inf")
        self._save_at = float("-inf")

    def turn(self) -> int:
        """Hear what came, and look at the time; how many signals were told.

        Raises:
            BackendUnavailable: bus or state failed; a new term goes on from what was kept.
        """
        found = [signal for each in self._tap.turn(_AT_ONCE_S) for signal in self._heard(each)]
        found += self._look()
        if found:
            self._told.tell(found)
        if self._monotonic() >= self._save_at:
            self.save()
        return len(found)

    def save(self) -> None:
        """Keep what changed; for no more than a fifth of the time."""
        began = self._monotonic()
        reached = Reached(self._tap.offsets(), self._clock.lead_s)
        self._told.keep(self._watch.take_rows(), reached)
        self._tap.show(reached.offsets)
        now = self._monotonic()
        self._save_at = now + max(self._rhythm.save_s, 4 * (now - began))

    def close(self) -> None:
        """Hear no more."""
        self._tap.close()

    def _heard(self, heard: Heard) -> Sequence[Signal]:
        now = self._now()
        self._clock.observe((heard.time - now).total_seconds())
        if heard.envelope is None:
            # A record is not validated here: its time is believed no further than the present.
            return self._watch.pass_by(min(heard.time, now))
        return self._watch.hear(heard.envelope) if self._seen.is_new(heard.identity) else ()

    def _look(self) -> list[Signal]:
        """Time stands still while events wait to be read: what they tell must not look missing."""
        if self._monotonic() - self._looked_at < self._rhythm.look_s:
            return []
        self._looked_at = self._monotonic()
        now, due = self._clock.now(), self._watch.due()
        if now is None or due is None or due > now - _IN_FLIGHT:
            return []
        is_heard = self._tap.is_caught_up and self._tap.is_at_end()
        return self._watch.advance(now - _IN_FLIGHT) if is_heard else []
