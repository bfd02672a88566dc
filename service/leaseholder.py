"""A thread that waits for a lease and works as long as it holds, whatever fails."""

import logging
import threading
from abc import ABC, abstractmethod

from signal_factory.errors import BackendUnavailable

from .lease import Lease
from .trouble import what_raised


class LeaseHolder(ABC):
    """Does one kind of work under a lease, and starts over after a failure."""

    failure = ""
    """Why it is held up; empty while it is not."""

    def __init__(self, lease: Lease, doing: str, log: logging.Logger) -> None:
        """``doing`` names the work where people read of it."""
        self._lease, self._doing, self._log = lease, doing, log
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=doing, daemon=True)

    def start(self) -> None:
        """Begin to wait for the lease."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand and give the lease up."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def _hold(self) -> None:
        """Work until told to stop or until the lease is gone; it has just been taken."""

    @abstractmethod
    def _pause_s(self) -> float:
        """How long to wait before the lease is asked for."""

    def _run(self) -> None:
        while not self._stopping.wait(self._pause_s()):
            try:
                if self._lease.acquire():
                    self._hold()
            except BackendUnavailable as error:
                self._failed(str(error))
            except Exception as error:  # noqa: BLE001 - the thread must outlive any single failure
                self._failed(f"internal error: {what_raised(error)}")

    def _failed(self, reason: str) -> None:
        if reason != self.failure:
            self._log.error("%s is held up: %s", self._doing, reason)
        self.failure = reason
