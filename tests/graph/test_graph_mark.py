"""How far a graph has come is marked in it, and a graph that lost something answers nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from graph_harness import StoreCase, every_store

from graph.hash import graph_hash
from graph.model import Node, NodeRef
from graph.port import GraphStore
from graph.stores.memory import MemoryGraphStore
from graph.stores.sqlite import SqliteGraphStore
from graph.watched import LOOK_S, GraphBehind, WatchedStore
from signal_factory.errors import BackendUnavailable

A, B = NodeRef("Dataset", "ds://z/a"), NodeRef("Dataset", "ds://z/b")


@every_store("mark")
def test_a_mark_stands_in_the_graph_and_is_no_part_of_it(case: StoreCase) -> None:
    with case.opened() as opened:
        empty = graph_hash(opened.store)
        assert opened.store.mark() == -1
        for reached in (0, 7, 3_000_000_000):
            opened.store.set_mark(reached)
            assert opened.store.mark() == reached
        assert graph_hash(opened.store) == empty
        assert opened.store.stats().nodes == 0
        assert list(opened.store.elements()) == []


def test_a_file_from_before_there_were_marks_is_taken_to_be_whole(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with closing(SqliteGraphStore(path)) as store:
        store.upsert([Node(A, {"tier": 1})], [])
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TABLE mark")
        raw.execute("UPDATE graph_version SET version = 2")
    for is_reading in (True, False, True):
        with closing(SqliteGraphStore(path, read_only=is_reading)) as store:
            assert store.mark() > 2**60


class _World:
    """A graph in memory that can be put back, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.inner, self.now = MemoryGraphStore(), 0.0
        self.store = WatchedStore(self.inner, lambda: self.now)

    def later(self) -> None:
        self.now += LOOK_S


def _ask(store: GraphStore) -> None:
    store.get([A])


def test_what_is_expected_has_to_be_there_when_a_second_has_gone_by() -> None:
    world = _World()
    world.store.reached(5)
    _ask(world.store)
    world.inner.set_mark(4)
    world.later()
    with pytest.raises(GraphBehind, match="event 4 of 5"):
        _ask(world.store)
    with pytest.raises(GraphBehind):
        world.store.upsert([Node(B)], [])
    assert world.store.is_behind()
    world.store.expect(4)
    _ask(world.store)


def test_one_who_writes_on_learns_that_something_was_lost_since() -> None:
    world = _World()
    world.store.reached(5)
    world.inner.set_mark(2)
    with pytest.raises(GraphBehind):
        world.store.reached(6)
    assert world.inner.mark() == 2


def test_a_graph_that_is_emptied_to_be_made_anew_is_behind_until_it_has_come_as_far() -> None:
    world = _World()
    world.store.upsert([Node(A)], [])
    world.store.reached(5)
    inner = world.store.empty()
    assert inner.get([A]) == {}
    assert world.store.is_behind()
    inner.upsert([Node(A)], [])
    inner.set_mark(5)
    assert not world.store.is_behind()


def test_whoever_may_not_write_any_more_is_stopped_before_he_does() -> None:
    def fence() -> None:
        raise BackendUnavailable("the lease is another's")

    world = _World()
    world.store.guard(fence)
    for write in (
        lambda: world.store.upsert([Node(A)], []),
        lambda: world.store.merge_nodes(A, B),
        lambda: world.store.reached(3),
    ):
        with pytest.raises(BackendUnavailable, match="another's"):
            write()
    assert world.inner.get([A, B]) == {}
    assert world.inner.mark() == -1


def test_the_right_to_write_is_asked_for_once_a_second() -> None:
    world, asked = _World(), list[float]()
    world.store.guard(lambda: asked.append(world.now))
    for _ in range(3):
        world.store.upsert([Node(A)], [])
        world.store.upsert([Node(A)], [])
        world.later()
    assert len(asked) == 3
