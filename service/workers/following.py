"""Reading along: what the leader kept becomes what this process answers."""

import logging
import threading
import time
from collections.abc import Callable

from signal_factory.errors import BackendUnavailable

from ..clocks import EngineClock
from ..engine import Engine
from ..eventlog import EventLog
from ..gate import Gate

_LOG = logging.getLogger("signal_factory.service.workers")
_LEAST_S, _LAG_S = 0.2, 10.0
_SHARE = 4.0
"""Reading along takes at most a fifth of the time, however large the state is."""


class Follower:
    """Loads the saved state whenever it has moved (``service.work.Work``)."""

    def __init__(
        self, log: EventLog, engine: Engine, gate: Gate, clock: EngineClock, is_late: Callable[[], bool]
    ) -> None:
        """``clock`` learns what the leader's has learnt; ``is_late`` says that much waits to be read."""
        self._log, self._engine, self._gate, self._clock = log, engine, gate, clock
        self._is_late, self._asked_at = is_late, float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._progress = threading.Condition()
        self._seen = (-1, "")
        self._failure: str | None = None

    @property
    def applied(self) -> int:
        """The sequence number of the last event that the leader has kept the effect of."""
        return self._seen[0]

    @property
    def failure(self) -> str | None:
        """Why the state cannot be read."""
        return self._failure

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Read once, and then again and again."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> bool:
        """Load what was kept since the last look; whether there was anything.

        Raises:
            BackendUnavailable: the state cannot be read.
        """
        mark = self._log.mark()
        if mark == self._seen:
            return False
        saved = self._log.load_state()
        with self._gate.writing():
            self._engine.load(saved.rows)
        self._clock.observe(saved.lead_s)
        with self._progress:
            self._seen = (saved.offset, mark[1])
            self._progress.notify_all()
        return True

    def notify(self) -> None:
        """It looks often enough."""

    def wait_applied(self, seq: int, timeout_s: float) -> bool:
        """Wait until the effect of the event ``seq`` is kept; False when ``timeout_s`` passed first."""
        with self._progress:
            return self._progress.wait_for(lambda: self.applied >= seq, timeout_s)

    def change(self, action: Callable[[], object]) -> None:
        """Change what is shown here, until the leader has kept it."""
        with self._gate.writing():
            action()

    def _mind_lag(self, now: float) -> None:
        if now - self._asked_at >= _LAG_S:
            self._asked_at, is_late = now, self._is_late()
            with self._gate.writing():
                self._engine.mind_lag(is_late=is_late)

    def _run(self) -> None:
        pause = _LEAST_S
        while not self._stopping.wait(pause):
            began = time.monotonic()
            try:
                self.look()
                self._mind_lag(began)
                self._failure = None
            except BackendUnavailable as error:
                self._failure = str(error)
                _LOG.error("what the leader kept cannot be read: %s", error)
            pause = max(_LEAST_S, _SHARE * (time.monotonic() - began))
