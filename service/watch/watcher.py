"""Which process watches: one at a time, and rather one that does not lead."""

import logging
import time
from collections.abc import Callable

from ..lease import Lease, LeaseLost
from ..leaseholder import LeaseHolder
from .term import Term

_LOG = logging.getLogger("signal_factory.service.watch")
_TRY_S, _LEADER_TRIES_S = 0.5, 3.0
"""A leader asks for the lease so seldom that another worker, where there is one, is faster."""

Renew = Callable[[], None]


class Watcher(LeaseHolder):
    """Waits for the lease, and watches as long as it holds; after a failure it goes on from what was kept."""

    def __init__(
        self, lease: Lease, begin: Callable[[Renew], Term], is_leading: Callable[[], bool], renew_s: float
    ) -> None:
        """``begin`` starts a term, and calls what it is given now and then if that takes long."""
        super().__init__(lease, "watching", _LOG)
        self._begin, self._is_leading, self._renew_s = begin, is_leading, renew_s
        self._renewed_at = float("-inf")
        self.is_watching = False

    def _pause_s(self) -> float:
        return _LEADER_TRIES_S if self._is_leading() else _TRY_S

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
