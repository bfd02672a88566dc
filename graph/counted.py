"""A store that counts how its traversals went, for ``/metrics`` and ``sf doctor``."""

from collections.abc import Iterable, Sequence

from .caps import CapUse
from .coalesce import Edges, Nodes
from .model import Edge, ExpandSpec, GraphStats, Node, NodeRef, Subgraph
from .port import GraphStore

NAME = "nodes of one traversal"


class CountedStore(GraphStore):
    """Another store, whose expansions are counted; all else goes straight through."""

    def __init__(self, inner: GraphStore) -> None:
        self._inner = inner
        self.read_only = inner.read_only
        self.walks = 0
        self._cut = self._largest = self._cap = 0

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

    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """See ``GraphStore.upsert``."""
        self._inner.upsert(nodes, edges)

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        """See ``GraphStore.upsert_coalesced``."""
        self._inner.upsert_coalesced(nodes, edges)

    def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
        """See ``GraphStore.get``."""
        return self._inner.get(refs)

    def find(self, label: str, *, prefix: str = "", limit: int = 100, after: str = "") -> list[Node]:
        """See ``GraphStore.find``."""
        return self._inner.find(label, prefix=prefix, limit=limit, after=after)

    def merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        """See ``GraphStore.merge_nodes``."""
        self._inner.merge_nodes(old, new)

    def delete(self, refs: Iterable[NodeRef]) -> int:
        """See ``GraphStore.delete``."""
        return self._inner.delete(refs)

    def aged(self, label: str, before: str, limit: int = 500) -> list[Node]:
        """See ``GraphStore.aged``."""
        return self._inner.aged(label, before, limit)

    def aged_edges(self, kind: str, before: str, limit: int = 500) -> list[Edge]:
        """See ``GraphStore.aged_edges``."""
        return self._inner.aged_edges(kind, before, limit)

    def edges_of(self, refs: Iterable[NodeRef]) -> list[Edge]:
        """See ``GraphStore.edges_of``."""
        return self._inner.edges_of(refs)

    def delete_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> int:
        """See ``GraphStore.delete_edges``."""
        return self._inner.delete_edges(edges)

    def ease(self) -> None:
        """See ``GraphStore.ease``."""
        self._inner.ease()

    def stats(self) -> GraphStats:
        """See ``GraphStore.stats``."""
        return self._inner.stats()

    def elements(self) -> Iterable[Node | Edge]:
        """See ``GraphStore.elements``."""
        return self._inner.elements()

    def close(self) -> None:
        """See ``GraphStore.close``."""
        self._inner.close()
