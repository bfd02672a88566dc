"""What a connection of the embedded graph remembers between expansions never shows in an answer."""

from contextlib import ExitStack
from itertools import permutations
from pathlib import Path

import pytest
from graph_strategies import BUSY_KINDS, TIMES, batches, moments, refs
from hypothesis import given
from hypothesis import strategies as st

from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef
from graph.stores.memory import MemoryGraphStore
from graph.stores.sqlite import SqliteGraphStore
from graph.stores.sqlite_connections import Connections

EVERYWHERE = tuple(Hop(kind, side) for kind in BUSY_KINDS for side in ("out", "in"))
TABLE = NodeRef("Dataset", "hub")
looks = st.builds(
    ExpandSpec, st.sampled_from((EVERYWHERE, EVERYWHERE[::2], EVERYWHERE[1::2])), max_hops=st.integers(1, 3),
    max_nodes=st.integers(1, 20), max_degree=st.integers(0, 3), since=moments, until=moments,
)  # fmt: skip


@given(
    batches(60), st.lists(st.tuples(st.lists(refs(), min_size=1, max_size=3), looks), min_size=2, max_size=8)
)
def test_one_expansion_after_another_answers_as_if_it_were_the_first(
    world: tuple[list[Node], list[Edge]], asked: list[tuple[list[NodeRef], ExpandSpec]]
) -> None:
    store, reference = SqliteGraphStore(), MemoryGraphStore()
    for each in (store, reference):
        each.upsert(*world)
    for seeds, spec in asked:
        assert store.expand(seeds, spec) == reference.expand(seeds, spec)
    store.close()


@pytest.mark.parametrize("order", list(permutations(("", TIMES[1], TIMES[-1]))))
@pytest.mark.parametrize("cap", [2, 20])
def test_a_wider_window_after_a_narrower_one_and_the_other_way_round(
    order: tuple[str, ...], cap: int
) -> None:
    store, reference = SqliteGraphStore(), MemoryGraphStore()
    fed = [Edge("FEEDS", TABLE, NodeRef("Dataset", f"at {time}"), {}, time) for time in ("", *TIMES)]
    for each in (store, reference):
        each.upsert([], fed)
    for since in order:
        spec = ExpandSpec((Hop("FEEDS", "out"),), max_degree=cap, since=since)
        assert store.expand([TABLE], spec) == reference.expand([TABLE], spec)
    store.close()


def test_what_anybody_writes_shows_in_the_next_expansion(tmp_path: Path) -> None:
    path, spec = tmp_path / "graph.db", ExpandSpec((Hop("FEEDS", "out"),), since=TIMES[0])
    ours = SqliteGraphStore(path)
    ours.upsert([Node(TABLE)], [])
    other = SqliteGraphStore(path, read_only=True)
    for number, time in enumerate(TIMES):
        fed = NodeRef("Dataset", f"fed_{number}")
        ours.upsert([], [Edge("FEEDS", TABLE, fed, {}, time)])
        for store in (ours, other):
            assert fed in store.expand([TABLE], spec).nodes
        ours.upsert([Node(TABLE, {"name": f"name {number}"}, time)], [])
        for store in (ours, other):
            assert store.expand([TABLE], spec).nodes[TABLE].props["name"] == f"name {number}"
    assert ours.delete([NodeRef("Dataset", "fed_0")]) == 1
    assert all(len(store.expand([TABLE], spec).nodes) == len(TIMES) for store in (ours, other))
    other.close()
    ours.close()


def test_a_walk_too_great_to_be_remembered_answers_the_same_again() -> None:
    store, spec = SqliteGraphStore(), ExpandSpec((Hop("FEEDS", "out"),), max_nodes=30_000, max_degree=30_000)
    fed = [NodeRef("Dataset", f"fed_{number:05}") for number in range(12_000)]
    store.upsert([], [Edge("FEEDS", TABLE, each) for each in fed])
    first = store.expand([TABLE], spec)
    assert len(first.edges) == len(fed)
    assert store.expand([TABLE], spec) == first
    store.close()


def test_however_many_read_at_once_two_connections_remember(tmp_path: Path) -> None:
    connections = Connections(str(tmp_path / "any.db"))
    with ExitStack() as stack:
        for number in range(6):
            stack.enter_context(connections.reading()).known.refs[number] = TABLE
    idle = [stack.enter_context(connections.reading()) for _ in range(6)]
    assert sum(bool(each.known.refs) for each in idle) == 2
    stack.close()
    connections.close()
