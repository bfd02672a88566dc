"""Tables of ``events.db`` and how a connection to them is opened."""

import sqlite3
from pathlib import Path

from signal_factory.errors import BackendUnavailable, ConfigurationError

LOG_FILE = "events.db"
VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, identity BLOB NOT NULL UNIQUE, time TEXT NOT NULL,
    kind TEXT NOT NULL, body TEXT NOT NULL, received_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rejected (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, source TEXT NOT NULL,
    code TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL, body_bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS rejected_counts (code TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registrations (urn TEXT PRIMARY KEY, time TEXT NOT NULL, seq INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, incident_id TEXT NOT NULL,
    verdict TEXT NOT NULL, actual_cause TEXT, comment TEXT);
CREATE TABLE IF NOT EXISTS budget_resets (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, signal_type TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS engine_state (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""


def connect_writer(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on disk before they return (WAL, ``synchronous=FULL``).

    Raises:
        BackendUnavailable: the file cannot be opened or is not a database.
        ConfigurationError: a newer version wrote the file.
    """
    try:
        path.touch(mode=0o600)
        connection = _open(str(path), uri=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA fullfsync=1")
        _migrate(connection, path)
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection to a log that exists.

    Raises:
        BackendUnavailable: there is no such log, or it cannot be read.
    """
    try:
        connection = _open(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        connection.execute("SELECT 1 FROM events LIMIT 1")
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return connection


def unavailable(path: Path, error: Exception) -> BackendUnavailable:
    """What the caller is told when the log's file fails."""
    return BackendUnavailable(
        f"the event log {path} cannot be used: {error}",
        hint="Check that the directory exists, is yours and has free space; `sf doctor` shows it.",
    )


def _open(name: str, *, uri: bool) -> sqlite3.Connection:
    return sqlite3.connect(name, uri=uri, timeout=10.0, isolation_level=None, check_same_thread=False)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        connection.close()
        raise ConfigurationError(
            f"{path} was written by a newer version (schema {version}, this one knows {VERSION})",
            hint="Run the newer program, or point --data-dir at another directory.",
        )
    connection.executescript(_TABLES)
    connection.execute(f"PRAGMA user_version={VERSION}")
