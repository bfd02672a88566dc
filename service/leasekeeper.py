"""Keeps the lease of a process that leads for as long as it lives, or until another has taken it."""

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from signal_factory.errors import BackendUnavailable

from .lease import LeaseLost

if TYPE_CHECKING:
    from .fleetlease import FleetLease

_LOG = logging.getLogger("signal_factory.service.lease")
_LOOK_S: Final = 0.2


class LeaseKeeper:
    """Takes the lease and renews it from a thread.

    A process that has lost it never takes it again: what it remembers is no longer what
    was saved. It must be started anew.
    """

    def __init__(self, lease: "FleetLease", ttl_s: float) -> None:
        """Take the lease; one that a dead process left is waited for, ``ttl_s`` seconds and a little.

        Raises:
            BackendUnavailable: another process keeps it; the message names it.
        """
        self._lease, self._every_s = lease, ttl_s / 3
        self._stopping = threading.Event()
        self._take(time.monotonic() + ttl_s * 1.2)
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let go of it."""
        self._stopping.set()
        self._thread.join()
        try:
            self._lease.release()
        except BackendUnavailable as error:
            _LOG.warning("the lease runs out by itself: %s", error)

    def _take(self, until: float) -> None:
        while not self._lease.acquire():
            if time.monotonic() > until:
                raise _led(self._lease)
            self._stopping.wait(_LOOK_S)

    def _keep(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                self._lease.renew()
            except LeaseLost as error:
                _LOG.error("%s; nothing is saved until this process is started anew", error)
                return
            except BackendUnavailable as error:
                _LOG.warning("the lease could not be renewed: %s", error)


def _led(lease: "FleetLease") -> BackendUnavailable:
    held = lease.held()
    return BackendUnavailable(
        f"the state is in use by {held.holder if held else 'another process'}",
        hint="Stop that process; or set kafka_servers, and any number of processes share the state.",
    )
