"""A graph that is held against what the state says of it: one that was lost answers nothing wrong."""

from collections.abc import Callable
from time import monotonic

from signal_factory.errors import BackendUnavailable

from .clearing import clear
from .passing import PassingStore, T
from .port import GraphStore

LOOK_S = 1.0
"""How long a look at the mark is good for: no server comes back with other data sooner."""


class GraphBehind(BackendUnavailable):
    """The graph holds less than it did: it was emptied, or an older copy was put in its place."""

    code = "graph_behind"
    hint = "It is made anew from the log by itself; nothing acknowledged is lost."


class WatchedStore(PassingStore):
    """Another store, whose mark is looked at before it is used, once a second at most.

    Raises (any method that reads or writes):
        GraphBehind: the graph has not come as far as is expected of it.
    """

    def __init__(self, inner: GraphStore, clock: Callable[[], float] = monotonic) -> None:
        self._inner, self._clock = inner, clock
        self.read_only = inner.read_only
        self._expected, self._seen, self._seen_at = 0, 0, float("-inf")
        self._fence: Callable[[], None] | None = None
        self._fenced_at = float("-inf")

    def inner(self) -> GraphStore:
        """See ``PassingStore.inner``."""
        self.check()
        return self._inner

    def answered(self, answer: T) -> T:
        """See ``PassingStore.answered``: one that took long may be of a server that came back meanwhile."""
        self.check()
        return answer

    def pen(self) -> GraphStore:
        """See ``PassingStore.pen``; whoever may not write any more is stopped here."""
        now = self._clock()
        if self._fence is not None and now - self._fenced_at >= LOOK_S:
            self._fence()
            self._fenced_at = now
        return self.inner()

    def guard(self, fence: Callable[[], None]) -> None:
        """From now on ``fence``, which raises, is asked before writing, once a second at most.

        A process that was paused, and taken over from meanwhile, asks before it goes on.
        """
        self._fence = fence

    def expect(self, reached: int) -> None:
        """From now on the graph is to have come at least so far."""
        self._expected = reached

    def check(self) -> None:
        """Look at the mark, unless that was done a moment ago.

        Raises:
            GraphBehind: the graph has not come as far as is expected of it.
            BackendUnavailable: it does not answer.
        """
        if self._expected <= 0:
            return
        if self._clock() - self._seen_at >= LOOK_S or self._seen < self._expected:
            self._look()

    def is_behind(self) -> bool:
        """Whether the graph has lost what is expected of it."""
        try:
            self.check()
        except GraphBehind:
            return True
        return False

    def reached(self, at: int) -> None:
        """All up to the event ``at`` is written; say so, if nothing was lost since it was said last.

        Raises:
            GraphBehind: something was.
        """
        self._look()
        if at != self._seen:
            self.pen().set_mark(at)
        self._seen = self._expected = at

    def empty(self) -> GraphStore:
        """The store itself, with nothing in it and said to be so, to be filled anew."""
        self._inner.set_mark(0)
        self._seen, self._seen_at = 0, float("-inf")
        clear(self._inner)
        return self._inner

    def filled(self, reached: int) -> None:
        """All up to the event ``reached`` is in it again."""
        self._inner.set_mark(reached)
        self._seen = self._expected = reached

    def close(self) -> None:
        """See ``GraphStore.close``."""
        self._inner.close()

    def _look(self) -> None:
        self._seen, self._seen_at = max(0, self._inner.mark()), self._clock()
        if self._seen < self._expected:
            raise GraphBehind(
                f"the graph has come to event {self._seen} of {self._expected}: it was lost in part"
            )
