"""One number for a whole causal graph."""

import hashlib

from signal_factory.ids import canonical_json

from .model import Edge, Node
from .port import GraphStore
from .schema import edge_retention, label_of


def graph_hash(store: GraphStore) -> str:
    """``sha256:…`` over the causal graph: equal graphs give equal hashes, on every store.

    Left out is what is computed from the rest: elements of retention class ``derived``
    (Signal, Incident, the edges that explanations draw) and every edge that touches one. A node
    that nothing was said of is told by its edges alone.
    """
    digest = hashlib.sha256()
    for element in store.elements():
        if is_causal(element):
            digest.update(canonical_json(_said(element)).encode("utf-8"))
            digest.update(b"\n")
    return f"sha256:{digest.hexdigest()}"


def is_causal(element: Node | Edge) -> bool:
    """Whether an element counts for the hash."""
    if isinstance(element, Edge):
        return edge_retention(element.kind, element.src.label, element.dst.label) != "derived"
    return label_of(element.ref.label).retention != "derived" and bool(element.props or element.at)


def _said(element: Node | Edge) -> list[object]:
    identity = [*element.ref] if isinstance(element, Node) else [element.kind, *element.src, *element.dst]
    return [identity, element.at, dict(element.props), dict(element.times)]
