"""Elements of the graph as rows of the archive, and back without loss."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..coalesce import Edges, Nodes, absorb
from ..model import Edge, Node, NodeRef
from ..stores.payload import decode, encode, encode_times, stored_times

Row: TypeAlias = dict[str, str]

COLUMNS = (
    *("element", "label", "key", "src_label", "src_key", "dst_label", "dst_key"),
    *("seen_at", "job", "status", "props", "times"),
)
"""``label`` is a node's label or an edge's kind; ``seen_at`` its latest event time; ``props`` and
``times`` are JSON text; all are text."""


@dataclass(slots=True)
class Elements:
    """Nodes and edges by identity, in canonical form."""

    nodes: Nodes = field(default_factory=dict[NodeRef, Node])
    edges: Edges = field(default_factory=dict[tuple[str, NodeRef, NodeRef], Edge])

    def add(self, nodes: Iterable[Node] = (), edges: Iterable[Edge] = ()) -> None:
        """Merge more in."""
        absorb(
            self.nodes, self.edges,
            {node.ref: node for node in nodes}, {(edge.kind, edge.src, edge.dst): edge for edge in edges},
        )  # fmt: skip

    def rows(self) -> list[Row]:
        """One row an element, in the order of identity: equal elements give equal rows."""
        nodes = [_node_row(self.nodes[ref]) for ref in sorted(self.nodes)]
        return nodes + [_edge_row(self.edges[identity]) for identity in sorted(self.edges)]


def digest(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """``sha256:…`` over the content of rows in their order."""
    told = hashlib.sha256()
    for row in rows:
        told.update("\x1f".join(str(row[name]) for name in columns).encode("utf-8"))
        told.update(b"\x1e")
    return f"sha256:{told.hexdigest()}"


def from_rows(rows: Iterable[Mapping[str, Any]]) -> Elements:
    """The elements of rows."""
    found = Elements()
    for row in rows:
        if row["element"] == "node":
            ref = NodeRef(row["label"], row["key"])
            found.nodes[ref] = Node(ref, decode(row["props"]), row["seen_at"], stored_times(row["times"]))
        else:
            src, dst = NodeRef(row["src_label"], row["src_key"]), NodeRef(row["dst_label"], row["dst_key"])
            found.edges[row["label"], src, dst] = Edge(
                row["label"], src, dst, decode(row["props"]), row["seen_at"], stored_times(row["times"])
            )
    return found


def _node_row(node: Node) -> Row:
    props = node.props
    return _row(
        element="node", label=node.ref.label, key=node.ref.key, seen_at=node.at,
        job=str(props.get("job") or props.get("dag_id") or ""), status=str(props.get("status") or ""),
        props=encode(props), times=encode_times(node.times) or "",
    )  # fmt: skip


def _edge_row(edge: Edge) -> Row:
    return _row(
        element="edge", label=edge.kind, seen_at=edge.at, status=str(edge.props.get("status") or ""),
        src_label=edge.src.label, src_key=edge.src.key, dst_label=edge.dst.label, dst_key=edge.dst.key,
        props=encode(edge.props), times=encode_times(edge.times) or "",
    )  # fmt: skip


def _row(**given: str) -> Row:
    return dict.fromkeys(COLUMNS, "") | given
