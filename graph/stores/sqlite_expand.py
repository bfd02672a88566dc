"""A bounded neighbourhood out of the embedded graph: two statements a level."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..model import Edge, ExpandSpec, Node, NodeRef, Subgraph
from ..schema import can_follow
from .sqlite_rows import EDGE_COLUMNS, EdgeRow, edge_of, node_of, number_list, rows_by_id, rows_by_ref
from .sqlite_schema import Symbols

_KIND_BITS = 10
_FOREVER = "~"
Followed: TypeAlias = tuple[EdgeRow, int, int]
"""An edge row, the node it was followed from and the neighbour it led to (ids)."""


def _adjacent(near: str, index: str) -> str:
    """The edges of (node, kind) pairs not older than the one past the degree cap.

    The inner query finds that edge's time, so that a hub costs as much as its cap;
    edges of that very time all come along, and the cut between them is made by key.
    """
    pair = f"{{}}.{near} = pair.value >> {_KIND_BITS} AND {{}}.kind = pair.value & {(1 << _KIND_BITS) - 1}"
    past_cap = (
        f"SELECT i.at FROM edge AS i INDEXED BY {index} WHERE {pair.format('i', 'i')}"
        " AND i.at <= :until ORDER BY i.at DESC LIMIT 1 OFFSET :cap"
    )
    return (
        f"SELECT {EDGE_COLUMNS} FROM json_each(:{near}) AS pair"
        f" CROSS JOIN edge AS e INDEXED BY {index} WHERE {pair.format('e', 'e')}"
        f" AND e.at >= max(:since, coalesce(({past_cap}), '')) AND e.at <= :until"
    )


def _undated(near: str, index: str) -> str:
    return (
        f"SELECT {EDGE_COLUMNS} FROM json_each(:{near}) AS pair CROSS JOIN edge AS e INDEXED BY {index}"
        f" WHERE e.{near} = pair.value >> {_KIND_BITS} AND e.kind = pair.value & {(1 << _KIND_BITS) - 1}"
        " AND e.at = ''"
    )


_DATED = {"src": _adjacent("src", "edge_out"), "dst": _adjacent("dst", "edge_in")}
_UNDATED = {"src": _undated("src", "edge_out"), "dst": _undated("dst", "edge_in")}


@dataclass(slots=True)
class _Walk:
    connection: sqlite3.Connection
    symbols: Symbols
    spec: ExpandSpec
    nodes: dict[int, Node] = field(default_factory=dict[int, Node])
    depth: dict[int, int] = field(default_factory=dict[int, int])
    edges: dict[int, EdgeRow] = field(default_factory=dict[int, EdgeRow])
    near: dict[int, Node] = field(default_factory=dict[int, Node])
    is_partial: bool = False


def expand(
    connection: sqlite3.Connection, symbols: Symbols, seeds: Sequence[NodeRef], spec: ExpandSpec
) -> Subgraph:
    """The neighbourhood of ``seeds`` as ``ExpandSpec`` bounds it."""
    walk = _Walk(connection, symbols, spec)
    for row in rows_by_ref(connection, set(seeds), symbols):
        walk.near[row[0]] = node_of(row, symbols)
    frontier = _admit(walk, walk.near, 0)
    for level in range(1, spec.max_hops + 1):
        if not frontier:
            break
        frontier = _step(walk, frontier, level)
    return _subgraph(walk)


def _step(walk: _Walk, frontier: Iterable[int], level: int) -> list[int]:
    pairs = _pairs(walk, frontier)
    followed = [
        (row, row[near], row[5 - near])
        for near, column in ((2, "src"), (3, "dst"))
        if pairs[column]
        for row in _rows(walk, column, pairs[column])
    ]
    _meet(walk, followed)
    kept = _within_degree(walk, followed)
    for row, _, _ in kept:
        walk.edges[row[0]] = row
    return _admit(walk, {far for _, _, far in kept if far not in walk.depth}, level)


def _pairs(walk: _Walk, frontier: Iterable[int]) -> dict[str, list[int]]:
    pairs: dict[str, list[int]] = {"src": [], "dst": []}
    for identifier in frontier:
        label = walk.nodes[identifier].ref.label
        for column, kind in _followable(walk, label):
            pairs[column].append((identifier << _KIND_BITS) | kind)
    return pairs


def _followable(walk: _Walk, label: str) -> list[tuple[str, int]]:
    return [
        ("src" if hop.direction == "out" else "dst", walk.symbols.number[hop.kind])
        for hop in dict.fromkeys(walk.spec.hops)
        if can_follow(label, hop.kind, hop.direction)
    ]


def _rows(walk: _Walk, column: str, pairs: list[int]) -> list[EdgeRow]:
    bounds = {
        column: number_list(pairs),
        "since": walk.spec.since,
        "until": walk.spec.until or _FOREVER,
        "cap": walk.spec.max_degree,
    }
    rows: list[EdgeRow] = walk.connection.execute(_DATED[column], bounds).fetchall()
    if walk.spec.since:
        rows += walk.connection.execute(_UNDATED[column], bounds).fetchall()
    return rows


def _meet(walk: _Walk, followed: list[Followed]) -> None:
    unknown = {far for _, _, far in followed if far not in walk.near}
    if unknown:
        for row in rows_by_id(walk.connection, unknown):
            walk.near[row[0]] = node_of(row, walk.symbols)


def _within_degree(walk: _Walk, followed: list[Followed]) -> list[Followed]:
    if len(followed) <= walk.spec.max_degree:
        return followed
    groups: dict[tuple[int, int, bool], list[Followed]] = {}
    for one in followed:
        row, origin, _ = one
        groups.setdefault((origin, row[1], row[2] == origin), []).append(one)
    kept: list[Followed] = []
    for group in groups.values():
        kept += group if len(group) <= walk.spec.max_degree else _latest(walk, group)
    return kept


def _latest(walk: _Walk, group: list[Followed]) -> list[Followed]:
    walk.is_partial = True
    group.sort(key=lambda one: walk.near[one[2]].ref)
    group.sort(key=lambda one: one[0][4], reverse=True)
    return group[: walk.spec.max_degree]


def _admit(walk: _Walk, met: Iterable[int], level: int) -> list[int]:
    ordered = sorted(met, key=lambda identifier: walk.near[identifier].ref)
    room = max(0, walk.spec.max_nodes - len(walk.nodes))
    if len(ordered) > room:
        walk.is_partial = True
        del ordered[room:]
    for identifier in ordered:
        walk.nodes[identifier] = walk.near[identifier]
        walk.depth[identifier] = level
    return ordered


def _subgraph(walk: _Walk) -> Subgraph:
    place = {identifier: index for index, identifier in enumerate(walk.nodes)}
    rows = [row for row in walk.edges.values() if row[2] in place and row[3] in place]
    name = walk.symbols.name
    rows.sort(key=lambda row: (name[row[1]], place[row[2]], place[row[3]]))
    edges: tuple[Edge, ...] = tuple(
        edge_of(row, walk.nodes[row[2]].ref, walk.nodes[row[3]].ref, walk.symbols) for row in rows
    )
    nodes = {node.ref: node for node in walk.nodes.values()}
    depth = {node.ref: walk.depth[identifier] for identifier, node in walk.nodes.items()}
    return Subgraph(nodes, edges, depth, walk.is_partial)
