"""The causal graph on Neo4j, or on another server that speaks openCypher over Bolt."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from signal_factory.errors import BackendUnavailable

from ..coalesce import Edges, Nodes, coalesce
from ..model import Edge, ExpandSpec, GraphStats, Node, NodeRef, Subgraph
from ..port import GraphStore
from ..renaming import check_same_label
from ..schema import EDGE_KINDS
from . import neo4j_expand, neo4j_read, neo4j_upsert, neo4j_write
from .neo4j_client import BoltAddress, BoltClient, Patience, T, Work
from .neo4j_schema import check_version, mark, migrate, set_mark

_PAGE = 1_000
_SPOOL_BYTES = 64 * 1024 * 1024


class Neo4jGraphStore(GraphStore):
    """A graph in one database of a server, whose labels and edge kinds are this graph's alone.

    Threads and processes may share a graph; each call is one transaction.

    Raises (any method):
        BackendUnavailable: the server does not answer in time, or refused a statement.
        ConfigurationError: the server does not let us in, or the driver is missing.
        GraphVersionError: a newer program wrote this graph.
    """

    def __init__(
        self, address: BoltAddress, *, read_only: bool = False, patience: Patience | None = None
    ) -> None:
        self.read_only = read_only
        self._client = BoltClient(address, patience)
        try:
            if read_only:
                check_version(self._client)
            else:
                migrate(self._client)
        except BaseException:
            self._client.close()
            raise

    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """See ``GraphStore.upsert``; one call is one transaction."""
        self.upsert_coalesced(*coalesce(nodes, edges))

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        """See ``GraphStore.upsert_coalesced``; one call is one transaction."""
        if nodes:
            self._write(lambda transaction: neo4j_upsert.upsert(transaction, nodes, edges))

    def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
        """See ``GraphStore.get``."""
        wanted = list(refs)
        return self._client.read(lambda transaction: neo4j_read.get(transaction, wanted))

    def find(self, label: str, *, prefix: str = "", limit: int = 100, after: str = "") -> list[Node]:
        """See ``GraphStore.find``."""
        return self._client.read(
            lambda transaction: neo4j_read.find(transaction, label, prefix, limit, after)
        )

    def expand(self, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
        """See ``GraphStore.expand``; one statement, whatever the number of hops."""
        return self._client.read(lambda transaction: neo4j_expand.expand(transaction, seeds, spec))

    def merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        """See ``GraphStore.merge_nodes``; one call is one transaction."""
        check_same_label(old, new)
        if old != new:
            self._write(lambda transaction: neo4j_write.merge_nodes(transaction, old, new))

    def delete(self, refs: Iterable[NodeRef]) -> int:
        """See ``GraphStore.delete``; one call is one transaction, so callers slice."""
        gone = list(refs)
        return self._write(lambda transaction: neo4j_write.delete(transaction, gone))

    def aged(self, label: str, before: str, limit: int = 500) -> list[Node]:
        """See ``GraphStore.aged``."""
        return self._client.read(lambda transaction: neo4j_read.aged(transaction, label, before, limit))

    def aged_edges(self, kind: str, before: str, limit: int = 500) -> list[Edge]:
        """See ``GraphStore.aged_edges``."""
        return self._client.read(lambda transaction: neo4j_read.aged_edges(transaction, kind, before, limit))

    def edges_of(self, refs: Iterable[NodeRef]) -> list[Edge]:
        """See ``GraphStore.edges_of``."""
        around = list(refs)
        return self._client.read(lambda transaction: neo4j_write.edges_of(transaction, around))

    def get_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> list[Edge]:
        """See ``GraphStore.get_edges``."""
        wanted = list(edges)
        return self._client.read(lambda transaction: neo4j_write.get_edges(transaction, wanted))

    def delete_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> int:
        """See ``GraphStore.delete_edges``; one call is one transaction, so callers slice."""
        gone = list(edges)
        return self._write(lambda transaction: neo4j_write.delete_edges(transaction, gone))

    def mark(self) -> int:
        """See ``GraphStore.mark``."""
        return self._client.read(mark)

    def set_mark(self, reached: int) -> None:
        """See ``GraphStore.set_mark``; a server that lost everything is told of the graph again."""
        if not self._write(lambda transaction: set_mark(transaction, reached)):
            migrate(self._client)
            self._write(lambda transaction: set_mark(transaction, reached))

    def stats(self) -> GraphStats:
        """See ``GraphStore.stats``; the server keeps these counts, none is counted here."""
        return self._client.read(neo4j_read.stats)

    def elements(self) -> Iterator[Node | Edge]:
        """See ``GraphStore.elements``.

        Such servers have no view of one moment that lasts over several calls: everything is
        read first, page by page into a file, and what others write meanwhile may show.
        """
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spool:
            count = 0
            for element in self._scan():
                pickle.dump(element, spool)
                count += 1
            spool.seek(0)
            yield from _loaded(spool, count)

    def close(self) -> None:
        """See ``GraphStore.close``."""
        self._client.close()

    def _scan(self) -> Iterator[Node | Edge]:
        counts = self.stats()
        for label in counts.nodes_by_label:
            after = ""
            while page := self.find(label, limit=_PAGE, after=after):
                yield from page
                after = page[-1].ref.key
        for kind in counts.edges_by_kind:
            for label in sorted({source for source, _ in EDGE_KINDS[kind].ends}):
                yield from self._scan_edges(kind, label)

    def _scan_edges(self, kind: str, label: str) -> Iterator[Edge]:
        page, after = self._edge_page(kind, label, "")
        while after:
            yield from page
            page, after = self._edge_page(kind, label, after)

    def _edge_page(self, kind: str, label: str, after: str) -> tuple[list[Edge], str]:
        return self._client.read(
            lambda transaction: neo4j_read.edge_page(transaction, kind, label, after, _PAGE)
        )

    def _write(self, work: Work[T]) -> T:
        if self.read_only:
            raise BackendUnavailable("the graph is open for reading only")
        return self._client.write(work)


def _loaded(spool: IO[bytes], count: int) -> Iterator[Node | Edge]:
    for _ in range(count):
        yield pickle.load(spool)  # noqa: S301 - written a moment ago to a file of our own
