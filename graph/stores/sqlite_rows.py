"""Between rows of the embedded graph and the elements they hold."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from ..model import Edge, Node, NodeRef
from .payload import stored_props, stored_times
from .sqlite_schema import Symbols

NodeRow: TypeAlias = tuple[int, int, str, str, str, str | None]
"""id, label, key, at, props, times"""
EdgeRow: TypeAlias = tuple[int, int, int, int, str, str, str | None]
"""id, kind, src, dst, at, props, times"""

_NODES_BY_ID = """
SELECT n.id, n.label, n.key, n.at, n.props, n.times
FROM json_each(?) AS j CROSS JOIN node AS n ON n.id = j.value
"""
_NODES_BY_KEY = """
SELECT n.id, n.label, n.key, n.at, n.props, n.times
FROM json_each(?) AS j CROSS JOIN node AS n ON n.label = ? AND n.key = j.value
"""


def ref_of(row: NodeRow, symbols: Symbols) -> NodeRef:
    """The name of the node a row holds."""
    return NodeRef(symbols.name[row[1]], row[2])


def node_of(row: NodeRow, ref: NodeRef) -> Node:
    """The node a row holds, under its name."""
    return Node(ref, stored_props(row[4]), row[3], stored_times(row[5]))


def edge_of(row: EdgeRow, src: NodeRef, dst: NodeRef, symbols: Symbols) -> Edge:
    """The edge a row holds, between ends that are known already."""
    return Edge(symbols.name[row[1]], src, dst, stored_props(row[5]), row[4], stored_times(row[6]))


def number_list(numbers: Iterable[int]) -> str:
    """Numbers as the JSON array that ``json_each`` takes: a list as one parameter."""
    return f"[{','.join(map(str, numbers))}]"


def rows_by_id(connection: sqlite3.Connection, ids: Iterable[int]) -> Iterator[NodeRow]:
    """The rows of these node ids."""
    return connection.execute(_NODES_BY_ID, (number_list(ids),))


def rows_by_ref(
    connection: sqlite3.Connection, refs: Iterable[NodeRef], symbols: Symbols
) -> Iterator[NodeRow]:
    """The rows of these nodes, as far as they exist."""
    keys: dict[str, list[str]] = {}
    for ref in refs:
        keys.setdefault(ref.label, []).append(ref.key)
    for label, wanted in keys.items():
        number = symbols.number.get(label)
        if number is not None:
            yield from connection.execute(_NODES_BY_KEY, (json.dumps(wanted), number))
