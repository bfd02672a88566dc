"""Writes gathered before they reach a store (spec: architecture_review.md §3.3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .coalesce import Edges, Nodes, absorb, coalesce
from .filters import WriteFilter
from .model import Edge, Node
from .port import GraphStore

MAX_MUTATIONS = 1_000
MAX_AGE = timedelta(seconds=30)


class GraphBuffer:
    """Coalesces mutations of the same element and writes them in batches.

    What was added is in the store after the next ``flush``, which ``add`` calls by
    itself once ``due``. If a flush fails everything stays pending. Not thread-safe:
    one writer owns it.
    """

    def __init__(
        self,
        store: GraphStore,
        *,
        max_mutations: int = MAX_MUTATIONS,
        max_age: timedelta = MAX_AGE,
        write_filter: WriteFilter | None = None,
    ) -> None:
        self._store = store
        self._max_mutations = max_mutations
        self._max_age = max_age
        self._filter = write_filter
        self._nodes: Nodes = {}
        self._edges: Edges = {}
        self._oldest: datetime | None = None

    @property
    def pending(self) -> int:
        """Elements waiting to be written."""
        return len(self._nodes) + len(self._edges)

    def add(self, nodes: Iterable[Node], edges: Iterable[Edge], now: datetime) -> None:
        """Take mutations in, all of them or none; writes when the buffer is due at ``now``.

        Raises:
            GraphSchemaError: a mutation the registry does not allow; none was taken.
            BackendUnavailable: the store failed in a flush; all stay pending.
        """
        if self._filter is not None:
            nodes, edges = self._filter.apply(nodes, edges)
        absorb(self._nodes, self._edges, *coalesce(nodes, edges))
        if self.pending and self._oldest is None:
            self._oldest = now
        if self.due(now):
            self.flush()

    def due(self, now: datetime) -> bool:
        """Whether enough is pending, or the oldest of it has waited long enough."""
        if self._oldest is None:
            return False
        return self.pending >= self._max_mutations or now - self._oldest >= self._max_age

    def flush(self) -> int:
        """Write everything pending in one call of the store; the number of elements written.

        Raises:
            BackendUnavailable: the store failed; everything stays pending.
        """
        written = self.pending
        if written:
            self._store.upsert_coalesced(self._nodes, self._edges)
        self._nodes, self._edges, self._oldest = {}, {}, None
        return written
