"""The second stage: one worker at a time reads the log, asks the others, assembles, and keeps."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from signal_factory.errors import BackendUnavailable

from ..lease import Lease, LeaseLost
from ..leaseholder import LeaseHolder
from .leading import Leading, Pace

_LOG = logging.getLogger("signal_factory.service.workers")
_POLL_S = 0.1
_PAUSE_S = 0.5


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


class Beside(Protocol):
    """What else runs where the leader is, and nowhere else: retention, and telling people."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class Leader(LeaseHolder):
    """Waits for the lease, leads as long as it holds, and starts over from what was kept after a failure."""

    def __init__(
        self,
        lease: Lease,
        open_bus: Callable[[], Bus],
        lead: Callable[[], tuple[Leading, Sequence[Beside]]],
        pace: Pace,
    ) -> None:
        """``lead`` begins a term, and says what runs beside it."""
        super().__init__(lease, "leading", _LOG)
        self._open_bus, self._lead, self._pace = open_bus, lead, pace
        self.is_leading = False

    def _pause_s(self) -> float:
        return _PAUSE_S

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
