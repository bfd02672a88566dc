"""The graph made anew from the log, where a server lost it or came back with an older copy of it.

Engines judge again in this process, whoever judged before: the same events give the same graph.
What they come to is thrown away, the saved state stays. Retention passes once for each day of
the events, as it did when they came, so that what has left the graph does not stay in it.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from graph.port import GraphStore
from graph.retention.pacing import Pace
from graph.retention.tiers import horizons
from signal_factory.errors import BackendUnavailable

from .engine import Engine
from .entries import LogEntry
from .memory_rows import restored
from .trouble import what_raised

if TYPE_CHECKING:
    from .settings import Settings

_LOG = logging.getLogger("signal_factory.service")
_CHUNK = 1_000
Read = Callable[[int, int], Sequence[LogEntry]]
"""Entries of the log after a number, at most so many."""
Sweep = Callable[[Engine, datetime], object]


class MakingAnew:
    """Folds events into an empty graph, up to where the saved state stands."""

    def __init__(
        self, graph: GraphStore, read: Read, sweep: Sweep | None, aside: Collection[int] = ()
    ) -> None:
        """``sweep`` is one pass of retention at a moment; None where nothing ever leaves the graph.

        The events ``aside`` had no effect when they came, and have none now.
        """
        self._read, self._sweep, self._aside = read, sweep, aside
        self._engine, self._day = Engine(graph), date.min

    def run(self, rows: Mapping[str, str], upto: int, may_go_on: Callable[[], object]) -> None:
        """Make the graph that belongs to the saved ``rows``, which hold for the event ``upto``.

        ``may_go_on`` is asked now and then, and raises where not.

        Raises:
            BackendUnavailable: log or graph failed; the mark tells that the graph is not whole.
        """
        done = 0
        while done < upto:
            may_go_on()
            entries = self._read(done, min(_CHUNK, upto - done))
            if not entries:
                raise BackendUnavailable(f"the log ends at event {done}, and the state holds for {upto}")
            for entry in entries:
                self._fold(entry)
            done = entries[-1].seq
            _LOG.info("the graph is made anew: %d of %d events", done, upto)
        self._end(restored({"time": rows["time"]})[1].clock.now if "time" in rows else None)

    def _fold(self, entry: LogEntry) -> None:
        if entry.seq in self._aside:
            return
        try:
            self._engine.apply(entry.envelope)
        except (BackendUnavailable, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - it did not raise when it came
            _LOG.error("event %d has no effect on the graph: %s", entry.seq, what_raised(error))
        self._pass()

    def _pass(self) -> None:
        now = self._engine.now
        if self._sweep is not None and now is not None and now.date() > self._day:
            self._day = now.date()
            self._sweep(self._engine, now)

    def _end(self, now: datetime | None) -> None:
        """Time stands where it stood, and what is open is explained: printed queries look for that."""
        if now is not None and (self._engine.now is None or now > self._engine.now):
            self._engine.advance(now)
            self._pass()
        self._engine.incidents()
        self._engine.take_dirty()


def sweeping(settings: "Settings") -> Sweep | None:
    """A pass of retention as these settings have it."""
    from .retention import archive_of

    if not settings.retention_s:
        return None
    hot, warm = timedelta(days=settings.hot_days), timedelta(days=settings.warm_days)
    return lambda engine, now: engine.sweep(archive_of(settings), horizons(now, hot, warm), Pace())
