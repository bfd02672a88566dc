"""One process writes, others read; a writer may be killed at any moment."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from graph_writer_process import TASKS

from graph.errors import GraphVersionError
from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef
from graph.stores.sqlite import SqliteGraphStore
from signal_factory.errors import BackendUnavailable

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("graph_writer_process.py")
TASKS_OF_RUN = ExpandSpec((Hop("EXECUTED", "out"),), max_hops=1)
A = NodeRef("Dataset", "a")


@contextmanager
def writing(path: Path) -> Generator["subprocess.Popen[str]"]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT)))}
    command = [sys.executable, str(WRITER), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def acknowledged(process: "subprocess.Popen[str]", batches: int) -> int:
    assert process.stdout is not None
    return [int(process.stdout.readline()) for _ in range(batches)][-1]


def test_readers_see_whole_batches_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with writing(path) as process:
        last = acknowledged(process, 3)
        with closing(SqliteGraphStore(path, read_only=True)) as reader:
            for _ in range(30):
                last = acknowledged(process, 2)
                newest = NodeRef("DAGRun", f"dag-{last}")
                assert len(reader.expand([newest], TASKS_OF_RUN).nodes) == 1 + TASKS
                runs = reader.stats().nodes_by_label
                assert runs["JobRun"] == TASKS * runs["DAGRun"]


def test_killing_a_writer_leaves_every_acknowledged_batch_and_no_half_one(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with writing(path) as process:
        last = acknowledged(process, 40)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with closing(SqliteGraphStore(path)) as store, closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (dag_runs,) = raw.execute("SELECT count(*) FROM node WHERE key LIKE 'dag-%'").fetchone()
        assert dag_runs > last
        stats = store.stats()
        assert stats.nodes_by_label == {"Dataset": 1, "DAGRun": dag_runs, "JobRun": dag_runs * TASKS}
        assert stats.edges == raw.execute("SELECT count(*) FROM edge").fetchone()[0] == dag_runs * TASKS * 2
        store.upsert([Node(A)], [])


def test_threads_share_a_store(tmp_path: Path) -> None:
    with closing(SqliteGraphStore(tmp_path / "graph.db")) as store:

        def work(number: int) -> bool:
            found = True
            for step in range(20):
                store.upsert([Node(NodeRef("Dataset", f"{number}-{step}"), {"tier": step})], [])
                found = found and bool(store.find("Dataset", prefix=f"{number}-{step}"))
            return found

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(work, range(4)))
        assert store.stats().nodes == 80


def test_a_read_only_store_refuses_to_write(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    SqliteGraphStore(path).close()
    with closing(SqliteGraphStore(path, read_only=True)) as reader, pytest.raises(BackendUnavailable):
        reader.upsert([Node(A)], [])


def test_a_missing_or_foreign_file_is_unavailable_and_a_newer_one_names_the_version(tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable):
        SqliteGraphStore(tmp_path / "none.db", read_only=True)
    (tmp_path / "text.db").write_text("this is no database, only a long enough line of text" * 40)
    with pytest.raises(BackendUnavailable):
        SqliteGraphStore(tmp_path / "text.db")
    SqliteGraphStore(tmp_path / "new.db").close()
    with closing(sqlite3.connect(tmp_path / "new.db")) as raw, raw:
        raw.execute("UPDATE graph_version SET version = 99")
    with pytest.raises(GraphVersionError):
        SqliteGraphStore(tmp_path / "new.db")


def test_a_closed_store_says_so_and_closing_twice_is_fine(tmp_path: Path) -> None:
    for store in (SqliteGraphStore(tmp_path / "graph.db"), SqliteGraphStore()):
        store.close()
        store.close()
        with pytest.raises(BackendUnavailable):
            store.stats()


def test_a_failed_write_is_rolled_back_and_the_store_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with closing(SqliteGraphStore(path)) as store, closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TRIGGER stop BEFORE INSERT ON edge BEGIN SELECT RAISE(ABORT, 'no edges'); END")
        with pytest.raises(sqlite3.IntegrityError):
            store.upsert([], [Edge("FEEDS", A, NodeRef("Dataset", "b"))])
        assert store.stats().nodes == raw.execute("SELECT count(*) FROM node").fetchone()[0] == 0
        raw.execute("DROP TRIGGER stop")
        store.upsert([], [Edge("FEEDS", A, NodeRef("Dataset", "b"))])
        assert store.stats().edges == 1


def test_a_damaged_file_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with closing(SqliteGraphStore(path)) as store:
        store.upsert([Node(NodeRef("Dataset", f"d{number}")) for number in range(500)], [])
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 2 :] = b"\x55" * (len(damaged) - 4096 * 2)
    path.write_bytes(damaged)
    with pytest.raises(BackendUnavailable):
        everything(path)


def everything(path: Path) -> list[Node | Edge]:
    with closing(SqliteGraphStore(path, read_only=True)) as store:
        return list(store.elements())
