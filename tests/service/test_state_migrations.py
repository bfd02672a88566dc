"""Every state that a released version left behind is taken over, and ends like one that is made anew."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text
from state_places import Place, place_of

from service.eventlog import EventLog
from service.state.files import FILES
from service.state.migrate import REVISIONS, revision_of, upgrade
from service.state.tables import HEAD, Part, metadata, tables_of
from signal_factory.errors import BackendUnavailable, ConfigurationError

SCRIPTS = Path(EventLog.__init__.__code__.co_filename).parent / "state" / "migrations"

UNSTAMPED = {
    Part.LOG: """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, identity BLOB NOT NULL UNIQUE, time TEXT NOT NULL,
    kind TEXT NOT NULL, body TEXT NOT NULL, received_at TEXT NOT NULL);
CREATE TABLE rejected (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, source TEXT NOT NULL,
    code TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL, body_bytes INTEGER NOT NULL);
CREATE TABLE rejected_counts (code TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE registrations (urn TEXT PRIMARY KEY, time TEXT NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, incident_id TEXT NOT NULL,
    verdict TEXT NOT NULL, actual_cause TEXT, comment TEXT);
CREATE TABLE budget_resets (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, signal_type TEXT NOT NULL);
CREATE TABLE engine_state (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
""",
    Part.ROUTES: """
CREATE TABLE told (
    route TEXT NOT NULL, incident_id TEXT NOT NULL, subject TEXT NOT NULL, is_live INTEGER NOT NULL,
    changed_at TEXT NOT NULL, told TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (route, incident_id)
    ) WITHOUT ROWID;
CREATE INDEX told_live ON told (is_live, route, incident_id);
CREATE INDEX told_subject ON told (route, subject, changed_at);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, route TEXT NOT NULL, key TEXT NOT NULL, thread TEXT NOT NULL,
    incident_id TEXT NOT NULL, team TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL, made_at REAL NOT NULL,
    ended_at REAL, error TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '', UNIQUE (route, key));
CREATE INDEX outbox_due ON outbox (route, state, due);
CREATE INDEX outbox_order ON outbox (route, incident_id, state, id);
CREATE INDEX outbox_team ON outbox (route, team, made_at);
CREATE INDEX outbox_digest ON outbox (digest) WHERE digest != '';
CREATE TABLE threads (
    route TEXT NOT NULL, thread TEXT NOT NULL, reference TEXT NOT NULL, made_at REAL NOT NULL,
    PRIMARY KEY (route, thread)) WITHOUT ROWID;
""",
}
"""What version 0.1 made, word for word, with ``user_version`` 1 and no stamp."""

ROWS: dict[str, dict[str, Any]] = {
    "events": {
        "seq": 1, "identity": b"\x01\xff", "time": "2026-01-19T02:00:00+00:00", "kind": "dataset",
        "body": '{"urn":"ds://gold/orders"}', "received_at": "2026-01-19T02:00:01+00:00",
    },
    "rejected": {
        "id": 1, "received_at": "2026-01-19T02:00:00+00:00", "source": "rest", "code": "invalid_event",
        "reason": "no kind", "body": b"{}", "body_bytes": 2,
    },
    "rejected_counts": {"code": "invalid_event", "count": 7},
    "registrations": {"urn": "ds://gold/orders", "time": "2026-01-19T02:00:00+00:00", "seq": 1},
    "feedback": {
        "id": 1, "at": "2026-01-19T02:00:00+00:00", "by": "ann", "incident_id": "inc-1", "verdict": "WRONG",
        "actual_cause": None, "comment": "größer ✓",
    },
    "budget_resets": {"id": 1, "at": "2026-01-19T02:00:00+00:00", "by": "ann", "signal_type": "DQ_BREACH"},
    "engine_state": {"key": "clock", "json": "{}"},
    "progress": {"name": "applied", "value": 1},
    "archived_events": {
        "first": 1, "last": 9, "day": "2025-10-01", "own_from": "2025-09-30T23:59:00Z", "own_to": "2025-10-01",
    },
    "leases": {"name": "second-stage", "holder": "a", "token": 4, "since": 1.5, "expires_at": 2.25},
    "told": {
        "route": "here", "incident_id": "inc-1", "subject": "orders", "is_live": 1,
        "changed_at": "2026-01-19T02:00:00Z", "told": "{}", "seen": "{}",
    },
    "outbox": {
        "id": 3, "route": "here", "key": "inc-1/opened/1", "thread": "inc-1", "incident_id": "inc-1",
        "team": "orders", "kind": "opened", "message": "{}", "state": "waiting", "attempts": 2,
        "due": 1768788000.125, "made_at": 1768788000.0, "ended_at": None, "error": "", "digest": "",
    },
    "threads": {"route": "here", "thread": "inc-1", "reference": "ts-1", "made_at": 1768788000.5},
}  # fmt: skip
LATER = {"leases", "archived_events"}
"""Tables that the first version did not have."""
OPENS: dict[Part, Callable[[Place], Any]] = {Part.LOG: Place.log, Part.ROUTES: Place.routes}


def open_and_close(place: Place, part: Part) -> None:
    OPENS[part](place).close()


def parts_of(place: Place, part: Part) -> tuple[Part, ...]:
    return tuple(Part) if place.state_url else (part,)


def fill(connection: Connection, parts: tuple[Part, ...]) -> None:
    """A row in each table that is there."""
    for table in (table for part in parts for table in tables_of(part)):
        if inspect(connection).has_table(table.name):
            connection.execute(insert(table), ROWS[table.name])


def kept(connection: Connection, parts: tuple[Part, ...]) -> dict[str, list[dict[str, Any]]]:
    tables = (table for part in parts for table in tables_of(part))
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables
    }


def differences(connection: Connection, parts: tuple[Part, ...]) -> list[Any]:
    """What Alembic would change. SQLite's own row number can hold no NULL, whatever its flag says."""
    tables = {table.name for part in parts for table in tables_of(part)}

    def belongs(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
        return kind != "table" or name in tables

    options = {"compare_type": True, "compare_server_default": True, "include_object": belongs}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return [change for change in found if not _is_row_number(connection, change)]


def _is_row_number(connection: Connection, change: Any) -> bool:
    first = change[0] if isinstance(change, list) else change
    if connection.dialect.name != "sqlite" or first[0] != "modify_nullable":
        return False
    return metadata.tables[first[2]].columns[first[3]].primary_key


def shape(connection: Connection, part: Part) -> dict[str, Any]:
    """Columns, keys and indexes as the database itself has them."""
    seen = inspect(connection)
    return {
        table.name: (
            [
                (column["name"], str(column["type"]), column["default"])
                for column in seen.get_columns(table.name)
            ],
            seen.get_pk_constraint(table.name)["constrained_columns"],
            sorted(str(index["name"]) + str(index["column_names"]) for index in seen.get_indexes(table.name)),
            sorted(str(each["column_names"]) for each in seen.get_unique_constraints(table.name)),
        )
        for table in tables_of(part)
    }


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_is_brought_up_with_all_it_holds(place: Place, part: Part, revision: str) -> None:
    parts = parts_of(place, part)
    with place.raw(part) as engine, engine.begin() as connection:
        upgrade(connection, parts, revision)
        fill(connection, parts)
        before = {name: rows for name, rows in kept_where_there(connection, parts).items() if rows}
    open_and_close(place, part)
    with place.raw(part) as engine, engine.connect() as connection:
        after = kept(connection, parts)
        assert {name: after[name] for name in before} == before
        assert revision_of(connection) == HEAD
        assert differences(connection, parts) == []


def kept_where_there(connection: Connection, parts: tuple[Part, ...]) -> dict[str, list[dict[str, Any]]]:
    there = set(inspect(connection).get_table_names())
    tables = [table for part in parts for table in tables_of(part) if table.name in there]
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables
    }


@pytest.mark.parametrize("part", list(Part))
def test_a_new_state_has_the_shape_of_one_that_went_through_every_revision(
    part: Part, request: pytest.FixtureRequest, tmp_path: Path, place: Place
) -> None:
    open_and_close(place, part)
    (tmp_path / "old").mkdir()
    old = place_of(place.name, tmp_path / "old")
    with old.raw(part) as engine, engine.begin() as connection:
        upgrade(connection, parts_of(old, part))
        migrated = shape(connection, part)
    with place.raw(part) as engine, engine.connect() as connection:
        assert differences(connection, parts_of(place, part)) == []
        assert shape(connection, part) == migrated


@pytest.mark.parametrize("part", list(Part))
def test_a_file_from_before_there_were_revisions_is_taken_over(tmp_path: Path, part: Part) -> None:
    place = Place(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILES[part])) as raw:
        raw.executescript(UNSTAMPED[part])
        raw.execute("PRAGMA user_version=1")
    with place.raw(part) as engine, engine.begin() as connection:
        fill(connection, (part,))
        before = kept_where_there(connection, (part,))
    open_and_close(place, part)
    with place.raw(part) as engine, engine.connect() as connection:
        after = kept(connection, (part,))
        assert {name: after[name] for name in before} == before
        assert differences(connection, (part,)) == []
        assert connection.execute(text("PRAGMA user_version")).scalar_one() == int(HEAD)


@pytest.mark.parametrize("part", list(Part))
def test_the_first_revision_is_what_the_first_version_made(tmp_path: Path, part: Part) -> None:
    (tmp_path / "by_revision").mkdir()
    with closing(sqlite3.connect(tmp_path / FILES[part])) as raw:
        raw.executescript(UNSTAMPED[part])
    first = [table.name for table in tables_of(part) if table.name not in LATER]
    with Place(tmp_path / "by_revision").raw(part) as engine, engine.begin() as connection:
        upgrade(connection, (part,), "0001")
        assert sorted(inspect(connection).get_table_names()) == sorted([*first, "alembic_version"])
        made = {name: looked_at(connection, name) for name in first}
    with Place(tmp_path).raw(part) as engine, engine.connect() as connection:
        assert {name: looked_at(connection, name) for name in first} == made


def looked_at(connection: Connection, name: str) -> tuple[Any, ...]:
    columns = connection.exec_driver_sql(f"PRAGMA table_xinfo({name})").all()
    options = connection.exec_driver_sql(f"PRAGMA table_list({name})").one()
    indexes = connection.exec_driver_sql(f"SELECT name, partial FROM pragma_index_list('{name}')").all()
    return [(row[1], row[2], row[4], row[5]) for row in columns], options[4], sorted(map(tuple, indexes))


def test_a_file_whose_first_start_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db")) as raw:
        raw.executescript(UNSTAMPED[Part.LOG].split(";")[0])
    open_and_close(Place(tmp_path), Part.LOG)
    with Place(tmp_path).raw() as engine, engine.connect() as connection:
        assert differences(connection, (Part.LOG,)) == []


def test_a_reader_needs_no_migration_of_what_the_first_version_left(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db")) as raw:
        raw.executescript(UNSTAMPED[Part.LOG])
        raw.execute("PRAGMA user_version=1")
    log = EventLog(tmp_path, read_only=True)
    assert (log.load_state().offset, log.told.verdicts(), log.last_seq) == (0, [], 0)
    log.close()


@pytest.mark.parametrize("part", list(Part))
def test_a_newer_state_is_refused_and_left_alone(place: Place, part: Part) -> None:
    open_and_close(place, part)
    with place.raw(part) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
        if not place.state_url:
            connection.execute(text("PRAGMA user_version=999"))
    with pytest.raises(ConfigurationError, match="newer version"):
        open_and_close(place, part)
    with place.raw(part) as engine, engine.connect() as connection:
        assert revision_of(connection) == "0999"


def test_tables_of_another_program_are_not_touched(tmp_path: Path) -> None:
    place = place_of("postgres", tmp_path)
    with place.raw() as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id int)"))
    with pytest.raises(ConfigurationError, match="another program"):
        place.log()
    with place.raw() as engine, engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["events"]


def test_an_empty_server_tells_a_reader_that_it_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable, match="holds no state yet"):
        place_of("postgres", tmp_path).log(read_only=True)


OPEN = "import sys; from pathlib import Path; from service.eventlog import EventLog; sys.stdin.readline();"
OPEN += "EventLog(Path('.'), state_url=sys.argv[1]).close(); print('opened')"


@pytest.mark.parametrize("revision", ["none", "0001"])
def test_of_processes_that_start_at_once_each_finds_the_schema_complete(
    tmp_path: Path, revision: str
) -> None:
    place = place_of("postgres", tmp_path)
    if revision != "none":
        with place.raw() as engine, engine.begin() as connection:
            upgrade(connection, tuple(Part), revision)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, place.state_url],
            env={"PYTHONPATH": ":".join(filter(None, sys.path))},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=50) for process in started] == [("opened\n", "")] * 3
    with place.raw() as engine, engine.connect() as connection:
        assert differences(connection, tuple(Part)) == []


def test_revisions_are_those_in_the_folder_in_their_order() -> None:
    scripts = ScriptDirectory(str(SCRIPTS))
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == REVISIONS
    assert REVISIONS[-1] == HEAD
    assert all("def downgrade" not in path.read_text() for path in SCRIPTS.glob("versions/*.py"))
