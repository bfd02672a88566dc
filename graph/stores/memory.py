"""The reference store: a networkx graph in memory, made to be obviously right.

It is what other stores are compared with in tests, and fast enough for small graphs.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ..coalesce import Edges, Nodes, coalesce
from ..merge import merge_edge, merge_node
from ..model import Edge, ExpandSpec, GraphStats, Hop, Node, NodeRef, Subgraph
from ..port import GraphStore
from ..renaming import check_same_label, renamed
from .bounds import Followed, subgraph, walk

if TYPE_CHECKING:
    import networkx as nx

    NetworkGraph: TypeAlias = nx.MultiDiGraph[NodeRef]


class MemoryGraphStore(GraphStore):
    """The port over a ``networkx.MultiDiGraph``: nodes hold a ``node``, edges (keyed by kind) an ``edge``."""

    def __init__(self) -> None:
        import networkx as nx

        self.graph: NetworkGraph = nx.MultiDiGraph()
        self._mark = -1

    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """See ``GraphStore.upsert``."""
        self.upsert_coalesced(*coalesce(nodes, edges))

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        """See ``GraphStore.upsert_coalesced``."""
        for ref, node in nodes.items():
            merged = merge_node(self._node(ref), node) if ref in self.graph else node
            self.graph.add_node(ref, node=merged)
        for (kind, src, dst), edge in edges.items():
            known = self.graph.get_edge_data(src, dst, kind)
            merged_edge = merge_edge(known["edge"], edge) if known else edge
            self.graph.add_edge(src, dst, key=kind, edge=merged_edge)

    def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
        """See ``GraphStore.get``."""
        return {ref: self._node(ref) for ref in refs if ref in self.graph}

    def find(self, label: str, *, prefix: str = "", limit: int = 100, after: str = "") -> list[Node]:
        """See ``GraphStore.find``."""
        keys = sorted(ref.key for ref in self.graph if ref.label == label)
        found = [key for key in keys if key.startswith(prefix) and key > after]
        return [self._node(NodeRef(label, key)) for key in found[: max(0, limit)]]

    def expand(self, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
        """See ``GraphStore.expand``."""
        walked = walk((seed for seed in seeds if seed in self.graph), spec, self._hop)
        nodes = {ref: self._node(ref) for ref in walked.depth}
        return subgraph(nodes, walked.depth, list(walked.edges.values()), walked.is_partial)

    def merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        """See ``GraphStore.merge_nodes``."""
        check_same_label(old, new)
        if old == new or old not in self.graph:
            return
        edges = [edge for edge in self._edges() if old in (edge.src, edge.dst)]
        node = self._node(old)
        self.graph.remove_node(old)
        self.upsert_coalesced(*renamed(node, edges, old, new))

    def delete(self, refs: Iterable[NodeRef]) -> int:
        """See ``GraphStore.delete``."""
        gone = {ref for ref in refs if ref in self.graph}
        self.graph.remove_nodes_from(gone)
        return len(gone)

    def aged(self, label: str, before: str, limit: int = 500) -> list[Node]:
        """See ``GraphStore.aged``."""
        nodes = (self._node(ref) for ref in self.graph if ref.label == label)
        found = sorted(
            (node for node in nodes if "" < node.at < before), key=lambda node: (node.at, node.ref)
        )
        return found[: max(0, limit)]

    def aged_edges(self, kind: str, before: str, limit: int = 500) -> list[Edge]:
        """See ``GraphStore.aged_edges``."""
        found = [edge for edge in self._edges() if edge.kind == kind and "" < edge.at < before]
        return sorted(found, key=lambda edge: (edge.at, edge.src, edge.dst))[: max(0, limit)]

    def edges_of(self, refs: Iterable[NodeRef]) -> list[Edge]:
        """See ``GraphStore.edges_of``."""
        wanted = set(refs)
        found = [edge for edge in self._edges() if edge.src in wanted or edge.dst in wanted]
        return sorted(found, key=lambda edge: (edge.kind, edge.src, edge.dst))

    def get_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> list[Edge]:
        """See ``GraphStore.get_edges``."""
        wanted = set(edges)
        found = [edge for edge in self._edges() if (edge.kind, edge.src, edge.dst) in wanted]
        return sorted(found, key=lambda edge: (edge.kind, edge.src, edge.dst))

    def delete_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> int:
        """See ``GraphStore.delete_edges``."""
        gone = {(src, dst, kind) for kind, src, dst in edges if self.graph.has_edge(src, dst, kind)}
        for src, dst, kind in gone:
            self.graph.remove_edge(src, dst, kind)
        return len(gone)

    def mark(self) -> int:
        """See ``GraphStore.mark``."""
        return self._mark

    def set_mark(self, reached: int) -> None:
        """See ``GraphStore.set_mark``."""
        self._mark = reached

    def stats(self) -> GraphStats:
        """See ``GraphStore.stats``."""
        by_label: dict[str, int] = {}
        by_kind: dict[str, int] = {}
        for element in self.elements():
            if isinstance(element, Node):
                by_label[element.ref.label] = by_label.get(element.ref.label, 0) + 1
            else:
                by_kind[element.kind] = by_kind.get(element.kind, 0) + 1
        return GraphStats(sum(by_label.values()), sum(by_kind.values()), by_label, by_kind)

    def elements(self) -> Iterable[Node | Edge]:
        """See ``GraphStore.elements``."""
        edges = sorted(self._edges(), key=lambda edge: (edge.kind, edge.src, edge.dst))
        return [*(self._node(ref) for ref in sorted(self.graph)), *edges]

    def close(self) -> None:
        """See ``GraphStore.close``: nothing is held."""

    def _hop(self, ref: NodeRef, hop: Hop) -> list[Followed]:
        around: Iterable[tuple[NodeRef, NodeRef, str, Edge]]
        if hop.direction == "out":
            around = self.graph.out_edges(ref, keys=True, data="edge")
        else:
            around = self.graph.in_edges(ref, keys=True, data="edge")
        return [
            (edge, edge.dst if hop.direction == "out" else edge.src)
            for _, _, kind, edge in around
            if kind == hop.kind
        ]

    def _node(self, ref: NodeRef) -> Node:
        node: Node = self.graph.nodes[ref]["node"]
        return node

    def _edges(self) -> list[Edge]:
        around: Iterable[tuple[NodeRef, NodeRef, Edge]] = self.graph.edges(data="edge")
        return [edge for _, _, edge in around]
