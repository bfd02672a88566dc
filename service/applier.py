"""The one thread that owns the engine: applies the log in order, lets time pass, saves state."""

import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from engines.agenda import Deadline
from graph.watched import GraphBehind
from signal_factory.errors import BackendUnavailable

from .clocks import EngineClock
from .entries import LogEntry, Rejected
from .eventlog import EventLog
from .gate import Gate
from .ports import RunningEngine
from .stride import Stride
from .trouble import Trouble, deadline_aside, event_aside, what_raised

_LOG = logging.getLogger("signal_factory.service.applier")
_CHUNK = 100
_PAUSE_AFTER_FAILURE_S = 0.5
_LOOK_S = 1.0
"""How long nothing may happen before log and graph are looked at."""
_LAG_S = 1.0
"""How often the lag is looked at while there is one."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """State is saved every ``flush_events`` events or ``flush_s`` seconds; time passes every ``tick_s``."""

    flush_events: int
    flush_s: float
    tick_s: float


class _Stumble(NamedTuple):
    """What raised, and the last event that was being folded in or saved then."""

    trouble: Trouble
    upto: int


class Applier:
    """Applies logged events to the engine in the background."""

    def __init__(
        self,
        log: EventLog,
        engine: RunningEngine,
        gate: Gate,
        clock: EngineClock,
        pacing: Pacing,
        applied: int,
        is_late: Callable[[], bool],
    ) -> None:
        """``is_late`` says that what waits to be applied waits for so long that answers may be wrong."""
        self._log, self._engine, self._gate = log, engine, gate
        self._clock, self._pacing = clock, pacing
        self._applied = self._saved = applied
        self._unsaved: dict[str, str] = {}
        self._stride = Stride(pacing.flush_events)
        self._is_torn = False
        self._stumble: _Stumble | None = None
        self._drops: dict[Deadline, str] = {}
        self._left_out: list[Deadline] = []
        self._progress = threading.Condition()
        self._wake = threading.Event()
        self._stopping = False
        self._is_late = is_late
        self._late: bool = False
        self._last_tick = self._last_flush = self._asked_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="applier", daemon=True)
        self._failure: str | None = None

    @property
    def applied(self) -> int:
        """The sequence number of the last event applied."""
        return self._applied

    @property
    def failure(self) -> str | None:
        """What holds it up."""
        return self._failure

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to apply."""
        self._mind_lag(waits=True)
        self._thread.start()

    def notify(self) -> None:
        """There is something new in the log."""
        self._wake.set()

    def wait_applied(self, seq: int, timeout_s: float) -> bool:
        """Wait until the event ``seq`` is applied; False when ``timeout_s`` passed first."""
        with self._progress:
            return self._progress.wait_for(lambda: self._applied >= seq, timeout_s)

    def stop(self) -> None:
        """Finish the event under way, save state and end the thread."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self.flush()
        except BackendUnavailable as error:
            _LOG.error("state could not be saved; the next start applies the log again: %s", error)
        except Exception as error:  # noqa: BLE001 - the next start finds what raised, and sets it aside
            _LOG.error("state could not be saved; the next start tries again: %s", what_raised(error))

    def change(self, action: Callable[[], object]) -> None:
        """Run something else that changes the engine, and save its effect before returning."""
        with self._gate.writing():
            self._check()
            action()
        self.flush()

    def flush(self) -> None:
        """Save what changed, with the offset that it holds for."""
        with self._gate.writing():
            self._check()
            self._take_dirty()
            self._save(self._unsaved, self._applied, [deadline_aside(*each) for each in self._dropped()])
            self._unsaved.clear()
            self._left_out.clear()
        self._last_flush = time.monotonic()

    def _save(self, rows: Mapping[str, str], offset: int, aside: Sequence[tuple[Rejected, datetime]]) -> None:
        if rows or offset != self._saved:
            self._log.save_state(rows, offset, self._clock.lead_s, aside)
        if offset != self._saved:
            self._stride.done()
        self._saved = offset

    def _take_dirty(self) -> None:
        try:
            self._unsaved |= self._engine.take_dirty()
        except (BackendUnavailable, MemoryError):
            raise
        except Exception as error:
            self._is_torn, self._stumble = True, _Stumble(self._engine.trouble(error), self._applied)
            raise
        self._left_out += self._engine.left_out()

    def _dropped(self) -> list[tuple[Deadline, str]]:
        return [(each, self._drops.get(each, "")) for each in self._left_out]

    def _check(self) -> None:
        """What is in memory may be saved."""
        if self._is_torn:
            raise BackendUnavailable("an event is being taken back", hint="Try again in a moment.")

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._turn()
                self._failure = None
            except BackendUnavailable as error:
                # What was written since is gone from a graph that is behind.
                self._is_torn = self._is_torn or isinstance(error, GraphBehind)
                self._held_up(str(error))
                _LOG.error("applying is held up: %s", error)
            except Exception as error:  # noqa: BLE001 - the thread must outlive any single failure
                if self._stumble is None:
                    self._held_up(f"internal error: {type(error).__name__}")
                    _LOG.error("applying is held up: %s", what_raised(error))

    def _held_up(self, reason: str) -> None:
        self._failure = reason
        if not self._stopping:
            time.sleep(_PAUSE_AFTER_FAILURE_S)

    def _turn(self) -> None:
        self._wake.clear()
        if self._is_torn:
            self._mend()
        entries = self._log.read_from(self._applied, _CHUNK)
        self._mind_lag(waits=bool(entries))
        for entry in entries:
            if self._stopping:
                return
            self._apply(entry)
            if self._applied - self._saved >= self._stride.size:
                self.flush()
        if not entries:
            self._tick()
        if time.monotonic() - self._last_flush >= self._pacing.flush_s:
            self.flush()
        if not entries and not self._stopping:
            self._wake.wait(min(self._pacing.tick_s, _LOOK_S))

    def _apply(self, entry: LogEntry) -> None:
        with self._gate.writing(), self._undone(entry.seq):
            self._engine.apply(entry.envelope)
        self._came_to(entry)

    def _came_to(self, entry: LogEntry) -> None:
        self._clock.observe(entry.lead_s)
        with self._progress:
            self._applied = entry.seq
            self._progress.notify_all()

    @contextmanager
    def _undone(self, upto: int) -> Generator[None]:
        """Where something raises, what was saved last is gone back to before anything else."""
        at = upto - self._saved - 1
        self._is_torn = True
        try:
            yield
        except (BackendUnavailable, MemoryError):
            raise
        except Exception as error:
            trouble = self._engine.trouble(error)
            self._stumble = _Stumble(replace(trouble, at=at if at >= 0 else None), upto)
            raise
        self._is_torn = False

    def _mend(self) -> None:
        """Go back to what was saved last, and on without what raised, once it stands alone."""
        self._go_back()
        if self._stumble is None:
            return
        (trouble, upto), self._stumble = self._stumble, None
        count = max(0, upto - self._saved)
        drops = {due: trouble.what for due in trouble.deadlines if due not in self._drops}
        if count > 1:
            self._stride.failed(count, trouble.at)
        elif drops:
            for due, what in drops.items():
                _LOG.error("%s of %s is left out: %s", due.what, due.urn, what)
            self._drops |= drops
            self._engine.begin(0, self._drops)
        elif count:
            self._set_aside(self._log.read_from(self._saved, 1)[0], trouble.what)
        else:
            _LOG.error("time could not be let pass: %s", trouble.what)

    def _go_back(self) -> None:
        saved = self._log.load_state()
        with self._gate.writing():
            self._engine.load(saved.rows)
            self._engine.begin(0, self._drops)
            self._unsaved.clear()
            self._left_out.clear()
            self._applied = self._saved = saved.offset
            self._is_torn = False

    def _set_aside(self, entry: LogEntry, what: str) -> None:
        _LOG.error("event %d of kind %s is set aside: %s", entry.seq, entry.envelope.kind, what)
        self._clock.observe(entry.lead_s)
        self._save({}, entry.seq, [event_aside(entry, what)])
        self._came_to(entry)

    def _mind_lag(self, *, waits: bool) -> None:
        now = time.monotonic()
        if waits and now - self._asked_at < _LAG_S:
            return
        late: bool = waits and self._is_late()
        if late != self._late:
            with self._gate.writing():
                self._engine.mind_lag(is_late=late)
        self._asked_at, self._late = now, late

    def _tick(self) -> None:
        now = self._clock.now()
        if now is None or time.monotonic() - self._last_tick < self._pacing.tick_s:
            return
        self._last_tick = time.monotonic()
        due = self._engine.due()
        with self._gate.writing(), self._undone(self._saved):
            self._engine.advance(now)
        if due is not None and due <= now:
            self.flush()
