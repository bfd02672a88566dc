"""Renaming and removing over Bolt. Each function runs inside a transaction of its caller."""

from collections.abc import Iterable
from typing import TypeAlias

from ..coalesce import EdgeId
from ..model import Edge, NodeRef
from ..renaming import renamed
from ..schema import EDGE_KINDS, LABELS
from .neo4j_client import Transaction, rows
from .neo4j_codec import edge_of, node_of
from .neo4j_expand import keys_by_label
from .neo4j_upsert import upsert

_Ends: TypeAlias = tuple[str, str, str]
"""A kind and the labels of its two ends."""

_DELETE_NODES = "UNWIND $keys AS key MATCH (n:{0} {{key: key}}) DETACH DELETE n RETURN count(*)"
_GET_EDGES = """UNWIND $rows AS row
MATCH (s:{1} {{key: row[0]}})-[e:{0}]->(d:{2} {{key: row[1]}})
RETURN s.key, d.key, properties(e)"""
_DELETE_EDGES = """UNWIND $rows AS row
MATCH (s:{1} {{key: row[0]}})-[e:{0}]->(d:{2} {{key: row[1]}})
DELETE e RETURN count(*)"""
_ONE_EDGE = "RETURN type(e), labels(s)[0], s.key, labels(d)[0], d.key, properties(e)"
_EDGES_OF = (
    f"UNWIND $keys AS key MATCH (s:{{0}} {{{{key: key}}}})-[e]->(d) {_ONE_EDGE}",
    f"UNWIND $keys AS key MATCH (d:{{0}} {{{{key: key}}}})<-[e]-(s) {_ONE_EDGE}",
)


async def merge_nodes(transaction: Transaction, old: NodeRef, new: NodeRef) -> None:
    """Rename ``old`` to ``new``, folding both into one if ``new`` exists."""
    held = await rows(
        transaction, f"MATCH (n:{old.label} {{key: $key}}) SET n.at = n.at RETURN properties(n)", key=old.key
    )
    if not held:
        return
    node = node_of(old, held[0][0])
    edges = await edges_of(transaction, [old])
    await delete(transaction, [old])
    await upsert(transaction, *renamed(node, edges, old, new))


async def delete(transaction: Transaction, refs: Iterable[NodeRef]) -> int:
    """Remove nodes and every edge at them; the number of nodes that were there."""
    gone = 0
    for label, keys in keys_by_label(refs).items():
        gone += (await rows(transaction, _DELETE_NODES.format(label), keys=keys))[0][0]
    return gone


async def edges_of(transaction: Transaction, refs: Iterable[NodeRef]) -> list[Edge]:
    """Every edge at these nodes, each once, by (kind, src, dst)."""
    found: dict[EdgeId, Edge] = {}
    for label, keys in keys_by_label(refs).items():
        for statement in _EDGES_OF:
            for kind, *ends, held in await rows(transaction, statement.format(label), keys=keys):
                src, dst = NodeRef(*ends[:2]), NodeRef(*ends[2:])
                found[(kind, src, dst)] = edge_of(kind, src, dst, held)
    return [found[identity] for identity in sorted(found)]


async def get_edges(transaction: Transaction, edges: Iterable[EdgeId]) -> list[Edge]:
    """The edges that exist among ``edges``, by (kind, src, dst)."""
    found: list[Edge] = []
    for ends, identities in _by_ends(edges).items():
        kind, source, target = ends
        pairs = [[src.key, dst.key] for _, src, dst in identities]
        for src, dst, held in await rows(transaction, _GET_EDGES.format(*ends), rows=pairs):
            found.append(edge_of(kind, NodeRef(source, src), NodeRef(target, dst), held))
    return sorted(found, key=lambda edge: (edge.kind, edge.src, edge.dst))


async def delete_edges(transaction: Transaction, edges: Iterable[EdgeId]) -> int:
    """Remove edges; the number that were there."""
    gone = 0
    for ends, identities in _by_ends(edges).items():
        pairs = [[src.key, dst.key] for _, src, dst in identities]
        gone += (await rows(transaction, _DELETE_EDGES.format(*ends), rows=pairs))[0][0]
    return gone


def _by_ends(edges: Iterable[EdgeId]) -> dict[_Ends, list[EdgeId]]:
    """Declared edges by kind and labels, which a statement has in its text."""
    found: dict[_Ends, list[EdgeId]] = {}
    for identity in sorted(set(edges)):
        kind, src, dst = identity
        if kind in EDGE_KINDS and src.label in LABELS and dst.label in LABELS:
            found.setdefault((kind, src.label, dst.label), []).append(identity)
    return found
