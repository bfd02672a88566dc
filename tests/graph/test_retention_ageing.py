"""What is too old is found at the cost of what is found, also in files of an earlier version."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph.model import Edge, Node, NodeRef
from graph.stores import sqlite_aged
from graph.stores.sqlite import SqliteGraphStore

T1, T2 = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"
RUN, TABLE = NodeRef("JobRun", "r"), NodeRef("Dataset", "ds://z/a")


def test_a_file_of_the_first_version_is_brought_up_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with closing(SqliteGraphStore(path)) as store:
        store.upsert([Node(RUN, {}, T1)], [Edge("READ_FROM", RUN, TABLE, {}, T1)])
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP INDEX node_aged")
        raw.execute("DROP INDEX edge_aged")
        raw.execute("UPDATE graph_version SET version = 1")
    with closing(SqliteGraphStore(path)) as store:
        assert [node.ref for node in store.aged("JobRun", T2)] == [RUN]
        assert [edge.src for edge in store.aged_edges("READ_FROM", T2)] == [RUN]
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version FROM graph_version").fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (sqlite_aged.NODES, (1, T2, 10)),
        (sqlite_aged.LAST_MOMENT, (1, T2, 10)),
        (sqlite_aged.EDGES, (1, T1)),
        (sqlite_aged.EDGES_OF, {"ids": "[1,2]"}),
    ],
)
def test_no_statement_of_retention_scans_a_table_or_sorts_it(
    tmp_path: Path, statement: str, values: tuple[object, ...] | dict[str, str]
) -> None:
    path = tmp_path / "graph.db"
    with closing(SqliteGraphStore(path)) as store:
        store.upsert([Node(RUN, {}, T1)], [Edge("READ_FROM", RUN, TABLE, {}, T1)])
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("ANALYZE")
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert not [step for step in plan if step.startswith(("SCAN edge", "SCAN e ", "SCAN node"))]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan
    assert any("INDEX" in step for step in plan)
