"""A bounded neighbourhood out of the embedded graph: a statement a level and direction, one for nodes.

Rows stay rows until the walk has ended; only what the answer holds becomes an object.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from ..model import Edge, ExpandSpec, Node, NodeRef, Subgraph
from ..schema import can_follow
from .sqlite_adjacency import (
    FOREVER,
    IN,
    KIND_BITS,
    KIND_MASK,
    KINDS_WITH_UNDATED,
    OUT,
    UNDATED_IN,
    UNDATED_OUT,
)
from .sqlite_known import KnowingConnection, Known, Side
from .sqlite_rows import EdgeRow, NodeRow, edge_of, node_of, number_list, rows_by_id, rows_by_ref
from .sqlite_schema import Symbols

_SIDES: tuple[Side, ...] = ("out", "in")
_DATED = {"out": OUT, "in": IN}
_UNDATED = {"out": UNDATED_OUT, "in": UNDATED_IN}
# Where an edge row holds the node it was followed from, and its kind.
_ORIGIN = {"out": itemgetter(2, 1), "in": itemgetter(3, 1)}


@dataclass(slots=True)
class _Walk:
    connection: sqlite3.Connection
    known: Known
    symbols: Symbols
    spec: ExpandSpec
    kinds: dict[tuple[str, Side], list[int]] = field(default_factory=dict[tuple[str, Side], list[int]])
    depth: dict[int, int] = field(default_factory=dict[int, int])
    edges: dict[int, EdgeRow] = field(default_factory=dict[int, EdgeRow])
    undated: set[int] = field(default_factory=set[int])
    is_partial: bool = False


def expand(
    connection: KnowingConnection, symbols: Symbols, seeds: Sequence[NodeRef], spec: ExpandSpec
) -> Subgraph:
    """The neighbourhood of ``seeds`` as ``ExpandSpec`` bounds it."""
    connection.known.renew(connection)
    walk = _Walk(connection, connection.known, symbols, spec)
    walk.undated = _kinds_with_undated(walk)
    frontier = _admit(walk, _meet(walk, rows_by_ref(connection, set(seeds), symbols)), 0)
    for level in range(1, spec.max_hops + 1):
        if not frontier:
            break
        met: set[int] = set()
        for side in _SIDES:
            met |= _follow(walk, frontier, side)
        met -= walk.depth.keys()
        _meet(walk, rows_by_id(connection, met - walk.known.rows.keys()))
        frontier = _admit(walk, met, level)
    found = _subgraph(walk)
    connection.known.ease()
    return found


def _follow(walk: _Walk, frontier: Iterable[int], side: Side) -> set[int]:
    rows = _rows(walk, _pairs(walk, frontier, side), side)
    if len(rows) > walk.spec.max_degree:
        rows = _within_degree(walk, rows, side)
    walk.edges.update((row[0], row) for row in rows)
    return _far(rows, side)


def _far(rows: Iterable[EdgeRow], side: Side) -> set[int]:
    return {row[3] for row in rows} if side == "out" else {row[2] for row in rows}


def _pairs(walk: _Walk, frontier: Iterable[int], side: Side) -> list[int]:
    return [
        identifier << KIND_BITS | kind
        for identifier in frontier
        for kind in _kinds(walk, walk.known.refs[identifier].label, side)
    ]


def _kinds(walk: _Walk, label: str, side: Side) -> list[int]:
    known = walk.kinds.get((label, side))
    if known is None:
        hops = {hop.kind for hop in walk.spec.hops if hop.direction == side}
        known = [walk.symbols.number[kind] for kind in sorted(hops) if can_follow(label, kind, side)]
        walk.kinds[(label, side)] = known
    return known


def _rows(walk: _Walk, pairs: list[int], side: Side) -> list[EdgeRow]:
    if not pairs:
        return []
    reached = walk.known.reached(side, walk.spec.until, walk.spec.max_degree)
    rows, unknown = reached.split(pairs, walk.spec.since)
    if unknown:
        read = _read(walk, unknown, side)
        reached.keep(unknown, _paired(read, side), walk.spec.since)
        rows += read
    return rows


def _paired(rows: Iterable[EdgeRow], side: Side) -> list[tuple[int, EdgeRow]]:
    if side == "out":
        return [(row[2] << KIND_BITS | row[1], row) for row in rows]
    return [(row[3] << KIND_BITS | row[1], row) for row in rows]


def _read(walk: _Walk, pairs: list[int], side: Side) -> list[EdgeRow]:
    spec = walk.spec
    bounds = {
        "pairs": number_list(pairs),
        "since": spec.since,
        "until": spec.until or FOREVER,
        "cap": spec.max_degree,
    }
    rows: list[EdgeRow] = walk.connection.execute(_DATED[side], bounds).fetchall()
    undated = [pair for pair in pairs if pair & KIND_MASK in walk.undated]
    if undated:
        rows += walk.connection.execute(_UNDATED[side], {"pairs": number_list(undated)}).fetchall()
    return rows


def _kinds_with_undated(walk: _Walk) -> set[int]:
    """Kinds that need the second statement: without ``since`` the first finds their edges too."""
    if not walk.spec.since:
        return set()
    kinds = number_list({walk.symbols.number[hop.kind] for hop in walk.spec.hops})
    return {kind for (kind,) in walk.connection.execute(KINDS_WITH_UNDATED, {"kinds": kinds})}


def _within_degree(walk: _Walk, rows: list[EdgeRow], side: Side) -> list[EdgeRow]:
    origin, cap = _ORIGIN[side], walk.spec.max_degree
    degrees = Counter(map(origin, rows))
    crowded = {pair for pair, degree in degrees.items() if degree > cap}
    if not crowded:
        return rows
    walk.is_partial = True
    kept = [row for row in rows if origin(row) not in crowded]
    groups: dict[object, list[EdgeRow]] = {pair: [] for pair in crowded}
    for row in rows:
        if (pair := origin(row)) in groups:
            groups[pair].append(row)
    for group in groups.values():
        kept += _latest(walk, group, side)
    return kept


def _latest(walk: _Walk, group: list[EdgeRow], side: Side) -> list[EdgeRow]:
    """The latest by time; only where the cut falls within one instant do neighbours' names matter."""
    cap = walk.spec.max_degree
    group.sort(key=itemgetter(4), reverse=True)
    edge_time = group[cap - 1][4] if cap else ""
    if cap and group[cap][4] == edge_time:
        tied = [row for row in group if row[4] == edge_time]
        _meet(walk, rows_by_id(walk.connection, _far(tied, side) - walk.known.rows.keys()))
        tied.sort(key=lambda row: walk.known.refs[row[3] if side == "out" else row[2]])
        group = [row for row in group if row[4] > edge_time] + tied
    return group[:cap]


def _meet(walk: _Walk, rows: Iterable[NodeRow]) -> list[int]:
    name, known = walk.symbols.name, walk.known
    met: list[int] = []
    for row in rows:
        known.rows[row[0]] = row
        known.refs[row[0]] = NodeRef(name[row[1]], row[2])
        met.append(row[0])
    return met


def _admit(walk: _Walk, met: Iterable[int], level: int) -> list[int]:
    ordered = sorted(met, key=walk.known.refs.__getitem__)
    room = max(0, walk.spec.max_nodes - len(walk.depth))
    if len(ordered) > room:
        walk.is_partial = True
        del ordered[room:]
    walk.depth.update(dict.fromkeys(ordered, level))
    return ordered


def _subgraph(walk: _Walk) -> Subgraph:
    refs, depth = walk.known.refs, walk.depth
    place = {identifier: index for index, identifier in enumerate(depth)}
    rows = [row for row in walk.edges.values() if row[2] in place and row[3] in place]
    rank = walk.symbols.rank
    rows.sort(key=lambda row: (rank[row[1]], place[row[2]], place[row[3]]))
    return Subgraph(
        {refs[identifier]: _node(walk, identifier) for identifier in depth},
        tuple([_edge(walk, row) for row in rows]),
        {refs[identifier]: hops for identifier, hops in depth.items()},
        walk.is_partial,
    )


def _node(walk: _Walk, identifier: int) -> Node:
    known = walk.known
    node = known.nodes.get(identifier)
    if node is None:
        node = known.nodes[identifier] = node_of(known.rows[identifier], known.refs[identifier])
    return node


def _edge(walk: _Walk, row: EdgeRow) -> Edge:
    known = walk.known
    edge = known.edges.get(row[0])
    if edge is None:
        edge = edge_of(row, known.refs[row[2]], known.refs[row[3]], walk.symbols)
        known.edges[row[0]] = edge
    return edge
