"""Many mutations as few: one per element, in canonical form."""

from collections.abc import Iterable
from typing import TypeAlias

from .merge import merge_edge, merge_node
from .model import Edge, Node, NodeRef
from .normalise import normalise_edge, normalise_node

EdgeId: TypeAlias = tuple[str, NodeRef, NodeRef]
Nodes: TypeAlias = dict[NodeRef, Node]
Edges: TypeAlias = dict[EdgeId, Edge]


def add_nodes(into: Nodes, nodes: Iterable[Node]) -> None:
    """Merge node mutations into ``into``; raises GraphSchemaError as ``normalise_node`` does."""
    for node in nodes:
        canonical = normalise_node(node)
        known = into.get(canonical.ref)
        into[canonical.ref] = canonical if known is None else merge_node(known, canonical)


def add_edges(into: Edges, edges: Iterable[Edge]) -> None:
    """Merge edge mutations into ``into``; raises GraphSchemaError as ``normalise_edge`` does."""
    for edge in edges:
        canonical = normalise_edge(edge)
        identity = (canonical.kind, canonical.src, canonical.dst)
        known = into.get(identity)
        into[identity] = canonical if known is None else merge_edge(known, canonical)


def coalesce(nodes: Iterable[Node], edges: Iterable[Edge]) -> tuple[Nodes, Edges]:
    """Canonical mutations by identity; the ends of every edge are among the nodes.

    Raises:
        GraphSchemaError: a mutation the registry does not allow; nothing is returned then.
    """
    merged_nodes: Nodes = {}
    merged_edges: Edges = {}
    add_nodes(merged_nodes, nodes)
    add_edges(merged_edges, edges)
    for edge in merged_edges.values():
        for end in (edge.src, edge.dst):
            if end not in merged_nodes:
                merged_nodes[end] = Node(end)
    return merged_nodes, merged_edges


def absorb(nodes: Nodes, edges: Edges, more_nodes: Nodes, more_edges: Edges) -> None:
    """Merge mutations that are canonical already into ``nodes`` and ``edges``."""
    for ref, node in more_nodes.items():
        known = nodes.get(ref)
        nodes[ref] = node if known is None else merge_node(known, node)
    for identity, edge in more_edges.items():
        known_edge = edges.get(identity)
        edges[identity] = edge if known_edge is None else merge_edge(known_edge, edge)
