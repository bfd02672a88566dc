"""The second stage: one worker at a time reads the log, asks the others, assembles, and keeps."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from signal_factory.errors import BackendUnavailable, NotFound

from ..clocks import EngineClock
from ..engine import Engine
from ..eventlog import EventLog
from ..gate import Gate
from ..lease import Lease, LeaseLost
from .ranges import Heard, Range, heard_in, range_in

_LOG = logging.getLogger("signal_factory.service.workers")
_POLL_S = 0.1
_PAUSE_S = 0.5
_OF_INCIDENTS = ("episode/", "settled/")


class Bus(Protocol):
    """Where events come in from."""

    @property
    def is_caught_up(self) -> bool:
        """Whether all that was sent is in the log, as far as can be told."""
        ...

    def turn(self, timeout_s: float) -> int:
        """Put what has come into the log; how many events are new there."""
        ...

    def close(self) -> None:
        """Let another read on."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Events at once; how often time is looked at and the lease renewed, in seconds."""

    most: int = 2_000
    tick_s: float = 1.0
    renew_s: float = 3.0


class Beside(Protocol):
    """What else runs where the leader is, and nowhere else: retention, and telling people."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class Leading:
    """One term: from the saved state on, until the lease is lost."""

    def __init__(
        self,
        log: EventLog,
        engine: Engine,
        clock: EngineClock,
        pace: Pace,
        gate: Gate,
        said: Callable[[Mapping[str, str]], None],
    ) -> None:
        """``gate`` keeps others from a range half done; ``said`` is told the rows that were kept."""
        self._log, self._engine, self._clock, self._pace, self._said = log, engine, clock, pace, said
        self._gate = gate
        saved = log.load_state()
        engine.load(saved.rows)
        clock.observe(saved.lead_s)
        self._range, self.applied = range_in(saved.rows), saved.offset
        self._heard: Heard = heard_in(saved.rows)
        self._looked_at = float("-inf")

    def turn(self, *, may_look: bool) -> bool:
        """One range, or one look at the time where it ``may_look``; whether there was anything to do.

        Time stands still while events wait to be read: what they tell must not look missing.
        """
        if not self._range.is_done:
            with self._gate.writing():
                self._work(self._range)
            return True
        entries = self._log.read_from(self.applied, self._pace.most)
        if entries:
            with self._gate.writing():
                self._begin(Range(self._range.number + 1, entries[-1].seq, is_done=False))
            return True
        with self._gate.writing():
            return may_look and self._look()

    @property
    def backlog(self) -> int:
        """Events in the log that are not applied yet."""
        return max(0, self._log.last_seq - self.applied)

    def _look(self) -> bool:
        now = self._clock.now()
        if now is None or time.monotonic() - self._looked_at < self._pace.tick_s:
            return False
        self._looked_at = time.monotonic()
        self._hear()
        due = self._engine.due()
        if due is None or due > now:
            self._engine.advance(now)
            return False
        self._begin(Range(self._range.number + 1, self.applied, now, is_done=False))
        return True

    def _hear(self) -> None:
        """Take in what people said through any serving process since the last look."""
        said, given = self._log.verdicts(), self._log.resets()
        heard = Heard(len(said), len(given))
        if heard == self._heard:
            return
        for each in said[self._heard.verdicts :]:
            about = (each.incident_id, each.verdict, each.actual_cause, each.comment)
            with suppress(NotFound):
                self._engine.feedback(*about, each.at, each.by)
        for reset in given[self._heard.resets :]:
            with suppress(NotFound):
                self._engine.reset_budget(reset.signal_type, reset.at)
        rows = self._engine.take_dirty() | heard.row()
        self._range = Range(self._range.number + 1, self.applied)
        self._log.save_state(rows | self._range.row(), self.applied)
        self._heard = heard

    def _begin(self, following: Range) -> None:
        self._log.save_state(following.row(), self.applied)
        self._work(following)

    def _work(self, current: Range) -> None:
        self._range = current
        self._engine.begin(current.number)
        if current.now is not None:
            self._engine.advance(current.now)
        lead_s: float | None = None
        entries = self._log.read_from(self.applied, current.upto - self.applied)
        if entries:
            self._engine.apply_all([each.envelope for each in entries])
            for each in entries:
                self._clock.observe(each.lead_s)
            lead_s = self._clock.lead_s
        rows = self._engine.take_dirty()
        if any(key.startswith(_OF_INCIDENTS) for key in rows):
            # Explained once here, so that the graph holds what the printed queries look for.
            self._engine.incidents()
        self._log.save_state(rows | current.done().row(), current.upto, lead_s)
        self._range, self.applied = current.done(), current.upto
        self._said(rows)


class Leader:
    """Waits for the lease, leads as long as it holds, and starts over from what was kept after a failure."""

    def __init__(
        self,
        lease: Lease,
        open_bus: Callable[[], Bus],
        lead: Callable[[], tuple[Leading, Sequence[Beside]]],
        pace: Pace,
    ) -> None:
        """``lead`` begins a term, and says what runs beside it."""
        self._lease, self._open_bus, self._lead, self._pace = lease, open_bus, lead, pace
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leader", daemon=True)
        self.is_leading = False
        self.failure = ""

    def start(self) -> None:
        """Begin to wait for the lease."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the range under way and give the lease up."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._lease.acquire():
                    self._hold()
            except BackendUnavailable as error:
                self._failed(str(error))
            except Exception as error:  # noqa: BLE001 - the thread must outlive any single failure
                self._failed(f"internal error: {type(error).__name__}")
                _LOG.exception("leading failed")
            self._stopping.wait(_PAUSE_S)

    def _hold(self) -> None:
        """Lead until told to stop, or until the lease is gone."""
        with _Renewing(self._lease, self._pace.renew_s) as renewing:
            bus = self._open_bus()
            beside: Sequence[Beside] = ()
            try:
                leading, beside = self._lead()
                for each in beside:
                    each.start()
                self.is_leading, self.failure = True, ""
                _LOG.info("leading from event %d on", leading.applied)
                while not self._stopping.is_set() and not renewing.is_lost:
                    was_busy = leading.turn(may_look=bus.is_caught_up)
                    came = bus.turn(0.0 if was_busy else _POLL_S)
                    if came:
                        _LOG.debug("%d events came in", came)
            finally:
                self.is_leading = False
                for each in beside:
                    each.stop()
                bus.close()
        if not renewing.is_lost:
            self._lease.release()

    def _failed(self, reason: str) -> None:
        if reason != self.failure:
            _LOG.error("leading is held up: %s", reason)
        self.failure = reason


class _Renewing:
    """Keeps a lease while the leader waits for answers."""

    def __init__(self, lease: Lease, every_s: float) -> None:
        self._lease, self._every_s = lease, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self.is_lost = False

    def __enter__(self) -> "_Renewing":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self._lease.renew()
            except LeaseLost:
                self.is_lost = True
                return
            except BackendUnavailable as error:
                _LOG.warning("the lease could not be renewed: %s", error)
