"""The GraphStore port: the one door between the engine and a graph database."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext

from .coalesce import Edges, Nodes
from .model import Edge, ExpandSpec, GraphStats, Node, NodeRef, Subgraph


class GraphStore(ABC):
    """A store of the causal graph.

    Every write is an upsert under the merge rules of ``graph/schema.py``: applying
    the same mutations twice, or in another order, gives the same graph.
    """

    read_only: bool = False
    """Whether writing is refused: another process holds the pen."""

    @abstractmethod
    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """Merge nodes and edges in. An edge's ends come to be if they do not exist.

        Raises:
            GraphSchemaError: a label, kind, end or property the registry does not declare.
        """

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        """``upsert`` of mutations that ``graph.coalesce`` has put in order, without checking them again."""
        self.upsert(nodes.values(), edges.values())

    @abstractmethod
    def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
        """The nodes that exist among ``refs``."""

    @abstractmethod
    def find(self, label: str, *, prefix: str = "", limit: int = 100, after: str = "") -> list[Node]:
        """Nodes of a label by key order, whose key starts with ``prefix`` and follows ``after``."""

    @abstractmethod
    def expand(self, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
        """The neighbourhood of ``seeds`` that ``spec`` bounds; unknown seeds are left out."""

    @abstractmethod
    def merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        """Fold ``old`` into ``new`` (same label): properties merge, edges move, ``old`` is gone.

        This is what late identity needs: two names turn out to be one table.
        """

    @abstractmethod
    def delete(self, refs: Iterable[NodeRef]) -> int:
        """Remove nodes with their edges; the number of nodes removed."""

    @abstractmethod
    def aged(self, label: str, before: str, limit: int = 500) -> list[Node]:
        """The oldest nodes of a label whose ``at`` is not empty and before ``before``, by (at, key)."""

    @abstractmethod
    def aged_edges(self, kind: str, before: str, limit: int = 500) -> list[Edge]:
        """The oldest edges of a kind whose ``at`` is not empty and before ``before``, by (at, src, dst)."""

    @abstractmethod
    def edges_of(self, refs: Iterable[NodeRef]) -> list[Edge]:
        """Every edge that starts or ends at one of ``refs``, each once, by (kind, src, dst)."""

    @abstractmethod
    def get_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> list[Edge]:
        """The edges that exist among (kind, src, dst), each once, in that order; costs what is asked for."""

    @abstractmethod
    def delete_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> int:
        """Remove edges by (kind, src, dst), their ends stay; the number of edges removed."""

    def ease(self) -> None:  # noqa: B027 - most stores have nothing to do here
        """Do now, beside the writers, what a later write would else take long for."""

    def lazily(self) -> AbstractContextManager[None]:
        """What this thread writes inside may be on disk only with the next write outside.

        For work that finds out by itself, after a crash, what is still to do.
        """
        return nullcontext()

    @abstractmethod
    def mark(self) -> int:
        """How far the graph has come, as its writer marked it; -1 where nothing is, or nobody ever did."""

    @abstractmethod
    def set_mark(self, reached: int) -> None:
        """Mark how far the graph has come: events of the log up to ``reached`` have had their effect."""

    @abstractmethod
    def stats(self) -> GraphStats:
        """Counts by label and kind."""

    @abstractmethod
    def elements(self) -> Iterable[Node | Edge]:
        """Every node, then every edge, each in the order of its identity (for hash and export).

        What is written while the caller iterates does not show.
        """

    @abstractmethod
    def close(self) -> None:
        """Release what the store holds."""
