"""Which process watches: one at a time, and rather one that does not lead."""

import logging
import threading
import time
from collections.abc import Callable

from signal_factory.errors import BackendUnavailable

from ..lease import Lease, LeaseLost
from .term import Term

_LOG = logging.getLogger("signal_factory.service.watch")
_TRY_S, _LEADER_TRIES_S = 0.5, 3.0
"""A leader asks for the lease so seldom that another worker, where there is one, is faster."""

Renew = Callable[[], None]


class Watcher:
    """Waits for the lease, and watches as long as it holds; after a failure it goes on from what was kept."""

    def __init__(
        self, lease: Lease, begin: Callable[[Renew], Term], is_leading: Callable[[], bool], renew_s: float
    ) -> None:
        """``begin`` starts a term, and calls what it is given now and then if that takes long."""
        self._lease, self._begin, self._is_leading, self._renew_s = lease, begin, is_leading, renew_s
        self._renewed_at = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.is_watching = False
        self.failure = ""

    def start(self) -> None:
        """Begin to wait for the lease."""
        self._thread.start()

    def stop(self) -> None:
        """Keep what is known and give the lease up."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_LEADER_TRIES_S if self._is_leading() else _TRY_S):
            try:
                if self._lease.acquire():
                    self._hold()
            except BackendUnavailable as error:
                self._failed(str(error))
            except Exception as error:  # noqa: BLE001 - the thread must outlive any single failure
                self._failed(f"internal error: {type(error).__name__}")
                _LOG.exception("watching failed")

    def _hold(self) -> None:
        """Watch until told to stop, until the lease is gone, or until this process begins to lead."""
        self._renewed_at = time.monotonic()
        try:
            self._watch(led=self._is_leading())
        finally:
            self.is_watching = False
            self._give_up()

    def _watch(self, *, led: bool) -> None:
        term = self._begin(self._renew)
        try:
            self.is_watching, self.failure = True, ""
            _LOG.info("watching")
            while not self._stopping.is_set() and (led or not self._is_leading()):
                term.turn()
                self._renew()
            term.save()
        finally:
            term.close()

    def _renew(self) -> None:
        if time.monotonic() - self._renewed_at >= self._renew_s:
            self._lease.renew()
            self._renewed_at = time.monotonic()

    def _give_up(self) -> None:
        try:
            self._lease.release()
        except LeaseLost:
            return

    def _failed(self, reason: str) -> None:
        if reason != self.failure:
            _LOG.error("watching is held up: %s", reason)
        self.failure = reason
