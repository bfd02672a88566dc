"""What retention asks of the embedded graph: the oldest elements, and everything at some nodes.

``INDEXED BY`` keeps the plan what it is whatever the statistics say.
"""

import sqlite3
from collections.abc import Iterable

from ..coalesce import EdgeId
from ..model import Edge, Node, NodeRef
from .sqlite_rows import EdgeRow, edge_of, node_of, number_list, ref_of, rows_by_id, rows_by_ref
from .sqlite_schema import Symbols

NODES = """
SELECT id, label, key, at, props, times FROM node INDEXED BY node_aged
WHERE label = ? AND at <> '' AND at < ? ORDER BY at, key LIMIT ?
"""
LAST_MOMENT = """
SELECT max(at) FROM (
  SELECT at FROM edge INDEXED BY edge_aged WHERE kind = ? AND at <> '' AND at < ? ORDER BY at LIMIT ?
)
"""
EDGES = """
SELECT id, kind, src, dst, at, props, times FROM edge INDEXED BY edge_aged
WHERE kind = ? AND at <> '' AND at <= ?
"""
EDGE = "SELECT id, kind, src, dst, at, props, times FROM edge WHERE src = ? AND kind = ? AND dst = ?"
EDGES_OF = """
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:ids) AS one CROSS JOIN edge AS e INDEXED BY edge_identity WHERE e.src = one.value
UNION
SELECT e.id, e.kind, e.src, e.dst, e.at, e.props, e.times
FROM json_each(:ids) AS one CROSS JOIN edge AS e INDEXED BY edge_in WHERE e.dst = one.value
"""


def nodes(
    connection: sqlite3.Connection, symbols: Symbols, label: int, before: str, limit: int
) -> list[Node]:
    """The ``limit`` oldest nodes of a label before a moment, by (at, key)."""
    rows = connection.execute(NODES, (label, before, limit)).fetchall()
    return [node_of(row, ref_of(row, symbols)) for row in rows]


def edges(connection: sqlite3.Connection, symbols: Symbols, kind: int, before: str, limit: int) -> list[Edge]:
    """The ``limit`` oldest edges of a kind before a moment, by (at, src, dst).

    Names decide within one moment only: all edges of the last moment are read, then cut.
    """
    (last,) = connection.execute(LAST_MOMENT, (kind, before, limit)).fetchone()
    if last is None:
        return []
    found = _named(connection, symbols, connection.execute(EDGES, (kind, last)).fetchall())
    return sorted(found, key=lambda edge: (edge.at, edge.src, edge.dst))[:limit]


def edges_of(connection: sqlite3.Connection, symbols: Symbols, refs: Iterable[NodeRef]) -> list[Edge]:
    """Every edge at these nodes, by (kind, src, dst)."""
    ids = [row[0] for row in rows_by_ref(connection, refs, symbols)]
    rows = connection.execute(EDGES_OF, {"ids": number_list(ids)}).fetchall()
    found = _named(connection, symbols, rows)
    return sorted(found, key=lambda edge: (edge.kind, edge.src, edge.dst))


def named_edges(connection: sqlite3.Connection, symbols: Symbols, wanted: Iterable[EdgeId]) -> list[Edge]:
    """The edges that exist among ``wanted``, by (kind, src, dst)."""
    sought = sorted(wanted)
    ends = {end for _, src, dst in sought for end in (src, dst)}
    ids = {ref_of(row, symbols): row[0] for row in rows_by_ref(connection, ends, symbols)}
    found: list[Edge] = []
    for kind, src, dst in sought:
        key = ids.get(src), symbols.number.get(kind), ids.get(dst)
        row: EdgeRow | None = connection.execute(EDGE, key).fetchone()
        if row is not None:
            found.append(edge_of(row, src, dst, symbols))
    return found


def _named(connection: sqlite3.Connection, symbols: Symbols, rows: list[EdgeRow]) -> list[Edge]:
    ends = {end for row in rows for end in row[2:4]}
    refs = {row[0]: ref_of(row, symbols) for row in rows_by_id(connection, ends)}
    return [edge_of(row, refs[row[2]], refs[row[3]], symbols) for row in rows]
