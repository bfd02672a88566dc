"""A bounded neighbourhood in the form that ranking works on."""

from typing import TYPE_CHECKING, TypeAlias

from .model import NodeRef, Subgraph

if TYPE_CHECKING:
    import networkx as nx

    NetworkGraph: TypeAlias = nx.MultiDiGraph[NodeRef]


def to_networkx(subgraph: Subgraph) -> "NetworkGraph":
    """A ``networkx.MultiDiGraph`` of NodeRefs, in the subgraph's own order.

    Nodes carry ``node`` (Node), ``label`` and ``depth``; edges are keyed by kind and
    carry ``edge`` (Edge) and ``at``.
    """
    import networkx as nx

    view: NetworkGraph = nx.MultiDiGraph(is_partial=subgraph.is_partial)
    for ref, node in subgraph.nodes.items():
        view.add_node(ref, node=node, label=ref.label, depth=subgraph.depth[ref])
    for edge in subgraph.edges:
        view.add_edge(edge.src, edge.dst, key=edge.kind, edge=edge, at=edge.at)
    return view
