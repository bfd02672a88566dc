"""Tables of the embedded graph, and the numbers that stand for label and kind names."""

import sqlite3
from dataclasses import dataclass

from ..errors import GraphVersionError
from ..schema import EDGE_KINDS, LABELS

SCHEMA_VERSION = 3
_MARKED_SINCE, _WHOLE = 3, 2**63 - 1

# Adjacency is (node, kind, time, neighbour), so that "the latest 200 edges of this
# kind" is one short index scan however many the node has. No ANALYZE: on a small
# graph it talks the planner into a scan a hundred times slower.
_TABLES = """
CREATE TABLE graph_version (version INTEGER NOT NULL);
CREATE TABLE symbol (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INTEGER NOT NULL DEFAULT 0);
CREATE TABLE node (
  id INTEGER PRIMARY KEY, label INTEGER NOT NULL, key TEXT NOT NULL,
  at TEXT NOT NULL, props TEXT NOT NULL, times TEXT
);
CREATE UNIQUE INDEX node_key ON node (label, key);
CREATE TABLE edge (
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, src INTEGER NOT NULL, dst INTEGER NOT NULL,
  at TEXT NOT NULL, props TEXT NOT NULL, times TEXT
);
CREATE UNIQUE INDEX edge_identity ON edge (src, kind, dst);
CREATE INDEX edge_out ON edge (src, kind, at, dst);
CREATE INDEX edge_in ON edge (dst, kind, at, src);
CREATE INDEX edge_undated ON edge (kind) WHERE at = '';
"""
# What has become too old is found by these, at the cost of what is found.
_AGEING = """
CREATE INDEX IF NOT EXISTS node_aged ON node (label, at, key) WHERE at <> '';
CREATE INDEX IF NOT EXISTS edge_aged ON edge (kind, at) WHERE at <> '';
"""
# A graph from before there were marks is taken to be whole.
_MARK = """
CREATE TABLE IF NOT EXISTS mark (reached INTEGER NOT NULL);
INSERT INTO mark SELECT 9223372036854775807 FROM node LIMIT 1;
"""
_UPGRADES = {1: _AGEING, 2: _MARK}
"""What makes the next version of a graph of this one."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """The number of each label and kind name in one graph file, both ways, and names' order by number."""

    number: dict[str, int]
    name: dict[int, str]
    rank: dict[int, int]


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables of an empty graph, bring an older one up, number new names (in a transaction).

    Raises:
        GraphVersionError: a newer program wrote this graph.
    """
    _create_if_empty(connection)
    check_version(connection)
    _upgrade(connection)
    names = [(name,) for name in (*LABELS, *EDGE_KINDS)]
    connection.executemany("INSERT OR IGNORE INTO symbol (name) VALUES (?)", names)


def _create_if_empty(connection: sqlite3.Connection) -> None:
    if has_tables(connection):
        return
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute("INSERT INTO graph_version VALUES (1)")


def _upgrade(connection: sqlite3.Connection) -> None:
    for version in range(_version(connection), SCHEMA_VERSION):
        for statement in _UPGRADES[version].split(";"):
            connection.execute(statement)
        connection.execute("UPDATE graph_version SET version = ?", (version + 1,))


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether this database already is a graph."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'graph_version'").fetchone()
    return found is not None


def check_version(connection: sqlite3.Connection) -> None:
    """Refuse a graph that this program does not understand.

    Raises:
        GraphVersionError: a newer program wrote it.
    """
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise GraphVersionError(f"the graph has version {version}, this program knows {SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("SELECT version FROM graph_version").fetchone()
    return int(version)


def read_symbols(connection: sqlite3.Connection) -> Symbols:
    """The numbering of names in this graph."""
    rows: list[tuple[int, str]] = connection.execute("SELECT id, name FROM symbol").fetchall()
    number = {name: identifier for identifier, name in rows}
    return Symbols(number, dict(rows), {number[name]: rank for rank, name in enumerate(sorted(number))})


def read_mark(connection: sqlite3.Connection) -> int:
    """How far the graph has come; -1 where nobody said so."""
    if _version(connection) < _MARKED_SINCE:
        return _WHOLE
    found = connection.execute("SELECT max(reached) FROM mark").fetchone()[0]
    return -1 if found is None else int(found)


def write_mark(connection: sqlite3.Connection, reached: int) -> None:
    """Say how far the graph has come."""
    connection.execute("DELETE FROM mark")
    connection.execute("INSERT INTO mark VALUES (?)", (reached,))
