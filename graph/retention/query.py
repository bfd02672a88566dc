"""Questions to the cold tier: SQL by DuckDB over the Parquet files of the days that matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from signal_factory.errors import BackendUnavailable, CallerError, ConfigurationError

from .archive import PARTS, Archive, path_of
from .rows import COLUMNS
from .tiers import beside

MOST_ROWS = 10_000
VIEWS: Mapping[str, str] = {
    "elements": f"day, {', '.join(COLUMNS)}",
    "runs": "day, run_id, label, job, status, started_at, ended_at, duration_s, rows_written, signature"
    ", seen_at",
    "tables": "day, run_id, did, urn, rows, seen_at",
    "days": "job, day, runs, completed, failed, first_seen, last_seen",
    "nodes": "day, label, key, seen_at, props",
    "edges": "day, kind, src_label, src_key, dst_label, dst_key, seen_at, props",
}
"""What can be asked, and its columns. ``props`` is JSON text."""
_VIEWS = """
CREATE VIEW nodes AS SELECT day, label, key, seen_at, props FROM elements WHERE element = 'node';
CREATE VIEW edges AS SELECT day, label AS kind, src_label, src_key, dst_label, dst_key, seen_at, props
FROM elements WHERE element = 'edge';
CREATE VIEW runs AS SELECT day, key AS run_id, label, job, status,
  coalesce(props ->> '$.started_at', props ->> '$.first_seen') AS started_at,
  props ->> '$.ended_at' AS ended_at, CAST(props ->> '$.duration_s' AS DOUBLE) AS duration_s,
  CAST(props ->> '$.rows_written' AS BIGINT) AS rows_written,
  props ->> '$.failure_signature' AS signature, seen_at
FROM elements WHERE element = 'node' AND label IN ('JobRun', 'DAGRun');
CREATE VIEW tables AS SELECT day, src_key AS run_id, label AS did, dst_key AS urn,
  CAST(props ->> '$.rows' AS BIGINT) AS rows, seen_at
FROM elements WHERE element = 'edge' AND src_label = 'JobRun' AND label IN ('READ_FROM', 'WROTE_TO');
CREATE VIEW days AS SELECT job, day, count(*) AS runs,
  count(*) FILTER (status IN ('COMPLETE', 'SUCCESS')) AS completed,
  count(*) FILTER (status IN ('FAIL', 'FAILED')) AS failed,
  min(started_at) AS first_seen, max(seen_at) AS last_seen
FROM runs GROUP BY job, day;
"""
_SETTINGS = {
    "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
    "memory_limit": "512MB", "threads": "2",
}  # fmt: skip
_CLOSED = "SET enable_external_access = false; SET lock_configuration = true"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Runs to look for; "" asks for any. Times are fixed-width UTC text; both ends belong to it."""

    table: str = ""
    job: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: at most as many rows as were asked for. ``total`` is None where nobody counted."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int | None
    is_partial: bool
    days: tuple[str, ...]


_RUNS = """
FROM runs WHERE ($table = '' OR run_id IN (SELECT run_id FROM tables WHERE urn = $table))
  AND ($job = '' OR job = $job) AND ($since = '' OR seen_at >= $since)
  AND ($until = '' OR coalesce(started_at, seen_at) <= $until)
"""


def find_runs(archive: Archive, wanted: Wanted, limit: int = 50) -> Found:
    """Archived runs, newest first.

    Raises:
        ConfigurationError: DuckDB is not installed.
        BackendUnavailable: the archive cannot be read.
    """
    days = _days(archive, wanted.since, wanted.until)
    database = _database(archive, days)
    given = {name: getattr(wanted, name) for name in ("table", "job", "since", "until")}
    with database:
        (total,) = _executed(database, f"SELECT count(*) {_RUNS}", given).fetchone()
        order = f"SELECT * {_RUNS} ORDER BY seen_at DESC, run_id LIMIT {int(limit)}"
        return _found(_executed(database, order, given), limit, days, total)


def ask(archive: Archive, sql: str, wanted: Wanted, limit: int = 50) -> Found:
    """What one SELECT over ``VIEWS`` says of the days between ``since`` and ``until``.

    Raises:
        CallerError: it is not one SELECT, or not SQL that these views can answer.
        ConfigurationError: DuckDB is not installed.
        BackendUnavailable: the archive cannot be read.
    """
    _check(sql)
    days = _days(archive, wanted.since, wanted.until)
    database = _database(archive, days)
    with database:
        return _found(_executed(database, sql), limit, days, None)


def _days(archive: Archive, since: str, until: str) -> tuple[str, ...]:
    """Days that can hold what was between two moments: a run belongs to the day it began, or one beside."""
    known = sorted({day for part in PARTS for day in archive.days(part)})
    first = beside(since[:10], -2) if since else ""
    last = beside(until[:10], 1) if until else "~"
    return tuple(day for day in known if first <= day <= last)


def _check(sql: str) -> None:
    duckdb = _duckdb()
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise _refused(error) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise CallerError("the archive answers one SELECT at a time", hint=_views())


def _database(archive: Archive, days: Sequence[str]) -> Any:
    """DuckDB over the files of some days, with no way to reach anything else."""
    duckdb = _duckdb()
    database = duckdb.connect(":memory:", config=_SETTINGS)
    database.register("elements", _dataset(archive, days))
    database.execute(_CLOSED)
    database.execute(_VIEWS)
    return database


def _dataset(archive: Archive, days: Sequence[str]) -> Any:
    """The days' files as one Arrow data set that DuckDB reads as far as it needs to."""
    arrow, dataset = import_module("pyarrow"), import_module("pyarrow.dataset")
    schema = arrow.schema([("day", arrow.string()), *((name, arrow.string()) for name in COLUMNS)])
    held = {part: set(archive.days(part)) for part in PARTS}
    paths = [path_of(part, day) for part in PARTS for day in days if day in held[part]]
    if not paths:
        return schema.empty_table()
    hive = dataset.partitioning(arrow.schema([("day", arrow.string())]), flavor="hive")
    files, names = archive.place.opened(paths)
    try:
        return dataset.dataset(names, schema=schema, filesystem=files, format="parquet", partitioning=hive)
    except (OSError, arrow.ArrowException) as error:
        raise BackendUnavailable(f"the archive cannot be read: {type(error).__name__}") from None


def _executed(database: Any, sql: str, given: Mapping[str, str] | None = None) -> Any:
    duckdb = _duckdb()
    try:
        return database.execute(sql, given) if given else database.execute(sql)
    except duckdb.IOException as error:
        raise BackendUnavailable(f"the archive cannot be read: {_line(error)}") from None
    except duckdb.Error as error:
        # A data set that Arrow cannot read is no fault of whoever asked.
        if "registered as 'elements'" in str(error):
            raise BackendUnavailable(f"the archive cannot be read: {_line(error)}") from None
        raise _refused(error) from None


def _found(cursor: Any, limit: int, days: Sequence[str], total: int | None) -> Found:
    rows = cursor.fetchmany(limit + 1)
    columns = tuple(each[0] for each in cursor.description)
    is_partial = len(rows) > limit if total is None else total > len(rows)
    return Found(columns, tuple(rows[:limit]), total, is_partial, tuple(days))


def _refused(error: Exception) -> CallerError:
    return CallerError(f"the archive cannot answer that: {_line(error)}", hint=_views())


def _line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]


def _views() -> str:
    return "Views: " + "; ".join(f"{name}({columns})" for name, columns in VIEWS.items())


def _duckdb() -> Any:
    try:
        return import_module("duckdb")
    except ModuleNotFoundError:
        raise ConfigurationError(
            "asking the archive needs DuckDB", hint="pip install 'signal-factory-engine[scale]'"
        ) from None
