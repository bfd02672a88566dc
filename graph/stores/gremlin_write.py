"""Writes to a Gremlin server: what exists is read, merged here, and only what differs is written.

Every request sets properties of elements that are named by id, so that sending it
again changes nothing. Nodes go before the edges that need them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from ..coalesce import EdgeId, Edges, Nodes
from ..merge import merge_edge, merge_node
from ..model import Edge, Node, NodeRef
from .gremlin_client import GremlinClient, Transient
from .gremlin_codec import KEY, changed, edge_of, node_of, stored
from .gremlin_ids import edge_id, ref_of, vertex_id
from .gremlin_words import Words

MAX_STEPS = 400
"""Steps of one request. Amazon advises less than 1,500; a server's time grows faster than their number."""
MAX_NEW = 1_000
"""New elements of one request where they travel as one list."""
MAX_CHARACTERS = 512 * 1024
"""Text in one request, about. Servers take 10 MB unless they are told otherwise."""
IDS_AT_ONCE = 500
_MARK, _REACHED = "GraphVersion", "reached"
_NAMED, _HELD = "named", "held"
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
    known = _known(client, nodes)
    _write(client, _node_changes(client, known, nodes))
    # An edge cannot have been there before both of its ends.
    old = (one for one in edges if one[1] in known and one[2] in known)
    _write(client, _edge_changes(client, read_edges(client, old), edges))


def _known(client: GremlinClient, nodes: Nodes) -> dict[NodeRef, Node]:
    """The nodes that exist, without what they hold where nothing is said that it would be merged with."""
    told = {ref for ref, node in nodes.items() if node.props or node.at}
    known = read_nodes(client, told)
    for some in slices(sorted(nodes.keys() - told)):
        there = client.ask(client.words.start().V(*map(vertex_id, some)).id_())
        known.update((ref, Node(ref)) for ref in map(ref_of, there))
    return known


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


def _write(client: GremlinClient, changes: Iterable[Change]) -> None:
    told = list(changes)
    new = [change for change in told if change.is_new and not client.chains]
    for batch in _batches(new, lambda _: 1, MAX_NEW):
        _done(client, _at_once(client, batch), len(batch))
    said = [change for change in told if not change.is_new or client.chains]
    for batch in _batches(said, lambda change: change.steps, MAX_STEPS):
        chain = client.words.start()
        for change in batch:
            chain = _said(client, chain, change)
        # Each step hands one element to the next: anything else at the end means that some were skipped.
        _done(client, chain, 1)


def _done(client: GremlinClient, traversal: Any, expected: int) -> None:
    if client.ask(traversal.count()) != [expected]:
        raise Transient("a batch of changes ended early")


def _batches(changes: list[Change], weight: Callable[[Change], int], most: int) -> Iterator[list[Change]]:
    batch: list[Change] = []
    heavy = characters = 0
    for change in changes:
        heavy, characters = heavy + weight(change), characters + change.characters
        if batch and (heavy > most or characters > MAX_CHARACTERS):
            yield batch
            batch, heavy, characters = [], weight(change), change.characters
        batch.append(change)
    if batch:
        yield batch


def _at_once(client: GremlinClient, new: list[Change]) -> Any:
    """New elements, all nodes or all edges, as a list of what names them and what they hold."""
    words = client.words
    told = [{_NAMED: _named(change.element, words), _HELD: _held(change, words)} for change in new]
    unfolded, named = words.start().inject(told).unfold(), words.start().select(_NAMED)
    are_nodes = isinstance(new[0].element, Node)
    merged = unfolded.merge_v(named) if are_nodes else unfolded.merge_e(named)
    return merged.option(words.merge.on_create, words.start().select(_HELD))


def _said(client: GremlinClient, chain: Any, change: Change) -> Any:
    words, element = client.words, change.element
    is_node = isinstance(element, Node)
    named = _named(element, words)
    chain = chain.merge_v(named) if is_node else chain.merge_e(named)
    if change.is_new:
        return chain.option(words.merge.on_create, _held(change, words))
    if isinstance(element, Node):
        chain = chain.option(words.merge.on_create, {words.t.label: element.ref.label, KEY: element.ref.key})
    for name, value in change.props.items():
        # Without the word single Neptune would keep the old value beside the new one.
        single = (words.cardinality.single,) if is_node else ()
        chain = chain.property(*single, name, value)
    return chain


def _named(element: Node | Edge, words: Words) -> dict[Any, str]:
    """What finds an element, and for an edge all that makes it."""
    if isinstance(element, Node):
        return {words.t.id: vertex_id(element.ref)}
    return {
        words.t.id: edge_id(element.kind, element.src, element.dst),
        words.t.label: element.kind,
        words.direction.OUT: vertex_id(element.src),
        words.direction.IN: vertex_id(element.dst),
    }


def _held(change: Change, words: Words) -> dict[Any, Any]:
    """What a new element is made with beside its name."""
    if isinstance(change.element, Node):
        return {words.t.label: change.element.ref.label, **change.props}
    return change.props
