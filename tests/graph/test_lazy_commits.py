"""Retention's commits wait for no disk; everybody else's do."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from graph.model import Node, NodeRef
from graph.stores.sqlite import SqliteGraphStore
from graph.stores.sqlite_connections import Connections

FULL, NORMAL = 2, 1


def _waiting(connections: Connections) -> int:
    with connections.writing() as connection:
        found: int = connection.execute("PRAGMA synchronous").fetchone()[0]
        return found


def test_only_what_is_written_lazily_waits_for_no_disk(tmp_path: Path) -> None:
    with closing(Connections(str(tmp_path / "graph.db"))) as connections:
        before = _waiting(connections)
        with connections.lazily():
            inside = _waiting(connections)
        assert (before, inside, _waiting(connections)) == (FULL, NORMAL, FULL)


def test_another_thread_still_waits_for_the_disk(tmp_path: Path) -> None:
    with (
        closing(Connections(str(tmp_path / "graph.db"))) as connections,
        ThreadPoolExecutor(1) as other,
        connections.lazily(),
    ):
        assert _waiting(connections) == NORMAL
        assert other.submit(_waiting, connections).result() == FULL
        assert _waiting(connections) == NORMAL


def test_a_lazy_commit_leaves_the_write_ahead_log_to_others(tmp_path: Path) -> None:
    with closing(Connections(str(tmp_path / "graph.db"))) as connections:
        with connections.lazily(), connections.writing() as connection:
            assert connection.execute("PRAGMA wal_autocheckpoint").fetchone()[0] == 0
        with connections.writing() as connection:
            assert connection.execute("PRAGMA wal_autocheckpoint").fetchone()[0] > 0


def test_a_graph_in_memory_can_be_written_lazily_too() -> None:
    with closing(SqliteGraphStore(":memory:")) as store, store.lazily():
        store.upsert([Node(NodeRef("Dataset", "ds://lazy"))], [])
        assert store.stats().nodes == 1


def test_a_file_written_lazily_can_be_opened_by_another(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with closing(SqliteGraphStore(path)) as store, store.lazily():
        store.upsert([Node(NodeRef("Dataset", "ds://lazy"))], [])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM node").fetchone() == (1,)
