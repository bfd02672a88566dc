"""One graph, one hash: whatever the order, the duplicates, the buffer and the store."""

from datetime import UTC, datetime, timedelta

import pytest
from graph_harness import CASES, StoreCase, every_store
from graph_strategies import BUSY_KINDS, edges, nodes, refs
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.buffer import GraphBuffer
from graph.errors import GraphSchemaError
from graph.hash import graph_hash
from graph.model import Edge, Node, NodeRef
from graph.stores.memory import MemoryGraphStore
from graph.stores.sqlite import SqliteGraphStore
from signal_factory.errors import BackendUnavailable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B = NodeRef("Dataset", "a"), NodeRef("Dataset", "b")

mutations = st.lists(st.one_of(nodes(), edges()), max_size=20)


def split(said: list[Node | Edge]) -> tuple[list[Node], list[Edge]]:
    return [one for one in said if isinstance(one, Node)], [one for one in said if isinstance(one, Edge)]


def hash_of(said: list[Node | Edge]) -> str:
    store = MemoryGraphStore()
    store.upsert(*split(said))
    return graph_hash(store)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@settings(max_examples=10)
@given(said=mutations, data=st.data())
def test_any_permutation_with_duplicates_in_any_chunks_gives_the_same_hash(
    case: StoreCase, said: list[Node | Edge], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(said), max_size=5)) if said else []
    shuffled = data.draw(st.permutations(said + again))
    size = data.draw(st.integers(1, 6))
    with case.opened() as opened:
        for start in range(0, len(shuffled), size):
            opened.store.upsert(*split(list(shuffled[start : start + size])))
        assert graph_hash(opened.store) == hash_of(said)


@settings(max_examples=40)
@given(said=mutations, size=st.integers(1, 8), steps=st.lists(st.integers(0, 40), max_size=20))
def test_writing_through_the_buffer_is_writing_directly(
    said: list[Node | Edge], size: int, steps: list[int]
) -> None:
    store = MemoryGraphStore()
    buffer = GraphBuffer(store, max_mutations=size)
    now = NOW
    for number, one in enumerate(said):
        now += timedelta(seconds=steps[number] if number < len(steps) else 1)
        buffer.add(*split([one]), now)
    buffer.flush()
    assert graph_hash(store) == hash_of(said)


@settings(max_examples=40)
@given(said=mutations, old=refs(("Dataset",)), new=refs(("Dataset",)))
def test_learning_a_name_late_is_having_known_it_from_the_start(
    said: list[Node | Edge], old: NodeRef, new: NodeRef
) -> None:
    def known(ref: NodeRef) -> NodeRef:
        return new if ref == old else ref

    early = MemoryGraphStore()
    early.upsert(
        [
            *(Node(known(one.ref), one.props, one.at) for one in said if isinstance(one, Node)),
            # An edge between the two names falls away, and still says that there is such a thing.
            *(Node(known(end)) for one in said if isinstance(one, Edge) for end in (one.src, one.dst)),
        ],
        [
            Edge(e.kind, known(e.src), known(e.dst), e.props, e.at)
            for e in said
            if isinstance(e, Edge) and (e.src == e.dst or known(e.src) != known(e.dst))
        ],
    )
    late = SqliteGraphStore()
    late.upsert(*split(said))
    late.merge_nodes(old, new)
    assert list(late.elements()) == list(early.elements())
    late.close()


@every_store("copy")
@settings(max_examples=6)
@given(said=mutations)
def test_a_graph_copied_element_by_element_is_the_same_graph(
    case: StoreCase, said: list[Node | Edge]
) -> None:
    other = MemoryGraphStore()
    with case.opened() as opened:
        opened.store.upsert(*split(said))
        other.upsert(*split(list(opened.store.elements())))
        assert list(other.elements()) == list(opened.store.elements())


@given(said=st.lists(st.one_of(nodes(), edges()), min_size=1, max_size=10))
def test_the_hash_sees_every_causal_difference(said: list[Node | Edge]) -> None:
    extra = Edge("FEEDS", NodeRef("Dataset", "new"), NodeRef("Dataset", "newer"))
    assert hash_of([*said, extra]) != hash_of(said)


@pytest.mark.parametrize("kind", [kind for kind in BUSY_KINDS if kind in ("CAUSED", "AFFECTS", "INTRODUCED")])
def test_what_is_computed_from_the_rest_does_not_count(kind: str) -> None:
    signal, signature = NodeRef("Signal", "sig-1"), NodeRef("FailureSignature", "X@a")
    ends = {
        "CAUSED": (signature, signal),
        "AFFECTS": (signal, A),
        "INTRODUCED": (NodeRef("Deployment", "s:1"), signal),
    }
    base: list[Node | Edge] = [Node(A, {"tier": 1}), Node(signature, {"kind": "X"})]
    derived: list[Node | Edge] = [
        Node(signal, {"state": "CRITICAL"}),
        Edge(kind, *ends[kind]),
        Edge("TRIGGERED", signal, NodeRef("Incident", "inc-1")),
    ]
    assert hash_of(base + derived) == hash_of(base)


def test_the_buffer_is_due_by_size_or_by_age() -> None:
    store = MemoryGraphStore()
    buffer = GraphBuffer(store, max_mutations=3)
    buffer.add([Node(A)], [], NOW)
    assert (buffer.pending, buffer.due(NOW + timedelta(seconds=29))) == (1, False)
    assert buffer.due(NOW + timedelta(seconds=30))
    buffer.add([], [Edge("FEEDS", A, B)], NOW)
    assert (buffer.pending, store.stats().nodes) == (0, 2)
    assert not buffer.due(NOW + timedelta(days=1))


def test_the_buffer_coalesces_repeated_mutations_into_one_element() -> None:
    buffer = GraphBuffer(MemoryGraphStore(), max_mutations=10)
    for _ in range(100):
        buffer.add([Node(A, {"tier": 1}, "")], [Edge("FEEDS", A, B)], NOW)
    assert buffer.pending == 3


def test_a_refused_mutation_leaves_the_buffer_as_it_was() -> None:
    buffer = GraphBuffer(MemoryGraphStore())
    with pytest.raises(GraphSchemaError):
        buffer.add([Node(A), Node(B, {"colour": "red"})], [], NOW)
    assert buffer.pending == 0


def test_a_failed_flush_keeps_everything_pending() -> None:
    store = SqliteGraphStore()
    buffer = GraphBuffer(store)
    buffer.add([Node(A)], [], NOW)
    store.close()
    with pytest.raises(BackendUnavailable):
        buffer.flush()
    assert (buffer.pending, buffer.due(NOW + timedelta(minutes=1))) == (1, True)
