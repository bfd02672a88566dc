"""Reads over Bolt. Each function runs inside a transaction of its caller."""

from collections.abc import Iterable
from typing import Any

from ..model import Edge, GraphStats, Node, NodeRef
from ..schema import EDGE_KINDS, LABELS
from .key_range import key_range
from .neo4j_client import Transaction, rows
from .neo4j_codec import edge_of, node_of
from .neo4j_expand import keys_by_label, nodes_by_key

_FIND = """MATCH (n:{0}) WHERE n.key > $after AND n.key >= $low AND n.key < $high
RETURN n.key, properties(n) ORDER BY n.key LIMIT $limit"""
_AGED = """MATCH (n:{0}) WHERE n.at > '' AND n.at < $before
RETURN n.key, properties(n) ORDER BY n.at, n.key LIMIT $limit"""
_AGED_EDGES = """MATCH (s)-[e:{0}]->(d) WHERE e.at > '' AND e.at < $before
RETURN labels(s)[0], s.key, labels(d)[0], d.key, properties(e)
ORDER BY e.at, labels(s)[0], s.key, labels(d)[0], d.key LIMIT $limit"""
_SOURCES = """MATCH (s:{0}) WHERE s.key > $after RETURN s.key ORDER BY s.key LIMIT $limit"""
_EDGES_FROM = """MATCH (s:{0})-[e:{1}]->(d) WHERE s.key >= $first AND s.key <= $last
RETURN s.key, labels(d)[0], d.key, properties(e) ORDER BY s.key, labels(d)[0], d.key"""
_COUNT_NODES = "MATCH (n:{0}) RETURN '{0}' AS name, count(n) AS count"
_COUNT_EDGES = "MATCH ()-[e:{0}]->() RETURN '{0}' AS name, count(e) AS count"


async def get(transaction: Transaction, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
    """The nodes that exist among ``refs``, in one statement."""
    keys = keys_by_label(refs)
    if not keys:
        return {}
    statement = f"CALL () {{ {nodes_by_key(sorted(keys))} }} RETURN labels(n)[0], n.key, properties(n)"
    found = await rows(transaction, statement, **keys)
    nodes = [node_of(NodeRef(label, key), held) for label, key, held in found]
    return {node.ref: node for node in nodes}


async def find(transaction: Transaction, label: str, prefix: str, limit: int, after: str) -> list[Node]:
    """Nodes of a label by key order."""
    if label not in LABELS:
        return []
    low, high = key_range(prefix)
    bounds = {"after": after, "low": low, "high": high, "limit": max(0, limit)}
    return _nodes(label, await rows(transaction, _FIND.format(label), **bounds))


async def aged(transaction: Transaction, label: str, before: str, limit: int) -> list[Node]:
    """The oldest nodes of a label."""
    if label not in LABELS:
        return []
    return _nodes(label, await rows(transaction, _AGED.format(label), before=before, limit=max(0, limit)))


async def aged_edges(transaction: Transaction, kind: str, before: str, limit: int) -> list[Edge]:
    """The oldest edges of a kind."""
    if kind not in EDGE_KINDS:
        return []
    found = await rows(transaction, _AGED_EDGES.format(kind), before=before, limit=max(0, limit))
    return [edge_of(kind, NodeRef(*ends[:2]), NodeRef(*ends[2:]), held) for *ends, held in found]


async def stats(transaction: Transaction) -> GraphStats:
    """Counts that a server keeps itself, in one statement."""
    counting = [
        *(_COUNT_NODES.format(label) for label in sorted(LABELS)),
        *(_COUNT_EDGES.format(kind) for kind in sorted(EDGE_KINDS)),
    ]
    counts: dict[str, int] = {
        name: count for name, count in await rows(transaction, " UNION ALL ".join(counting)) if count
    }
    by_label = {label: counts[label] for label in sorted(LABELS) if label in counts}
    by_kind = {kind: counts[kind] for kind in sorted(EDGE_KINDS) if kind in counts}
    return GraphStats(sum(by_label.values()), sum(by_kind.values()), by_label, by_kind)


async def edge_page(
    transaction: Transaction, kind: str, label: str, after: str, limit: int
) -> tuple[list[Edge], str]:
    """The edges of a kind that start at the next ``limit`` nodes of a label, and the last of these nodes."""
    sources = await rows(transaction, _SOURCES.format(label), after=after, limit=limit)
    if not sources:
        return [], ""
    first, last = sources[0][0], sources[-1][0]
    found = await rows(transaction, _EDGES_FROM.format(label, kind), first=first, last=last)
    edges = [edge_of(kind, NodeRef(label, src), NodeRef(other, dst), held) for src, other, dst, held in found]
    return edges, last


def _nodes(label: str, found: list[list[Any]]) -> list[Node]:
    return [node_of(NodeRef(label, key), held) for key, held in found]
