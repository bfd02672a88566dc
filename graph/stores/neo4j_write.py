"""Writes over Bolt. Each function runs inside a transaction of its caller.

What is merged with is read under the lock that the write needs anyway (setting a property to
the value it has takes it), so that of two writers none loses what the other wrote. Locks are
taken in the order of keys; should two writers wait for each other still, the server ends one
and the driver repeats it.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from ..coalesce import EdgeId, Edges, Nodes
from ..merge import merge_edge, merge_node
from ..model import Edge, NodeRef
from ..renaming import renamed
from ..schema import EDGE_KINDS, LABELS
from .neo4j_client import Transaction, rows
from .neo4j_codec import edge_of, node_of, stored
from .neo4j_expand import keys_by_label

_Ends: TypeAlias = tuple[str, str, str]
"""A kind and the labels of its two ends."""

_TOUCH_NODES = """UNWIND $keys AS key
MERGE (n:{0} {{key: key}})
SET n.at = coalesce(n.at, '')
RETURN key, properties(n)"""
_SET_NODES = "UNWIND $rows AS row MATCH (n:{0} {{key: row.key}}) SET n = row"
_DELETE_NODES = "UNWIND $keys AS key MATCH (n:{0} {{key: key}}) DETACH DELETE n RETURN count(*)"
_TOUCH_EDGES = """UNWIND $rows AS row
MATCH (s:{1} {{key: row[0]}}) MATCH (d:{2} {{key: row[1]}})
MERGE (s)-[e:{0}]->(d)
SET e.at = coalesce(e.at, '')
RETURN s.key, d.key, properties(e)"""
_SET_EDGES = """UNWIND $rows AS row
MATCH (s:{1} {{key: row.src}})-[e:{0}]->(d:{2} {{key: row.dst}})
SET e = row.held"""
_DELETE_EDGES = """UNWIND $rows AS row
MATCH (s:{1} {{key: row[0]}})-[e:{0}]->(d:{2} {{key: row[1]}})
DELETE e RETURN count(*)"""
_ONE_EDGE = "RETURN type(e), labels(s)[0], s.key, labels(d)[0], d.key, properties(e)"
_EDGES_OF = (
    f"UNWIND $keys AS key MATCH (s:{{0}} {{{{key: key}}}})-[e]->(d) {_ONE_EDGE}",
    f"UNWIND $keys AS key MATCH (d:{{0}} {{{{key: key}}}})<-[e]-(s) {_ONE_EDGE}",
)


async def upsert(transaction: Transaction, nodes: Nodes, edges: Edges) -> None:
    """Merge coalesced mutations in; every edge's ends are among ``nodes``."""
    for label, keys in keys_by_label(nodes).items():
        await _upsert_nodes(transaction, label, keys, nodes)
    for ends, identities in _by_ends(edges).items():
        await _upsert_edges(transaction, ends, identities, edges)


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


async def delete_edges(transaction: Transaction, edges: Iterable[EdgeId]) -> int:
    """Remove edges; the number that were there."""
    gone = 0
    for ends, identities in _by_ends(edges).items():
        pairs = [[src.key, dst.key] for _, src, dst in identities]
        gone += (await rows(transaction, _DELETE_EDGES.format(*ends), rows=pairs))[0][0]
    return gone


async def _upsert_nodes(transaction: Transaction, label: str, keys: list[str], nodes: Nodes) -> None:
    changed: list[dict[str, Any]] = []
    for key, held in await rows(transaction, _TOUCH_NODES.format(label), keys=keys):
        ref = NodeRef(label, key)
        known = node_of(ref, held)
        merged = merge_node(known, nodes[ref])
        if merged != known:
            changed.append(stored(merged))
    if changed:
        await rows(transaction, _SET_NODES.format(label), rows=changed)


async def _upsert_edges(
    transaction: Transaction, ends: _Ends, identities: list[EdgeId], edges: Edges
) -> None:
    kind, source, target = ends
    pairs = [[src.key, dst.key] for _, src, dst in identities]
    changed: list[dict[str, Any]] = []
    for src_key, dst_key, held in await rows(transaction, _TOUCH_EDGES.format(*ends), rows=pairs):
        src, dst = NodeRef(source, src_key), NodeRef(target, dst_key)
        known = edge_of(kind, src, dst, held)
        merged = merge_edge(known, edges[(kind, src, dst)])
        if merged != known:
            changed.append({"src": src_key, "dst": dst_key, "held": stored(merged)})
    if changed:
        await rows(transaction, _SET_EDGES.format(*ends), rows=changed)


def _by_ends(edges: Iterable[EdgeId]) -> dict[_Ends, list[EdgeId]]:
    """Declared edges by kind and labels, which a statement has in its text."""
    found: dict[_Ends, list[EdgeId]] = {}
    for identity in sorted(set(edges)):
        kind, src, dst = identity
        if kind in EDGE_KINDS and src.label in LABELS and dst.label in LABELS:
            found.setdefault((kind, src.label, dst.label), []).append(identity)
    return found
