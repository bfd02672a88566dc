"""A store in front of another one."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from .coalesce import Edges, Nodes
from .model import Edge, ExpandSpec, GraphStats, Node, NodeRef, Subgraph
from .port import GraphStore

T = TypeVar("T")


class PassingStore(GraphStore):
    """Hands every call on."""

    @abstractmethod
    def inner(self) -> GraphStore:
        """The store that a call goes to; asked for at each call."""

    def pen(self) -> GraphStore:
        """The same, for a call that changes something."""
        return self.inner()

    def answered(self, answer: T) -> T:
        """What a call that reads came back with, before it is handed on."""
        return answer

    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """See ``GraphStore.upsert``."""
        self.pen().upsert(nodes, edges)

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        """See ``GraphStore.upsert_coalesced``."""
        self.pen().upsert_coalesced(nodes, edges)

    def expand(self, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
        """See ``GraphStore.expand``."""
        return self.answered(self.inner().expand(seeds, spec))

    def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
        """See ``GraphStore.get``."""
        return self.answered(self.inner().get(refs))

    def find(self, label: str, *, prefix: str = "", limit: int = 100, after: str = "") -> list[Node]:
        """See ``GraphStore.find``."""
        return self.answered(self.inner().find(label, prefix=prefix, limit=limit, after=after))

    def merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        """See ``GraphStore.merge_nodes``."""
        self.pen().merge_nodes(old, new)

    def delete(self, refs: Iterable[NodeRef]) -> int:
        """See ``GraphStore.delete``."""
        return self.pen().delete(refs)

    def aged(self, label: str, before: str, limit: int = 500) -> list[Node]:
        """See ``GraphStore.aged``."""
        return self.answered(self.inner().aged(label, before, limit))

    def aged_edges(self, kind: str, before: str, limit: int = 500) -> list[Edge]:
        """See ``GraphStore.aged_edges``."""
        return self.answered(self.inner().aged_edges(kind, before, limit))

    def edges_of(self, refs: Iterable[NodeRef]) -> list[Edge]:
        """See ``GraphStore.edges_of``."""
        return self.answered(self.inner().edges_of(refs))

    def get_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> list[Edge]:
        """See ``GraphStore.get_edges``."""
        return self.answered(self.inner().get_edges(edges))

    def delete_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> int:
        """See ``GraphStore.delete_edges``."""
        return self.pen().delete_edges(edges)

    def ease(self) -> None:
        """See ``GraphStore.ease``."""
        self.inner().ease()

    def lazily(self) -> AbstractContextManager[None]:
        """See ``GraphStore.lazily``."""
        return self.inner().lazily()

    def mark(self) -> int:
        """See ``GraphStore.mark``."""
        return self.inner().mark()

    def set_mark(self, reached: int) -> None:
        """See ``GraphStore.set_mark``."""
        self.pen().set_mark(reached)

    def stats(self) -> GraphStats:
        """See ``GraphStore.stats``."""
        return self.answered(self.inner().stats())

    def elements(self) -> Iterable[Node | Edge]:
        """See ``GraphStore.elements``."""
        return self.inner().elements()

    def close(self) -> None:
        """See ``GraphStore.close``."""
        self.inner().close()
