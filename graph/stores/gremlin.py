"""The causal graph on a Gremlin server: Apache TinkerPop Gremlin Server or Amazon Neptune.

The traversal source must belong to this graph alone. What each server guarantees, and
where one writer at a time is relied on, is in docs/decisions/0014-gremlin-expand.md.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from signal_factory.errors import BackendUnavailable

from ..coalesce import EdgeId, Edges, Nodes, coalesce
from ..model import Edge, ExpandSpec, GraphStats, Node, NodeRef, Subgraph
from ..port import GraphStore
from ..renaming import check_same_label, renamed
from ..schema import EDGE_KINDS, LABELS
from . import gremlin_expand, gremlin_write
from .gremlin_client import GremlinClient, Patience
from .gremlin_codec import AT, KEY, edge_of, node_of
from .gremlin_ids import vertex_id
from .gremlin_wire import Address


class GremlinGraphStore(GraphStore):
    """A graph behind one traversal source, reached through bytecode over a web socket.

    Threads may share a store; one process writes at a time (it holds the lease).
    Every write is idempotent, and is done again as a whole when it fails on the way.

    Raises (any method):
        BackendUnavailable: the server does not answer, or refused a traversal.
        ConfigurationError: the server does not let us in, or the driver is missing.
    """

    def __init__(
        self,
        address: Address,
        *,
        source: str = "g",
        user: str = "",
        password: str = "",
        chains: bool = False,
        read_only: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.read_only = read_only
        self._client = GremlinClient(
            address, source=source, user=user, password=password, chains=chains, patience=patience
        )
        self._pen = threading.Lock()

    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """See ``GraphStore.upsert``; after a failure some may be written: writing it again is right."""
        self.upsert_coalesced(*coalesce(nodes, edges))

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        """See ``GraphStore.upsert_coalesced`` and ``upsert``."""
        if nodes:
            self._writing(lambda: gremlin_write.upsert(self._client, nodes, edges))

    def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
        """See ``GraphStore.get``."""
        wanted = set(refs)
        return self._client.retrying(lambda: gremlin_write.read_nodes(self._client, wanted))

    def find(self, label: str, *, prefix: str = "", limit: int = 100, after: str = "") -> list[Node]:
        """See ``GraphStore.find``."""
        words = self._client.words
        found = words.start().V().has_label(label)
        if prefix:
            found = found.has(KEY, words.text.starting_with(prefix))
        if after:
            following = words.p.gt(vertex_id(NodeRef(label, after)))
            found = found.where(words.start().id_().is_(following))
        return self._nodes(found.order().by(words.t.id), limit)

    def expand(self, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
        """See ``GraphStore.expand``: one round trip."""
        if not seeds:
            return Subgraph({}, (), {})
        words = self._client.words
        traversal = gremlin_expand.traversal(words, seeds, spec)
        return gremlin_expand.cut(words, self._rows(traversal), seeds, spec)

    def merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        """See ``GraphStore.merge_nodes``; ``old`` goes last, so that a broken merge can be done again."""
        check_same_label(old, new)
        if old != new:
            self._writing(lambda: self._merge_nodes(old, new))

    def delete(self, refs: Iterable[NodeRef]) -> int:
        """See ``GraphStore.delete``; callers slice."""
        wanted = sorted(set(refs))
        there = self.get(wanted)
        self._writing(lambda: gremlin_write.drop_nodes(self._client, there))
        return len(there)

    def aged(self, label: str, before: str, limit: int = 500) -> list[Node]:
        """See ``GraphStore.aged``."""
        words = self._client.words
        old = words.start().V().has_label(label).has(AT, words.p.gt("").and_(words.p.lt(before)))
        return self._nodes(old.order().by(AT).by(words.t.id), limit)

    def aged_edges(self, kind: str, before: str, limit: int = 500) -> list[Edge]:
        """See ``GraphStore.aged_edges``."""
        words = self._client.words
        old = words.start().E().has_label(kind).has(AT, words.p.gt("").and_(words.p.lt(before)))
        source, target = words.start().out_v().id_(), words.start().in_v().id_()
        ordered = old.order().by(AT).by(source).by(target).limit(max(0, limit))
        return [edge_of(row, words) for row in self._rows(ordered.element_map())]

    def edges_of(self, refs: Iterable[NodeRef]) -> list[Edge]:
        """See ``GraphStore.edges_of``."""
        wanted = sorted(set(refs))
        return self._client.retrying(lambda: gremlin_write.edges_of(self._client, wanted))

    def get_edges(self, edges: Iterable[EdgeId]) -> list[Edge]:
        """See ``GraphStore.get_edges``."""
        wanted = sorted(set(edges))
        there = self._client.retrying(lambda: gremlin_write.read_edges(self._client, wanted))
        return [there[identity] for identity in sorted(there)]

    def delete_edges(self, edges: Iterable[EdgeId]) -> int:
        """See ``GraphStore.delete_edges``."""
        wanted = sorted(set(edges))
        there = self._client.retrying(lambda: gremlin_write.read_edges(self._client, wanted))
        self._writing(lambda: gremlin_write.drop_edges(self._client, there))
        return len(there)

    def mark(self) -> int:
        """See ``GraphStore.mark``."""
        return self._client.retrying(lambda: gremlin_write.read_mark(self._client))

    def set_mark(self, reached: int) -> None:
        """See ``GraphStore.set_mark``; it is a vertex of its own, beside those of the graph."""
        self._writing(lambda: gremlin_write.write_mark(self._client, reached))

    def stats(self) -> GraphStats:
        """See ``GraphStore.stats``; the server counts every element, so ask seldom."""
        words = self._client.words
        nodes = self._counts(words.start().V().has_label(*LABELS))
        edges = self._counts(words.start().E().has_label(*EDGE_KINDS))
        return GraphStats(sum(nodes.values()), sum(edges.values()), nodes, edges)

    def elements(self) -> Iterable[Node | Edge]:
        """See ``GraphStore.elements``: all of the graph is read before the first is handed out."""
        words = self._client.words
        vertices = self._rows(words.start().V().has_label(*LABELS).element_map(), scans=True)
        lines = self._rows(words.start().E().has_label(*EDGE_KINDS).element_map(), scans=True)
        nodes = sorted((node_of(row, words) for row in vertices), key=lambda node: node.ref)
        edges = sorted(
            (edge_of(row, words) for row in lines), key=lambda edge: (edge.kind, edge.src, edge.dst)
        )
        together: list[Node | Edge] = [*nodes, *edges]
        return together

    def close(self) -> None:
        """See ``GraphStore.close``."""
        self._client.close()

    def _writing(self, work: Callable[[], None]) -> None:
        if self.read_only:
            raise BackendUnavailable("this graph store is open for reading only")
        with self._pen:
            self._client.retrying(work)

    def _merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        node = gremlin_write.read_nodes(self._client, [old]).get(old)
        if node is None:
            return
        edges = gremlin_write.edges_of(self._client, [old])
        gremlin_write.upsert(self._client, *renamed(node, edges, old, new))
        gremlin_write.drop_nodes(self._client, [old])

    def _nodes(self, ordered: Any, limit: int) -> list[Node]:
        rows = self._rows(ordered.limit(max(0, limit)).element_map())
        return [node_of(row, self._client.words) for row in rows]

    def _counts(self, elements: Any) -> dict[str, int]:
        (counts,) = self._rows(elements.group_count().by(self._client.words.t.label))
        return {str(name): int(counts[name]) for name in sorted(counts)}

    def _rows(self, traversal: Any, *, scans: bool = False) -> list[Any]:
        return self._client.retrying(lambda: self._client.ask(traversal, scans=scans))
