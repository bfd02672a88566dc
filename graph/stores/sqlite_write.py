"""Writes to the embedded graph. Each function runs inside a transaction of its caller."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from ..coalesce import EdgeId, Edges, Nodes
from ..merge import merge_edge, merge_node
from ..model import Edge, Node, NodeRef
from ..renaming import renamed
from .payload import encode, encode_times
from .sqlite_aged import EDGE, edges_of
from .sqlite_rows import EdgeRow, edge_of, node_of, ref_of, rows_by_ref
from .sqlite_schema import Symbols

_INSERT_NODE = "INSERT INTO node (id, label, key, at, props, times) VALUES (?, ?, ?, ?, ?, ?)"
_UPDATE_NODE = "UPDATE node SET at = ?, props = ?, times = ? WHERE id = ?"
_INSERT_EDGE = "INSERT INTO edge (kind, src, dst, at, props, times) VALUES (?, ?, ?, ?, ?, ?)"
_UPDATE_EDGE = "UPDATE edge SET at = ?, props = ?, times = ? WHERE id = ?"
_DELETE_EDGES = (
    "DELETE FROM edge WHERE src = ? RETURNING kind",
    "DELETE FROM edge WHERE dst = ? RETURNING kind",
)
_DELETE_EDGE = "DELETE FROM edge WHERE src = ? AND kind = ? AND dst = ? RETURNING kind"
_COUNT = "UPDATE symbol SET count = count + ? WHERE id = ?"


@dataclass(slots=True)
class _Batch:
    """One transaction's view: which nodes have which id, and how many came or went."""

    connection: sqlite3.Connection
    symbols: Symbols
    ids: dict[NodeRef, int] = field(default_factory=dict[NodeRef, int])
    created: set[NodeRef] = field(default_factory=set[NodeRef])
    counts: Counter[int] = field(default_factory=Counter[int])

    def settle(self) -> None:
        changes = [(change, symbol) for symbol, change in self.counts.items() if change]
        self.connection.executemany(_COUNT, changes)


def upsert(connection: sqlite3.Connection, symbols: Symbols, nodes: Nodes, edges: Edges) -> None:
    """Merge coalesced mutations in; every edge's ends are among ``nodes``."""
    batch = _Batch(connection, symbols)
    _upsert_nodes(batch, nodes)
    _upsert_edges(batch, edges)
    batch.settle()


def merge_nodes(connection: sqlite3.Connection, symbols: Symbols, old: NodeRef, new: NodeRef) -> None:
    """Rename ``old`` to ``new``, folding both into one if ``new`` exists."""
    gone = next(rows_by_ref(connection, [old], symbols), None)
    if gone is None:
        return
    node = node_of(gone, old)
    edges = edges_of(connection, symbols, [old])
    delete(connection, symbols, [old])
    upsert(connection, symbols, *renamed(node, edges, old, new))


def delete(connection: sqlite3.Connection, symbols: Symbols, refs: Iterable[NodeRef]) -> int:
    """Remove nodes and every edge at them; the number of nodes that were there."""
    batch = _Batch(connection, symbols)
    rows = list(rows_by_ref(connection, set(refs), symbols))
    for identifier, label, *_ in rows:
        batch.counts[label] -= 1
        for statement in _DELETE_EDGES:
            gone = connection.execute(statement, (identifier,))
            batch.counts.subtract(kind for (kind,) in gone.fetchall())
        connection.execute("DELETE FROM node WHERE id = ?", (identifier,))
    batch.settle()
    return len(rows)


def delete_edges(connection: sqlite3.Connection, symbols: Symbols, edges: Iterable[EdgeId]) -> int:
    """Remove edges, their ends stay; the number of edges that were there."""
    batch, wanted = _Batch(connection, symbols), list(edges)
    ends = {end for _, src, dst in wanted for end in (src, dst)}
    ids = {ref_of(row, symbols): row[0] for row in rows_by_ref(connection, ends, symbols)}
    for kind, src, dst in wanted:
        key = ids.get(src), symbols.number.get(kind), ids.get(dst)
        gone = connection.execute(_DELETE_EDGE, key).fetchall()
        batch.counts.subtract(number for (number,) in gone)
    removed = -batch.counts.total()
    batch.settle()
    return removed


def _upsert_nodes(batch: _Batch, nodes: Nodes) -> None:
    updates: list[tuple[str, str, str | None, int]] = []
    for row in rows_by_ref(batch.connection, nodes, batch.symbols):
        ref = ref_of(row, batch.symbols)
        batch.ids[ref] = row[0]
        known, said = node_of(row, ref), nodes[ref]
        if said.props or said.at > known.at:
            merged = merge_node(known, said)
            _note(updates, known, merged, row[0])
    batch.connection.executemany(_UPDATE_NODE, updates)
    _insert_nodes(batch, [node for ref, node in nodes.items() if ref not in batch.ids])


def _insert_nodes(batch: _Batch, nodes: list[Node]) -> None:
    (last,) = batch.connection.execute("SELECT coalesce(max(id), 0) FROM node").fetchone()
    rows: list[tuple[int, int, str, str, str, str | None]] = []
    for identifier, node in enumerate(nodes, start=last + 1):
        label = batch.symbols.number[node.ref.label]
        batch.ids[node.ref] = identifier
        batch.created.add(node.ref)
        batch.counts[label] += 1
        rows.append((identifier, label, node.ref.key, node.at, encode(node.props), encode_times(node.times)))
    batch.connection.executemany(_INSERT_NODE, rows)


def _upsert_edges(batch: _Batch, edges: Edges) -> None:
    inserts: list[tuple[int, int, int, str, str, str | None]] = []
    updates: list[tuple[str, str, str | None, int]] = []
    for identity, edge in edges.items():
        row = _find_edge(batch, identity)
        if row is None:
            inserts.append(_edge_values(batch, edge))
            continue
        known = edge_of(row, edge.src, edge.dst, batch.symbols)
        if edge.props or edge.at > known.at:
            _note(updates, known, merge_edge(known, edge), row[0])
    batch.connection.executemany(_UPDATE_EDGE, updates)
    batch.connection.executemany(_INSERT_EDGE, inserts)
    batch.counts.update(row[0] for row in inserts)


def _find_edge(batch: _Batch, identity: EdgeId) -> EdgeRow | None:
    kind, src, dst = identity
    if src in batch.created or dst in batch.created:
        return None
    key = (batch.ids[src], batch.symbols.number[kind], batch.ids[dst])
    return cast("EdgeRow | None", batch.connection.execute(EDGE, key).fetchone())


def _edge_values(batch: _Batch, edge: Edge) -> tuple[int, int, int, str, str, str | None]:
    ends = batch.ids[edge.src], batch.ids[edge.dst]
    return (batch.symbols.number[edge.kind], *ends, edge.at, encode(edge.props), encode_times(edge.times))


def _note(
    updates: list[tuple[str, str, str | None, int]], known: Node | Edge, merged: Node | Edge, identifier: int
) -> None:
    if merged != known:
        updates.append((merged.at, encode(merged.props), encode_times(merged.times), identifier))
