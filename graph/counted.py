"""A store that counts how its traversals went, for ``/metrics`` and ``sf doctor``."""

from collections.abc import Sequence

from .caps import CapUse
from .model import ExpandSpec, NodeRef, Subgraph
from .passing import PassingStore
from .port import GraphStore

NAME = "nodes of one traversal"


class CountedStore(PassingStore):
    """Another store, whose expansions are counted; all else goes straight through."""

    def __init__(self, inner: GraphStore) -> None:
        self._inner = inner
        self.read_only = inner.read_only
        self.walks = 0
        self._cut = self._largest = self._cap = 0

    def inner(self) -> GraphStore:
        """See ``PassingStore.inner``."""
        return self._inner

    def traversals(self) -> CapUse:
        """The greatest bound that was set, the largest answer, and how many answers a bound cut."""
        return CapUse(NAME, self._cap or ExpandSpec(()).max_nodes, self._largest, self._cut)

    def expand(self, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
        """See ``GraphStore.expand``."""
        found = self._inner.expand(seeds, spec)
        self.walks += 1
        self._cut += found.is_partial
        self._largest = max(self._largest, len(found.nodes))
        self._cap = max(self._cap, spec.max_nodes)
        return found
