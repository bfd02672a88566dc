"""Merging into a graph over Bolt. Each function runs inside a transaction of its caller.

Most of what arrives is new, and is created without being looked for twice. What is merged
with is read under its write lock (setting a property to the value it has takes it), so that
of two writers none loses what the other wrote: nodes that something is said of, and the
start of each edge that may be there already. Two writers that create the same node, or lose
one, are told so by ``Raced``, and the transaction is done again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..coalesce import EdgeId, Edges, Nodes
from ..merge import merge_edge, merge_node
from ..model import NodeRef
from .neo4j_client import Raced, Transaction, rows
from .neo4j_codec import edge_of, node_of, stored
from .neo4j_expand import keys_by_label, nodes_by_key

_Ids: TypeAlias = dict[NodeRef, str]
"""Where nodes are: what the server calls them for as long as the transaction lasts."""

_LOCK_NODES = """UNWIND $ids AS id
MATCH (n) WHERE elementId(n) = id
SET n.at = coalesce(n.at, '')
RETURN id, properties(n)"""
_SET_NODES = "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row[0] SET n = row[1]"
_CREATE_NODES = "UNWIND $rows AS row CREATE (n:{0}) SET n = row RETURN elementId(n)"
_READ_EDGES = """UNWIND $rows AS row
MATCH (s) WHERE elementId(s) = row[0]
MATCH (d) WHERE elementId(d) = row[1]
MATCH (s)-[e:{0}]->(d)
RETURN row[0], row[1], elementId(e), properties(e)"""
_SET_EDGES = "UNWIND $rows AS row MATCH ()-[e]->() WHERE elementId(e) = row[0] SET e = row[1]"
_CREATE_EDGES = """UNWIND $rows AS row
MATCH (s) WHERE elementId(s) = row[0]
MATCH (d) WHERE elementId(d) = row[1]
CREATE (s)-[e:{0}]->(d) SET e = row[2]
RETURN count(*)"""


@dataclass(slots=True)
class _Batch:
    """One transaction's view: what is merged in, where its nodes are, and which of them were there."""

    transaction: Transaction
    nodes: Nodes
    edges: Edges
    ids: _Ids = field(default_factory=dict[NodeRef, str])
    old: frozenset[NodeRef] = frozenset()


async def upsert(transaction: Transaction, nodes: Nodes, edges: Edges) -> None:
    """Merge coalesced mutations in; every edge's ends are among ``nodes``.

    Raises:
        Raced: another writer was quicker; nothing of this may be committed.
    """
    batch = _Batch(transaction, nodes, edges)
    batch.ids = await _existing(transaction, nodes)
    batch.old = frozenset(batch.ids)
    meeting = [identity for identity in edges if identity[1] in batch.old and identity[2] in batch.old]
    await _merge_nodes(batch, {src for _, src, _ in meeting})
    await _create_nodes(batch)
    known = await _merge_edges(batch, meeting)
    await _create_edges(batch, (identity for identity in edges if identity not in known))


async def _existing(transaction: Transaction, nodes: Nodes) -> _Ids:
    keys = keys_by_label(nodes)
    statement = f"CALL () {{ {nodes_by_key(sorted(keys))} }} RETURN labels(n)[0], n.key, elementId(n)"
    found = await rows(transaction, statement, **keys)
    return {NodeRef(label, key): identifier for label, key, identifier in found}


async def _merge_nodes(batch: _Batch, sources: set[NodeRef]) -> None:
    """Lock, in the order of names, what is merged with or may get an edge twice."""
    wanted = sorted(ref for ref in batch.old if ref in sources or _says(batch, ref))
    if not wanted:
        return
    ids = [batch.ids[ref] for ref in wanted]
    found = await rows(batch.transaction, _LOCK_NODES, ids=ids)
    held: Any = dict(found)
    changed: list[list[Any]] = []
    for ref, identifier in zip(wanted, ids, strict=True):
        if identifier not in held:
            raise Raced
        known = node_of(ref, held[identifier])
        merged = merge_node(known, batch.nodes[ref])
        if merged != known:
            changed.append([identifier, stored(merged)])
    if changed:
        await rows(batch.transaction, _SET_NODES, rows=changed)


def _says(batch: _Batch, ref: NodeRef) -> bool:
    node = batch.nodes[ref]
    return bool(node.props or node.at)


async def _create_nodes(batch: _Batch) -> None:
    for label, keys in keys_by_label(ref for ref in batch.nodes if ref not in batch.old).items():
        refs = [NodeRef(label, key) for key in keys]
        new = [stored(batch.nodes[ref]) for ref in refs]
        made = await rows(batch.transaction, _CREATE_NODES.format(label), rows=new)
        batch.ids.update(zip(refs, (identifier for (identifier,) in made), strict=True))


async def _merge_edges(batch: _Batch, meeting: Iterable[EdgeId]) -> set[EdgeId]:
    """Merge with the edges that are there among ``meeting``, and tell which these are."""
    known: set[EdgeId] = set()
    changed: list[list[Any]] = []
    for kind, identities in _by_kind(meeting).items():
        named = {(batch.ids[src], batch.ids[dst]): (kind, src, dst) for _, src, dst in identities}
        for src, dst, identifier, held in await rows(
            batch.transaction, _READ_EDGES.format(kind), rows=[list(ends) for ends in named]
        ):
            identity = named[(src, dst)]
            was = edge_of(*identity, held)
            merged = merge_edge(was, batch.edges[identity])
            known.add(identity)
            if merged != was:
                changed.append([identifier, stored(merged)])
    if changed:
        await rows(batch.transaction, _SET_EDGES, rows=changed)
    return known


async def _create_edges(batch: _Batch, new: Iterable[EdgeId]) -> None:
    for kind, identities in _by_kind(new).items():
        told = [
            [batch.ids[src], batch.ids[dst], stored(batch.edges[(kind, src, dst)])]
            for _, src, dst in identities
        ]
        made = await rows(batch.transaction, _CREATE_EDGES.format(kind), rows=told)
        if made != [[len(told)]]:
            raise Raced


def _by_kind(edges: Iterable[EdgeId]) -> dict[str, list[EdgeId]]:
    """Edges by their kind, which a statement has in its text."""
    found: dict[str, list[EdgeId]] = {}
    for identity in sorted(edges):
        found.setdefault(identity[0], []).append(identity)
    return found
