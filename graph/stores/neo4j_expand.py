"""A bounded neighbourhood in one statement (docs/decisions/0013-opencypher-over-bolt.md).

The statement is the walk of ``bounds.walk``, unrolled level by level: the server cuts hubs and
levels in the very order that every store cuts them, and says whether it did.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from ..model import Edge, ExpandSpec, Hop, Node, NodeRef, Subgraph
from ..schema import EDGE_KINDS, LABELS
from .bounds import subgraph
from .neo4j_client import Transaction, rows
from .neo4j_codec import KEY, edge_of, node_of

# Only what is cut is ordered: sorting all takes more memory than some servers give a statement.
_LATEST: Final = """  }
  WITH n, way, type(e) AS kind, collect(e) AS es, collect(m) AS ms
  CALL (es, ms) {
    WITH es, ms WHERE size(es) <= $degree
    RETURN es AS kept, ms AS far
  UNION ALL
    WITH es, ms WHERE size(es) > $degree
    UNWIND range(0, size(es) - 1) AS place
    WITH size(es) AS size, es[place] AS e, ms[place] AS m
    WITH size, e, m ORDER BY e.at DESC, labels(m)[0], m.key
    WITH size, collect(e) AS ordered, collect(m) AS beyond
    RETURN ordered[..$degree] AS kept, beyond[..$degree] AS far
  }
  RETURN collect(kept) AS es, collect(far) AS ms, collect(size(es) > $degree) AS cuts
}"""
_FRESH: Final = """CALL (seen, ms) {
  UNWIND ms AS some UNWIND some AS m
  WITH DISTINCT m WHERE NOT m IN seen
  RETURN collect(m) AS met
}
WITH seen, levels, edges, partial, es, cuts, met, $nodes - size(seen) AS room
CALL (met, room) {
  WITH met, room WHERE size(met) <= room
  RETURN met AS f
UNION ALL
  WITH met, room WHERE size(met) > room
  UNWIND met AS m
  WITH room, m ORDER BY labels(m)[0], m.key
  WITH room, collect(m) AS ordered
  RETURN ordered[..room] AS f
}"""
_NEXT: Final = """WITH seen + f AS seen, levels + [f] AS levels, edges + es AS edges, f,
     partial OR true IN cuts OR size(met) > size(f) AS partial"""
_START: Final = """WITH n ORDER BY labels(n)[0], n.key
WITH collect(DISTINCT n) AS met
WITH met[..$nodes] AS f, size(met) > $nodes AS partial
WITH f, f AS seen, [f] AS levels, [] AS edges, partial"""
# Plain values: what makes nodes and edges of the driver costs both sides more than the walk.
_NODE: Final = "[elementId(n), labels(n)[0], properties(n)]"
_EDGE: Final = "[elementId(e), type(e), elementId(startNode(e)), elementId(endNode(e)), properties(e)]"
_ANSWER: Final = f"RETURN [f IN levels | [n IN f | {_NODE}]], [es IN edges | [e IN es | {_EDGE}]], partial"


async def expand(transaction: Transaction, seeds: Sequence[NodeRef], spec: ExpandSpec) -> Subgraph:
    """The neighbourhood of ``seeds`` as ``ExpandSpec`` bounds it."""
    keys = keys_by_label(seeds)
    if not keys:
        return Subgraph({}, (), {})
    found = await rows(
        transaction,
        _statement(tuple(sorted(keys)), _known(spec.hops), spec.max_hops, _window(spec)),
        nodes=max(0, spec.max_nodes),
        degree=max(0, spec.max_degree),
        since=spec.since,
        until=spec.until,
        **keys,
    )
    return _subgraph(*found[0])


def keys_by_label(refs: Iterable[NodeRef]) -> dict[str, list[str]]:
    """The keys of each declared label, as the parameters that statements over several labels take."""
    keys: dict[str, set[str]] = {}
    for ref in refs:
        if ref.label in LABELS:
            keys.setdefault(ref.label, set()).add(ref.key)
    return {label: sorted(found) for label, found in keys.items()}


def nodes_by_key(labels: Iterable[str]) -> str:
    """Branches that find the nodes ``n`` of ``keys_by_label``."""
    return " UNION ALL ".join(
        f"UNWIND ${label} AS key MATCH (n:{label} {{key: key}}) RETURN n" for label in labels
    )


def _known(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """Kinds stand in the statement's text, and so only those that the registry declares."""
    return tuple(
        sorted({hop for hop in hops if hop.kind in EDGE_KINDS}, key=lambda hop: (hop.direction, hop.kind))
    )


def _window(spec: ExpandSpec) -> str:
    """What an edge's time must satisfy; one without always stays, and its empty text is least of all."""
    if spec.since:
        upper = " AND e.at <= $until" if spec.until else ""
        return f" WHERE e.at = '' OR (e.at >= $since{upper})"
    return " WHERE e.at <= $until" if spec.until else ""


@lru_cache(maxsize=512)
def _statement(labels: tuple[str, ...], hops: tuple[Hop, ...], max_hops: int, window: str) -> str:
    level = [_followed(hops, window), "WITH *", _FRESH, _NEXT]
    levels = level * max_hops if hops else []
    return "\n".join([f"CALL () {{ {nodes_by_key(labels)} }}", _START, *levels, _ANSWER])


def _followed(hops: tuple[Hop, ...], window: str) -> str:
    """One level's edges, each node's of one hop cut to the latest, and the nodes they lead to."""
    sides = [
        f"    UNWIND f AS n MATCH {_pattern(way, kinds)}{window} RETURN n, e, m, '{way}' AS way"
        for way in ("in", "out")
        if (kinds := "|".join(hop.kind for hop in hops if hop.direction == way))
    ]
    return "\n".join(["CALL (f) {", "  CALL (f) {", "\n    UNION ALL\n".join(sides), _LATEST])


def _pattern(way: str, kinds: str) -> str:
    return f"(n)-[e:{kinds}]->(m)" if way == "out" else f"(n)<-[e:{kinds}]-(m)"


def _subgraph(levels: list[list[Any]], edges: list[list[Any]], is_partial: bool) -> Subgraph:
    refs: dict[str, NodeRef] = {}
    nodes: dict[NodeRef, Node] = {}
    depth: dict[NodeRef, int] = {}
    for hops, level in enumerate(levels):
        found = sorted((NodeRef(label, held[KEY]), identifier, held) for identifier, label, held in level)
        for ref, identifier, held in found:
            refs[identifier], nodes[ref], depth[ref] = ref, node_of(ref, held), hops
    return subgraph(nodes, depth, list(_edges(edges, refs).values()), is_partial)


def _edges(groups: list[list[Any]], refs: dict[str, NodeRef]) -> dict[str, Edge]:
    """Each edge once, without those that lead out of the answer."""
    found: dict[str, Edge] = {}
    for group in groups:
        for identifier, kind, start, end, held in group:
            src, dst = refs.get(start), refs.get(end)
            if src is not None and dst is not None and identifier not in found:
                found[identifier] = edge_of(kind, src, dst, held)
    return found
