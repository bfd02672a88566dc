"""Folding one node into another: the same as having used the new name from the start."""

from collections.abc import Iterable

from .coalesce import Edges, Nodes
from .errors import GraphSchemaError
from .merge import merge_edge
from .model import Edge, Node, NodeRef
from .normalise import check_key
from .schema import label_of


def check_same_label(old: NodeRef, new: NodeRef) -> None:
    """Refuse to fold a node into one of another label, or into one that cannot be.

    Raises:
        GraphSchemaError: the labels differ, or ``new`` is no valid name.
    """
    label_of(old.label)
    if old.label != new.label:
        raise GraphSchemaError(f"cannot fold a {old.label[:40]} into a {new.label[:40]}")
    check_key(new)


def renamed(node: Node, edges: Iterable[Edge], old: NodeRef, new: NodeRef) -> tuple[Nodes, Edges]:
    """What ``old`` and all its edges say, said of ``new``: mutations to apply once ``old`` is gone.

    An edge between the two would lead from the node to itself, and is dropped.
    """
    merged: Edges = {}
    for edge in edges:
        src = new if edge.src == old else edge.src
        dst = new if edge.dst == old else edge.dst
        if src == dst and edge.src != edge.dst:
            continue
        moved = Edge(edge.kind, src, dst, edge.props, edge.at, edge.times)
        known = merged.get((edge.kind, src, dst))
        merged[(edge.kind, src, dst)] = moved if known is None else merge_edge(known, moved)
    nodes: Nodes = {end: Node(end) for _, src, dst in merged for end in (src, dst)}
    nodes[new] = Node(new, node.props, node.at, node.times)
    return nodes, merged
