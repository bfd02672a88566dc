"""The log beside a graph: saved state holds for that graph, and for no less of it."""

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from graph.watched import WatchedStore
from signal_factory.errors import BackendUnavailable

from .eventlog import EventLog, SavedState
from .state.tables import rejected
from .trouble import EVENT_ASIDE, aside_number

if TYPE_CHECKING:
    from .entries import LogEntry
    from .settings import Settings

_LOG = logging.getLogger("signal_factory.service")


class PairedLog(EventLog):
    """Marks the graph before it saves what holds for it, and looks at the mark when it reads.

    Without a graph it is a log like any other.
    """

    _graph: WatchedStore | None = None
    _settings: "Settings | None" = None
    _is_writer = False

    def pair(self, graph: WatchedStore, settings: "Settings | None" = None) -> None:
        """This process writes ``graph``: one that lost something is made anew by ``load_state``."""
        self._graph, self._settings, self._is_writer = graph, settings, True
        self._halted = threading.Event()
        if self._lease is not None:
            graph.guard(self._lease.renew)

    def follow(self, graph: WatchedStore) -> None:
        """Another process writes ``graph``: until it is as far as the state, nothing is answered from it."""
        self._graph = graph

    def halt(self) -> None:
        """End the making of a graph that is under way; the next start begins it again."""
        if self._is_writer:
            self._halted.set()

    def save_state(self, rows: Mapping[str, str], offset: int, *more: Any, **named: Any) -> None:
        """See ``EventLog.save_state``.

        Raises:
            GraphBehind: the graph has lost something, and nothing was saved.
        """
        if self._graph is not None:
            self._graph.reached(offset)
        super().save_state(rows, offset, *more, **named)

    def load_state(self) -> SavedState:
        """See ``EventLog.load_state``; the graph is as far as what it gives, where this process writes it.

        Raises:
            BackendUnavailable: state or graph cannot be read, or the graph cannot be made anew.
        """
        saved = super().load_state()
        if self._graph is not None:
            self._graph.expect(saved.offset)
            if self._is_writer and self._graph.is_behind():
                self._make_anew(self._graph, saved)
        return saved

    def mend(self) -> None:
        """Make the graph anew if it is behind the saved state; to be called before anybody reads it."""
        if self._graph is not None and self._graph.is_behind():
            self.load_state()

    def read_from(self, offset: int, limit: int = 500) -> "list[LogEntry]":
        """See ``EventLog.read_from``.

        Raises:
            GraphBehind: there is no graph for them to have an effect on.
        """
        if self._graph is not None:
            self._graph.check()
        return super().read_from(offset, limit)

    def mark(self) -> tuple[int, str]:
        """See ``EventLog.mark``.

        Raises:
            GraphBehind: the graph is not what the state says.
        """
        if self._graph is not None:
            self._graph.check()
        return super().mark()

    def _make_anew(self, graph: WatchedStore, saved: SavedState) -> None:
        from .anew import MakingAnew, sweeping

        _LOG.warning("the graph is behind the state and is made anew from %d events", saved.offset)
        sweep = sweeping(self._settings) if self._settings is not None else None
        making = MakingAnew(graph.empty(), super().read_from, sweep, self._aside())
        making.run(saved.rows, saved.offset, self._go_on)
        graph.filled(saved.offset)
        _LOG.warning("the graph is whole again")

    def _aside(self) -> set[int]:
        """Events that have no effect on the saved state, and so have none on its graph."""
        with self._db.reading() as db:
            reasons = db.execute(select(rejected.c.reason).where(rejected.c.code == EVENT_ASIDE)).scalars()
            return {aside_number(each) for each in reasons}

    def _go_on(self) -> None:
        if self._halted.is_set():
            raise BackendUnavailable("the graph is not whole, and this process is told to stop")
        if self._lease is not None:
            self._lease.renew()
