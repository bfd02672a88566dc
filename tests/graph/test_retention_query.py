"""The cold tier answers by SQL, locally and through fsspec, and lets nobody reach anything else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from retention_world import JOB, NOW, TABLE, ago, ran, swept

from graph.model import Node, NodeRef
from graph.retention.archive import Archive
from graph.retention.places import place_of
from graph.retention.query import VIEWS, Wanted, ask, find_runs
from graph.stores.memory import MemoryGraphStore
from signal_factory.errors import BackendUnavailable, CallerError, ConfigurationError

Where = Callable[[Path], str]


def _folder(tmp_path: Path) -> str:
    return str(tmp_path / "cold")


def _memory(tmp_path: Path) -> str:
    return f"memory://{tmp_path.name}/cold"


def filled(url: str) -> Archive:
    """Five runs on four days, one failed, one of another job; and a deployment."""
    store = MemoryGraphStore()
    for number, days in enumerate((40, 40, 45, 100)):
        store.upsert(*ran(f"r{number}", ago(days, number), "FAIL" if number == 1 else "COMPLETE"))
    store.upsert(*ran("other", ago(120), "RUNNING", "job://spark/other"))
    store.upsert([Node(NodeRef("Deployment", "svc:v1"), {"version": "v1"}, ago(100))], [])
    archive = Archive(place_of(url))
    swept(store, archive)
    return archive


@pytest.mark.parametrize("where", [_folder, _memory])
def test_runs_are_found_by_table_job_and_time_newest_first(where: Where, tmp_path: Path) -> None:
    archive = filled(where(tmp_path))
    found = find_runs(archive, Wanted())
    place = found.columns.index("run_id")
    assert [row[place] for row in found.rows] == ["r1", "r0", "r2", "r3", "other"]
    asked = {
        "table": Wanted(table=TABLE.key),
        "job": Wanted(job="job://spark/other"),
        "since": Wanted(since=ago(41)),
        "until": Wanted(until=ago(50)),
        "both": Wanted(since=ago(46), until=ago(40, 1)),
    }
    names = {name: [row[place] for row in find_runs(archive, each).rows] for name, each in asked.items()}
    assert names == {
        "table": ["r0", "r2", "r3"],
        "job": ["other"],
        "since": ["r1", "r0"],
        "until": ["r3", "other"],
        "both": ["r1", "r0", "r2"],
    }


def test_an_answer_is_bounded_and_says_so(tmp_path: Path) -> None:
    archive = filled(_folder(tmp_path))
    found = find_runs(archive, Wanted(), 2)
    assert (len(found.rows), found.total, found.is_partial) == (2, 5, True)
    whole = find_runs(archive, Wanted(), 5)
    assert (len(whole.rows), whole.total, whole.is_partial) == (5, 5, False)
    asked = ask(archive, "SELECT * FROM elements", Wanted(), 3)
    assert (len(asked.rows), asked.total, asked.is_partial) == (3, None, True)


def test_time_limits_which_days_are_opened(tmp_path: Path) -> None:
    archive = filled(_folder(tmp_path))
    (tmp_path / "cold" / "runs" / f"day={ago(120)[:10]}" / "runs.parquet").write_bytes(b"no parquet")
    assert find_runs(archive, Wanted(since=ago(50))).total == 3
    with pytest.raises(BackendUnavailable):
        find_runs(archive, Wanted())


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_the_columns_it_promises(view: str, tmp_path: Path) -> None:
    found = ask(filled(_folder(tmp_path)), f"SELECT * FROM {view}", Wanted(), 100)
    assert set(found.columns) == {name.strip() for name in VIEWS[view].split(",")}
    assert found.rows


def test_one_select_may_join_group_and_count(tmp_path: Path) -> None:
    sql = "SELECT job, sum(runs), sum(failed) FROM days GROUP BY job ORDER BY job"
    rows = ask(filled(_folder(tmp_path)), sql, Wanted()).rows
    assert rows == ((JOB.key, 4, 1), ("job://spark/other", 1, 0))


@pytest.mark.parametrize(
    "sql",
    [
        "DROP VIEW runs",
        "DELETE FROM elements",
        "COPY runs TO 'stolen.csv'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM nowhere",
        "SELECT nothing FROM runs",
        "not sql at all",
        "",
        "SELECT CAST(job AS INTEGER) FROM runs",
    ],
)
def test_what_is_no_single_select_over_the_views_is_refused_with_what_there_is(
    sql: str, tmp_path: Path
) -> None:
    with pytest.raises(CallerError) as caught:
        ask(filled(_folder(tmp_path)), sql, Wanted())
    assert "runs(" in caught.value.hint


def test_an_archive_without_days_answers_with_nothing(tmp_path: Path) -> None:
    found = find_runs(Archive(place_of(tmp_path / "none")), Wanted())
    assert (found.rows, found.total, found.days) == ((), 0, ())
    assert ask(Archive(place_of(tmp_path / "none")), "SELECT count(*) FROM runs", Wanted()).rows == ((0,),)


def test_a_file_that_is_not_what_was_written_is_named(tmp_path: Path) -> None:
    archive = filled(_folder(tmp_path))
    day = ago(40)[:10]
    (tmp_path / "cold" / "runs" / f"day={day}" / "runs.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(BackendUnavailable, match=day):
        archive.read("runs", day)


def test_an_archive_that_nothing_can_open_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nosuch"):
        place_of("nosuch://bucket/cold")
    (tmp_path / "file").write_text("in the way")
    blocked = Archive(place_of(tmp_path / "file" / "cold"))
    store = MemoryGraphStore()
    store.upsert(*ran("r1", ago(40)))
    with pytest.raises(BackendUnavailable):
        swept(store, blocked, NOW)
    assert [node.ref.key for node in store.find("JobRun")] == ["r1"]


def test_what_is_left_of_a_write_that_was_cut_off_is_no_day(tmp_path: Path) -> None:
    archive = filled(_folder(tmp_path))
    whole = find_runs(archive, Wanted()).total
    (tmp_path / "cold" / "runs" / f"day={ago(40)[:10]}" / "runs.parquet.part").write_bytes(b"half")
    assert find_runs(archive, Wanted()).total == whole
