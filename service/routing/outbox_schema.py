"""Tables of ``routes.db``: what receivers were told, and what is on its way to them.

A file of its own: its writes never wait for, nor hold up, the log that events go into.
"""

import sqlite3
from pathlib import Path
from typing import Final

from signal_factory.errors import BackendUnavailable, ConfigurationError

ROUTES_FILE: Final = "routes.db"
VERSION: Final = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS told (
    route TEXT NOT NULL, incident_id TEXT NOT NULL, subject TEXT NOT NULL, is_live INTEGER NOT NULL,
    changed_at TEXT NOT NULL, told TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (route, incident_id)
    ) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_live ON told (is_live, route, incident_id);
CREATE INDEX IF NOT EXISTS told_subject ON told (route, subject, changed_at);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, route TEXT NOT NULL, key TEXT NOT NULL, thread TEXT NOT NULL,
    incident_id TEXT NOT NULL, team TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL, made_at REAL NOT NULL,
    ended_at REAL, error TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '', UNIQUE (route, key));
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (route, state, due);
CREATE INDEX IF NOT EXISTS outbox_order ON outbox (route, incident_id, state, id);
CREATE INDEX IF NOT EXISTS outbox_team ON outbox (route, team, made_at);
CREATE INDEX IF NOT EXISTS outbox_digest ON outbox (digest) WHERE digest != '';
CREATE TABLE IF NOT EXISTS threads (
    route TEXT NOT NULL, thread TEXT NOT NULL, reference TEXT NOT NULL, made_at REAL NOT NULL,
    PRIMARY KEY (route, thread)) WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on disk before they return; other processes may write too.

    Raises:
        BackendUnavailable: the file cannot be opened or is not a database.
        ConfigurationError: a newer version wrote the file.
    """
    try:
        path.touch(mode=0o600)
        made = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
        made.row_factory = sqlite3.Row
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=FULL")
        made.execute("PRAGMA fullfsync=1")
        _migrate(made, path)
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return made


def unavailable(path: Path, error: Exception) -> BackendUnavailable:
    """What the caller is told when the file fails."""
    return BackendUnavailable(
        f"the outbox {path} cannot be used: {error}",
        hint="Check that the directory exists, is yours and has free space.",
    )


def _migrate(made: sqlite3.Connection, path: Path) -> None:
    version = int(made.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        made.close()
        raise ConfigurationError(
            f"{path} was written by a newer version (schema {version}, this one knows {VERSION})",
            hint="Run the newer program, or point --data-dir at another directory.",
        )
    if version < VERSION:
        made.executescript(_TABLES)
        made.execute(f"PRAGMA user_version={VERSION}")
