"""Writes to a Gremlin server: what exists is read, merged here, and only what differs is written.

Every request sets properties of elements that are named by id, so that sending it
again changes nothing. Nodes go before the edges that need them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from ..coalesce import EdgeId, Edges, Nodes
from ..merge import merge_edge, merge_node
from ..model import Edge, Node, NodeRef
from .gremlin_client import GremlinClient, Transient
from .gremlin_codec import KEY, changed, edge_of, node_of, stored
from .gremlin_ids import edge_id, vertex_id

MAX_STEPS = 400
"""Steps of one request. Amazon advises less than 1,500; a server's time grows faster than their number."""
MAX_CHARACTERS = 512 * 1024
"""Text in one request, about. Servers take 10 MB unless they are told otherwise."""
IDS_AT_ONCE = 500
_MARK, _REACHED = "GraphVersion", "reached"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """Properties to set on one element."""

    element: Node | Edge
    props: dict[str, Any]
    is_new: bool

    @property
    def steps(self) -> int:
        """How many steps say it."""
        return 2 if self.is_new else 2 + len(self.props)

    @property
    def characters(self) -> int:
        """About how much text says it."""
        return 200 + sum(len(name) + len(str(value)) for name, value in self.props.items())


def slices(elements: Iterable[T]) -> Iterator[list[T]]:
    """Elements in numbers that one request may name."""
    rest = iter(elements)
    while some := list(islice(rest, IDS_AT_ONCE)):
        yield some


def read_nodes(client: GremlinClient, refs: Iterable[NodeRef]) -> dict[NodeRef, Node]:
    """The nodes that exist among ``refs``."""
    found: dict[NodeRef, Node] = {}
    for some in slices(sorted(set(refs))):
        rows = client.ask(client.words.start().V(*map(vertex_id, some)).element_map())
        found.update((node.ref, node) for node in (node_of(row, client.words) for row in rows))
    return found


def read_edges(client: GremlinClient, identities: Iterable[EdgeId]) -> Edges:
    """The edges that exist among ``identities``."""
    found: Edges = {}
    for some in slices(identities):
        rows = client.ask(client.words.start().E(*(edge_id(*one) for one in some)).element_map())
        edges = (edge_of(row, client.words) for row in rows)
        found.update(((edge.kind, edge.src, edge.dst), edge) for edge in edges)
    return found


def edges_of(client: GremlinClient, refs: Iterable[NodeRef]) -> list[Edge]:
    """Every edge at one of ``refs``, each once, by (kind, src, dst)."""
    found: Edges = {}
    for some in slices(refs):
        rows = client.ask(client.words.start().V(*map(vertex_id, some)).both_e().dedup().element_map())
        edges = (edge_of(row, client.words) for row in rows)
        found.update(((edge.kind, edge.src, edge.dst), edge) for edge in edges)
    return [found[identity] for identity in sorted(found)]


def drop_nodes(client: GremlinClient, refs: Iterable[NodeRef]) -> None:
    """Remove nodes with their edges."""
    for some in slices(refs):
        client.ask(client.words.start().V(*map(vertex_id, some)).drop())


def drop_edges(client: GremlinClient, identities: Iterable[EdgeId]) -> None:
    """Remove edges."""
    for some in slices(identities):
        client.ask(client.words.start().E(*(edge_id(*one) for one in some)).drop())


def read_mark(client: GremlinClient) -> int:
    """How far the graph has come; -1 where nobody said so."""
    said = client.ask(client.words.start().V(_MARK).values(_REACHED))
    return max(map(int, said), default=-1)


def write_mark(client: GremlinClient, reached: int) -> None:
    """Say how far the graph has come."""
    words = client.words
    made = words.start().merge_v({words.t.id: _MARK}).option(words.merge.on_create, {words.t.label: _MARK})
    client.ask(made.property(words.cardinality.single, _REACHED, words.long(reached)))


def upsert(client: GremlinClient, nodes: Nodes, edges: Edges) -> None:
    """Merge coalesced mutations in; every edge's ends are among ``nodes``."""
    known = read_nodes(client, nodes)
    _write(client, _node_changes(client, known, nodes))
    # An edge cannot have been there before both of its ends.
    old = (one for one in edges if one[1] in known and one[2] in known)
    _write(client, _edge_changes(client, read_edges(client, old), edges))


def _node_changes(client: GremlinClient, known: dict[NodeRef, Node], nodes: Nodes) -> Iterator[Change]:
    for ref, node in nodes.items():
        if ref not in known:
            yield Change(node, stored(node, client.words), is_new=True)
        elif props := changed(known[ref], merge_node(known[ref], node), client.words):
            yield Change(node, props, is_new=False)


def _edge_changes(client: GremlinClient, known: Edges, edges: Edges) -> Iterator[Change]:
    for identity, edge in edges.items():
        if identity not in known:
            yield Change(edge, stored(edge, client.words), is_new=True)
        elif props := changed(known[identity], merge_edge(known[identity], edge), client.words):
            yield Change(edge, props, is_new=False)


def _write(client: GremlinClient, changes: Iterator[Change]) -> None:
    for batch in _batches(changes):
        chain = client.words.start()
        for change in batch:
            chain = _said(client, chain, change)
        # Each step hands one element to the next: anything else at the end means that some were skipped.
        if client.ask(chain.count()) != [1]:
            raise Transient("a batch of changes ended early")


def _batches(changes: Iterator[Change]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    steps = characters = 0
    for change in changes:
        steps, characters = steps + change.steps, characters + change.characters
        if batch and (steps > MAX_STEPS or characters > MAX_CHARACTERS):
            yield batch
            batch, steps, characters = [], change.steps, change.characters
        batch.append(change)
    if batch:
        yield batch


def _said(client: GremlinClient, chain: Any, change: Change) -> Any:
    if isinstance(change.element, Node):
        return _node_said(client, chain, change.element, change)
    return _edge_said(client, chain, change.element, change)


def _node_said(client: GremlinClient, chain: Any, node: Node, change: Change) -> Any:
    words = client.words
    made = {words.t.label: node.ref.label, KEY: node.ref.key}
    chain = chain.merge_v({words.t.id: vertex_id(node.ref)})
    if change.is_new:
        return chain.option(words.merge.on_create, {**made, **change.props})
    chain = chain.option(words.merge.on_create, made)
    for name, value in change.props.items():
        # Without the word single Neptune would keep the old value beside the new one.
        chain = chain.property(words.cardinality.single, name, value)
    return chain


def _edge_said(client: GremlinClient, chain: Any, edge: Edge, change: Change) -> Any:
    words = client.words
    identity = {
        words.t.id: edge_id(edge.kind, edge.src, edge.dst),
        words.t.label: edge.kind,
        words.direction.OUT: vertex_id(edge.src),
        words.direction.IN: vertex_id(edge.dst),
    }
    chain = chain.merge_e(identity)
    if change.is_new:
        return chain.option(words.merge.on_create, change.props)
    for name, value in change.props.items():
        chain = chain.property(name, value)
    return chain
