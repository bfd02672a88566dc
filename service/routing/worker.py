"""The threads of routing: one that looks, and one for each route that delivers.

A route that hangs holds up no other, and none of them holds up ingest.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from copilot.readmodel import ReadModel
from signal_factory.errors import SignalFactoryError

from ..trouble import what_raised
from .channels.open import channel_of
from .config import Routes
from .courier import Courier
from .directory import Directory, Registration
from .dispatcher import Dispatcher
from .memory import Memories
from .outbox import Outbox
from .references import Secrets
from .store import RoutesStore

_LOG = logging.getLogger("signal_factory.service.routing")
_LOOK_S, _IDLE_S = 1.0, 5.0
_SHARE = 10.0
"""Looking takes no more than a tenth of the time: it holds the engine still."""

_PATIENCE_S = 15.0
"""While events wait to be applied, there is a look only so often: half a story is none."""

_PURGE_S = 3_600.0


class Routing:
    """Everything that runs for the routes of a service."""

    def __init__(
        self,
        routes: Routes,
        store: RoutesStore,
        data_dir: Path,
        environ: Mapping[str, str],
        model: ReadModel,
        registration: Registration,
        *,
        now: Callable[[], datetime],
        wall: Callable[[], datetime],
        backlog: Callable[[], int],
        is_ready: Callable[[], bool],
        counted: Callable[[str, str], None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``now`` is the engine's time, ``wall`` the present; ``backlog`` events wait to be applied.

        Raises:
            BackendUnavailable: the outbox cannot be opened.
        """
        self._store = store
        self.outbox = Outbox(self._store, routes.storm)
        directory = Directory(registration, routes, wall)
        self._dispatcher = Dispatcher(routes, model, directory, Memories(self._store), self.outbox, now, wall)
        self._backlog, self._is_ready = backlog, is_ready
        self._stopping = threading.Event()
        self._looks = 0
        self._wake = {name: threading.Event() for name in routes.to}
        secrets = Secrets(environ, data_dir)
        self._couriers = [
            Courier(
                name, channel_of(route, secrets, wall, routes.retry.timeout_s), self.outbox, routes.retry,
                wall, chance, counted,
            )
            for name, route in routes.to.items()
        ]  # fmt: skip
        self.outbox.bury_strangers(routes.to, wall().timestamp())
        self._threads = [threading.Thread(target=self._watch, name="routes", daemon=True)]
        self._threads += [
            threading.Thread(target=self._deliver, args=(each,), name=f"route-{each.route}", daemon=True)
            for each in self._couriers
        ]

    def start(self) -> None:
        """Begin to look and to deliver."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Begin nothing new; a delivery that needs more than ``timeout_s`` seconds is made again later."""
        self._stopping.set()
        for event in self._wake.values():
            event.set()
        end = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))
        self._store.close()

    def gauges(self) -> dict[str, float]:
        """How much waits and how much is dead, over all routes, and how often incidents were looked at."""
        found = {"waiting": 0, "held": 0, "dead": 0}
        for (_, state), count in self.outbox.counts().items():
            if state in found:
                found[state] += count
        return {
            "notices_waiting": found["waiting"] + found["held"],
            "notices_dead": found["dead"],
            "routes_looks": self._looks,
        }

    def _watch(self) -> None:
        rest, looked_at = 0.0, float("-inf")
        purged_at = time.monotonic()
        while not self._stopping.wait(max(_LOOK_S, rest)):
            if not self._may_look(time.monotonic() - looked_at):
                continue
            began = time.monotonic()
            self._guarded(self._look)
            looked_at = time.monotonic()
            rest = (looked_at - began) * _SHARE
            if looked_at - purged_at >= _PURGE_S:
                self._guarded(self._dispatcher.purge)
                purged_at = looked_at

    def _may_look(self, since_s: float) -> bool:
        return self._is_ready() and (not self._backlog() or since_s >= _PATIENCE_S)

    def _look(self) -> None:
        self._dispatcher.look()
        self._looks += 1
        for event in self._wake.values():
            event.set()

    def _deliver(self, courier: Courier) -> None:
        wake = self._wake[courier.route]
        while not self._stopping.is_set():
            wake.clear()
            self._guarded(lambda: self._drain(courier))
            wake.wait(courier.rest_s)

    def _drain(self, courier: Courier) -> None:
        while not self._stopping.is_set() and courier.step():
            pass
        courier.plan(_IDLE_S)

    def _guarded(self, action: Callable[[], object]) -> None:
        """A failure is logged and tried again; it ends no thread."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the thread must outlive any single failure
            if not self._stopping.is_set():
                is_ours = isinstance(error, SignalFactoryError)
                _LOG.error("routing is held up: %s", error if is_ours else what_raised(error))
                self._stopping.wait(_LOOK_S)
