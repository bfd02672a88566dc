"""Retention of a running service: passes in a thread of their own, their changes in the writer's turn."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from graph.retention.archive import Archive
from graph.retention.pacing import Pace, Turn
from graph.retention.places import place_of
from graph.retention.sweep import Outcome
from graph.retention.tiers import Horizons, horizons
from signal_factory.errors import SignalFactoryError
from signal_factory.times import format_time

from .clocks import TimeSource, wall_clock
from .ports import RunningEngine
from .settings import Settings
from .state.files import ARCHIVE_FOLDER
from .trouble import what_raised

if TYPE_CHECKING:
    from .eventlog import EventLog

_LOG = logging.getLogger("signal_factory.service.retention")


@dataclass(frozen=True, slots=True)
class Passed:
    """What the last pass came to. ``longest_s`` is the longest that a writer waited, in seconds."""

    at: str = ""
    folded: int = 0
    archived: int = 0
    longest_s: float = 0.0
    failure: str = ""


def archive_of(settings: Settings) -> Archive:
    """The cold tier of these settings.

    Raises:
        ConfigurationError: nothing installed can open ``archive_url``.
    """
    return Archive(place_of(settings.archive_url or archive_folder(settings.data_dir)))


def archive_folder(data_dir: Path) -> Path:
    """Where the archive lies unless ``archive_url`` says otherwise."""
    return data_dir / ARCHIVE_FOLDER


class Retention:
    """Sweeps the graph every ``retention_s`` seconds by the engine's clock, its log by reception."""

    def __init__(
        self,
        settings: Settings,
        engine: RunningEngine,
        turn: Turn,
        now: Callable[[], datetime | None],
        log: "EventLog | None" = None,
        wall: TimeSource = wall_clock,
    ) -> None:
        self._log, self._wall = log, wall
        self._settings, self._engine, self._turn, self._now = settings, engine, turn, now
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
        self._folded = self._archived = self._left = 0
        self._longest_s = 0.0
        self.last = Passed()

    def start(self) -> None:
        """Begin; the first pass comes at once."""
        if self._settings.retention_s:
            self._thread.start()

    def stop(self) -> None:
        """End after the slice under way; what is not done is done after the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def pass_once(self) -> Outcome:
        """One pass over the whole graph and the old end of the log.

        Raises:
            BackendUnavailable: graph, log or archive failed; nothing left the two unarchived.
            ConfigurationError: the archive cannot be opened with what is installed.
        """
        now = self._now()
        if now is None:
            return Outcome()
        done = self._sweep(now)
        if self._log is not None and self._is_found_by_all():
            before = datetime.fromisoformat(self._ends(self._wall()).archived)
            self._left += self._log.shrink(before, self._stopping.is_set).left
        return done

    def _is_found_by_all(self) -> bool:
        """Whether the next to lead finds the archive: a shared log may not rest on one machine."""
        return bool(self._settings.archive_url) or not self._settings.state_url.get_secret_value()

    def _sweep(self, now: datetime) -> Outcome:
        pace = Pace(self._turn)
        done = self._engine.sweep(archive_of(self._settings), self._ends(now), pace, self._stopping.is_set)
        self._folded += done.folded
        self._archived += done.archived
        self._longest_s = max(self._longest_s, pace.longest_s)
        self.last = Passed(format_time(now), done.folded, done.archived, pace.longest_s)
        return done

    def gauges(self) -> Mapping[str, float]:
        """For ``/metrics``."""
        return {
            "retention_runs_folded": self._folded,
            "retention_nodes_archived": self._archived,
            "retention_events_left_log": self._left,
            "retention_longest_hold_seconds": self._longest_s,
            "retention_failing": float(bool(self.last.failure)),
        }

    def _ends(self, now: datetime) -> Horizons:
        settings = self._settings
        return horizons(now, timedelta(days=settings.hot_days), timedelta(days=settings.warm_days))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.pass_once()
            except SignalFactoryError as error:
                self._failed(str(error), error.hint)
            except Exception as error:  # noqa: BLE001 - the thread must outlive any single failure
                self._failed(f"internal error: {what_raised(error)}", "It is tried again with the next pass.")
            self._stopping.wait(self._settings.retention_s)

    def _failed(self, reason: str, hint: str) -> None:
        if self.last.failure != reason:
            _LOG.error("retention is held up: %s (%s)", reason, hint)
        self.last = Passed(self.last.at, failure=reason)
