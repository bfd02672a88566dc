"""The one thread that owns the engine: applies the log in order, lets time pass, saves state."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from signal_factory.errors import BackendUnavailable

from .clocks import EngineClock
from .entries import LogEntry, Rejected
from .eventlog import EventLog
from .gate import Gate
from .ports import RunningEngine

_LOG = logging.getLogger("signal_factory.service.applier")
_CHUNK = 100
_PAUSE_AFTER_FAILURE_S = 0.5
_LAG_S = 1.0
"""How often the lag is looked at while there is one."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """State is saved every ``flush_events`` events or ``flush_s`` seconds; time passes every ``tick_s``."""

    flush_events: int
    flush_s: float
    tick_s: float


class Work(Protocol):
    """What goes on behind the faces: events applied here, or what another process kept read along."""

    @property
    def applied(self) -> int:
        """The sequence number of the last event whose effect shows."""
        ...

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        ...

    @property
    def failure(self) -> str | None:
        """What holds it up."""
        ...

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End."""
        ...

    def notify(self) -> None:
        """There is something new."""
        ...

    def wait_applied(self, seq: int, timeout_s: float) -> bool:
        """Wait until the event ``seq`` shows; False when ``timeout_s`` passed first."""
        ...

    def change(self, action: Callable[[], object]) -> None:
        """Run something else that changes the engine."""
        ...


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

    def change(self, action: Callable[[], object]) -> None:
        """Run something else that changes the engine, and save its effect before returning."""
        with self._gate.writing():
            action()
        self.flush()

    def flush(self) -> None:
        """Save what changed, with the offset that it holds for."""
        with self._gate.writing():
            self._unsaved |= self._engine.take_dirty()
            rows, offset = dict(self._unsaved), self._applied
            if rows or offset != self._saved:
                self._log.save_state(rows, offset, self._clock.lead_s)
            self._unsaved.clear()
            self._saved = offset
        self._last_flush = time.monotonic()

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._turn()
                self._failure = None
            except BackendUnavailable as error:
                self._held_up(str(error))
                _LOG.error("applying is held up: %s", error)
            except Exception as error:  # noqa: BLE001 - the thread must outlive any single failure
                self._held_up(f"internal error: {type(error).__name__}")
                _LOG.exception("applying is held up")

    def _held_up(self, reason: str) -> None:
        self._failure = reason
        if not self._stopping:
            time.sleep(_PAUSE_AFTER_FAILURE_S)

    def _turn(self) -> None:
        self._wake.clear()
        entries = self._log.read_from(self._applied, _CHUNK)
        self._mind_lag(waits=bool(entries))
        for entry in entries:
            if self._stopping:
                return
            self._apply(entry)
        if not entries:
            self._tick()
        if self._flush_is_due():
            self.flush()
        if not entries and not self._stopping:
            self._wake.wait(self._pacing.tick_s)

    def _apply(self, entry: LogEntry) -> None:
        with self._gate.writing():
            try:
                self._engine.apply(entry.envelope)
            except BackendUnavailable:
                raise
            except Exception:  # noqa: BLE001 - one event must not stop the rest
                _LOG.exception("event %d of kind %s could not be applied", entry.seq, entry.envelope.kind)
                self._set_aside(entry)
        self._clock.observe(entry.lead_s)
        with self._progress:
            self._applied = entry.seq
            self._progress.notify_all()

    def _set_aside(self, entry: LogEntry) -> None:
        reason = f"event {entry.seq} of kind {entry.envelope.kind} could not be applied; it stays in the log"
        reject = Rejected("engine", "not_applied", reason, b"")
        self._log.append([], entry.envelope.time, [reject])

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
        with self._gate.writing():
            self._engine.advance(now)
        self._last_tick = time.monotonic()

    def _flush_is_due(self) -> bool:
        if self._applied - self._saved >= self._pacing.flush_events:
            return True
        return time.monotonic() - self._last_flush >= self._pacing.flush_s
