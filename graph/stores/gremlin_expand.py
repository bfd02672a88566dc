"""A bounded neighbourhood in one round trip (docs/decisions/0014-gremlin-expand.md).

The server walks level by level and returns at least what the answer holds; the exact
cut is made here, by the code that every store shares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model import Direction, Edge, ExpandSpec, Hop, Node, NodeRef, Subgraph
from .bounds import Followed, subgraph, walk
from .gremlin_codec import AT, edge_of, is_edge, node_of
from .gremlin_ids import vertex_id
from .gremlin_words import Words

_SEEN, _EDGES = "seen", "edges"
_SIDES: tuple[Direction, ...] = ("out", "in")


@dataclass(slots=True)
class _Fetched:
    nodes: dict[NodeRef, Node] = field(default_factory=dict[NodeRef, Node])
    around: dict[tuple[NodeRef, Hop], list[Followed]] = field(
        default_factory=dict[tuple[NodeRef, Hop], list[Followed]]
    )

    def add_edge(self, edge: Edge) -> None:
        self.around.setdefault((edge.src, Hop(edge.kind, "out")), []).append((edge, edge.dst))
        self.around.setdefault((edge.dst, Hop(edge.kind, "in")), []).append((edge, edge.src))


def traversal(words: Words, seeds: Iterable[NodeRef], spec: ExpandSpec) -> Any:
    """The walk over a superset of the answer: rows of vertices and of edges, in no order."""
    t, local = words.t, words.scope.local
    ids = sorted({vertex_id(seed) for seed in seeds})
    # One seed more than the answer holds tells that there were too many.
    start = words.start().V(*ids).order().by(t.id).limit(spec.max_nodes + 1)
    if spec.max_hops < 1 or not spec.hops:
        return start.element_map()
    is_full = words.start().select(_SEEN).count(local).is_(words.p.gt(spec.max_nodes))
    is_last = words.start().loops().is_(spec.max_hops)
    is_empty = words.start().count(local).is_(0)
    walked = start.fold().repeat(_level(words, spec)).until(words.start().or_(is_last, is_empty, is_full))
    # The last level's nodes were not noted yet; they are needed unless the answer was full before.
    room = words.start().select(_SEEN).count(local).is_(words.p.lte(spec.max_nodes))
    found = walked.filter_(room).unfold().aggregate(_SEEN).cap(_SEEN, _EDGES).select(words.column.values)
    return found.unfold().unfold().unfold().dedup().element_map()


def cut(words: Words, rows: Iterable[Any], seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
    """The answer out of what ``traversal`` brought."""
    fetched = _Fetched()
    for row in rows:
        if is_edge(row, words):
            fetched.add_edge(edge_of(row, words))
        else:
            node = node_of(row, words)
            fetched.nodes[node.ref] = node
    present = (seed for seed in seeds if seed in fetched.nodes)
    walked = walk(present, spec, lambda ref, hop: fetched.around.get((ref, hop), ()))
    # A node that another client deleted while the server walked has edges and no row.
    depth = {ref: hops for ref, hops in walked.depth.items() if ref in fetched.nodes}
    nodes = {ref: fetched.nodes[ref] for ref in depth}
    return subgraph(nodes, depth, list(walked.edges.values()), walked.is_partial)


def _level(words: Words, spec: ExpandSpec) -> Any:
    """From the list of one level's nodes to the list of the next: unseen, in order, bounded."""
    ways = {hop.direction for hop in spec.hops}
    sides = [_side(words, spec, side) for side in _SIDES if side in ways]
    # flat_map() takes nodes one by one; a bare union() would let its limits count for all of them at once.
    met = words.start().unfold().aggregate(_SEEN).flat_map(words.start().union(*sides)).dedup()
    fresh = met.where(words.p.without(_SEEN)).order().by(words.t.id).limit(spec.max_nodes).fold()
    # Inside map() every level starts with fresh counters, in each version of TinkerPop.
    return words.start().map(fresh)


def _side(words: Words, spec: ExpandSpec, side: Direction) -> Any:
    """One node's edges in one direction, noted, and the neighbours they lead to."""
    kinds = sorted({hop.kind for hop in spec.hops if hop.direction == side})
    cap = spec.max_degree
    few = _edges(words, spec, side, *kinds).limit(cap + 1).count().is_(words.p.lte(cap))
    crowded = words.start().union(*(_latest(words, spec, side, kind) for kind in kinds))
    noted = words.start().choose(few, _edges(words, spec, side, *kinds).fold(), crowded).aggregate(_EDGES)
    return _far(noted.limit(words.scope.local, cap).unfold(), side)


def _latest(words: Words, spec: ExpandSpec, side: Direction, kind: str) -> Any:
    """The latest edges of one kind, one more than are followed: it tells that there were too many."""
    far = _far(words.start(), side).id_()
    ordered = _edges(words, spec, side, kind).order().by(AT, words.order.desc).by(far)
    return ordered.limit(spec.max_degree + 1).fold()


def _edges(words: Words, spec: ExpandSpec, side: Direction, *kinds: str) -> Any:
    around = words.start().out_e(*kinds) if side == "out" else words.start().in_e(*kinds)
    window = _window(words, spec)
    return around if window is None else around.has(AT, window)


def _far(edges: Any, side: Direction) -> Any:
    return edges.in_v() if side == "out" else edges.out_v()


def _window(words: Words, spec: ExpandSpec) -> Any:
    """What ``at`` must satisfy; an edge without a time has the empty text, which is before all times."""
    p = words.p
    if spec.since and spec.until:
        return p.gte(spec.since).and_(p.lte(spec.until)).or_(p.eq(""))
    if spec.since:
        return p.gte(spec.since).or_(p.eq(""))
    return p.lte(spec.until) if spec.until else None
