"""The embedded graph store: SQLite, one writer, any number of reading processes."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ..coalesce import Edges, Nodes, coalesce
from ..model import Edge, ExpandSpec, GraphStats, Node, NodeRef, Subgraph
from ..port import GraphStore
from ..renaming import check_same_label
from ..schema import EDGE_KINDS, LABELS
from . import sqlite_aged, sqlite_write
from .key_range import key_range
from .sqlite_connections import MEMORY, Connections
from .sqlite_expand import expand
from .sqlite_rows import NodeRow, edge_of, node_of, ref_of, rows_by_ref
from .sqlite_schema import check_version, prepare, read_mark, read_symbols, write_mark

_FIND = """
SELECT id, label, key, at, props, times FROM node
WHERE label = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?
"""
_ALL_NODES = "SELECT id, label, key, at, props, times FROM node WHERE label = ? ORDER BY key"
_ALL_EDGES = """
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times, sl.name, s.key, dl.name, d.key
FROM edge AS e JOIN node AS s ON s.id = e.src JOIN symbol AS sl ON sl.id = s.label
JOIN node AS d ON d.id = e.dst JOIN symbol AS dl ON dl.id = d.label
WHERE e.kind = ? ORDER BY sl.name, s.key, dl.name, d.key
"""


class SqliteGraphStore(GraphStore):
    """A graph in one SQLite file (WAL, ``synchronous = FULL``), or in memory (``:memory:``).

    Threads may share a store. Processes open stores of their own on the same file:
    one to write, others with ``read_only=True``; a reader sees what was committed when
    its call began.

    Raises (any method):
        BackendUnavailable: the file cannot be opened, or stays locked for 10 seconds.
        GraphVersionError: a newer program wrote the file.
    """

    def __init__(self, path: str | Path = MEMORY, *, read_only: bool = False) -> None:
        self._connections = Connections(str(path), read_only=read_only)
        self.read_only = read_only
        try:
            if not read_only:
                with self._connections.writing() as connection:
                    prepare(connection)
            with self._connections.reading() as connection:
                check_version(connection)
                self._symbols = read_symbols(connection)
        except BaseException:
            self._connections.close()
            raise

    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """See ``GraphStore.upsert``; one call is one transaction."""
        self.upsert_coalesced(*coalesce(nodes, edges))

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        """See ``GraphStore.upsert_coalesced``; one call is one transaction."""
        if nodes:
            with self._connections.writing() as connection:
                sqlite_write.upsert(connection, self._symbols, nodes, edges)

    def get(self, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
        """See ``GraphStore.get``."""
        with self._connections.reading() as connection:
            rows = list(rows_by_ref(connection, set(refs), self._symbols))
        return {node.ref: node for node in map(self._node, rows)}

    def find(self, label: str, *, prefix: str = "", limit: int = 100, after: str = "") -> list[Node]:
        """See ``GraphStore.find``."""
        number = self._symbols.number.get(label, 0)
        low, high = key_range(prefix)
        with self._connections.reading() as connection:
            rows = connection.execute(_FIND, (number, after, low, high, max(0, limit))).fetchall()
        return [self._node(row) for row in rows]

    def expand(self, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
        """See ``GraphStore.expand``; the whole walk sees one moment of the graph."""
        with self._connections.reading() as connection:
            return expand(connection, self._symbols, seeds, spec)

    def merge_nodes(self, old: NodeRef, new: NodeRef) -> None:
        """See ``GraphStore.merge_nodes``; one call is one transaction."""
        check_same_label(old, new)
        if old != new:
            with self._connections.writing() as connection:
                sqlite_write.merge_nodes(connection, self._symbols, old, new)

    def delete(self, refs: Iterable[NodeRef]) -> int:
        """See ``GraphStore.delete``; one call is one transaction, so callers slice."""
        wanted = list(refs)
        with self._connections.writing() as connection:
            return sqlite_write.delete(connection, self._symbols, wanted)

    def aged(self, label: str, before: str, limit: int = 500) -> list[Node]:
        """See ``GraphStore.aged``; costs what it returns."""
        number = self._symbols.number.get(label, 0)
        with self._connections.reading() as connection:
            return sqlite_aged.nodes(connection, self._symbols, number, before, max(0, limit))

    def aged_edges(self, kind: str, before: str, limit: int = 500) -> list[Edge]:
        """See ``GraphStore.aged_edges``; costs what it returns, and all edges of the last moment in it."""
        number = self._symbols.number.get(kind, 0)
        with self._connections.reading() as connection:
            return sqlite_aged.edges(connection, self._symbols, number, before, max(0, limit))

    def edges_of(self, refs: Iterable[NodeRef]) -> list[Edge]:
        """See ``GraphStore.edges_of``."""
        with self._connections.reading() as connection:
            return sqlite_aged.edges_of(connection, self._symbols, set(refs))

    def get_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> list[Edge]:
        """See ``GraphStore.get_edges``."""
        wanted = set(edges)
        with self._connections.reading() as connection:
            return sqlite_aged.named_edges(connection, self._symbols, wanted)

    def delete_edges(self, edges: Iterable[tuple[str, NodeRef, NodeRef]]) -> int:
        """See ``GraphStore.delete_edges``; one call is one transaction, so callers slice."""
        gone = set(edges)
        with self._connections.writing() as connection:
            return sqlite_write.delete_edges(connection, self._symbols, gone)

    def ease(self) -> None:
        """See ``GraphStore.ease``: move the write-ahead log into the file, so that no commit has to."""
        self._connections.checkpoint()

    def mark(self) -> int:
        """See ``GraphStore.mark``."""
        with self._connections.reading() as connection:
            return read_mark(connection)

    def set_mark(self, reached: int) -> None:
        """See ``GraphStore.set_mark``."""
        with self._connections.writing() as connection:
            write_mark(connection, reached)

    def lazily(self) -> AbstractContextManager[None]:
        """See ``GraphStore.lazily``: a commit waits for no disk and moves no write-ahead log."""
        return self._connections.lazily()

    def stats(self) -> GraphStats:
        """See ``GraphStore.stats``; counts are kept with every write, none is counted here."""
        with self._connections.reading() as connection:
            counts = dict(connection.execute("SELECT name, count FROM symbol WHERE count > 0").fetchall())
        by_label = {name: counts[name] for name in sorted(LABELS) if name in counts}
        by_kind = {name: counts[name] for name in sorted(EDGE_KINDS) if name in counts}
        return GraphStats(sum(by_label.values()), sum(by_kind.values()), by_label, by_kind)

    def elements(self) -> Iterable[Node | Edge]:
        """See ``GraphStore.elements``; the iteration sees one moment of the graph."""
        with self._connections.reading() as connection:
            if not self._connections.is_in_memory:
                yield from self._elements(connection)
                return
            # Its one connection must not stay taken while the caller thinks.
            snapshot = list(self._elements(connection))
        yield from snapshot

    def _elements(self, connection: sqlite3.Connection) -> Iterator[Node | Edge]:
        for label in sorted(LABELS):
            for row in connection.execute(_ALL_NODES, (self._symbols.number[label],)):
                yield self._node(row)
        for kind in sorted(EDGE_KINDS):
            for row in connection.execute(_ALL_EDGES, (self._symbols.number[kind],)):
                yield edge_of(row[:7], NodeRef(*row[7:9]), NodeRef(*row[9:11]), self._symbols)

    def close(self) -> None:
        """See ``GraphStore.close``."""
        self._connections.close()

    def _node(self, row: NodeRow) -> Node:
        return node_of(row, ref_of(row, self._symbols))
