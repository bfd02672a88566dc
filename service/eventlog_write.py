"""Writes to the log. Each function runs inside a transaction of its caller."""

import sqlite3

from .entries import EXCERPT_BYTES, Rejected, Row

_INSERT = (
    "INSERT INTO events (identity, time, kind, body, received_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (identity) DO NOTHING"
)
_REJECT = (
    "INSERT INTO rejected (received_at, source, code, reason, body, body_bytes) VALUES (?, ?, ?, ?, ?, ?)"
)
_COUNT = "INSERT INTO rejected_counts VALUES (?, 1) ON CONFLICT (code) DO UPDATE SET count = count + 1"

_REGISTER = (
    "INSERT INTO registrations VALUES (?, ?, ?) ON CONFLICT (urn) DO UPDATE"
    " SET time = excluded.time, seq = excluded.seq WHERE excluded.time >= time"
)


def place(db: sqlite3.Connection, row: Row, received_at: str) -> tuple[int, bool]:
    """Store a row unless it is known: where it stands, and whether it is new."""
    done = db.execute(_INSERT, (row.identity, row.time, row.kind, row.body, received_at))
    if done.rowcount:
        seq = int(done.lastrowid or 0)
        if row.registers is not None:
            db.execute(_REGISTER, (row.registers, row.time, seq))
        return seq, True
    found = db.execute("SELECT seq FROM events WHERE identity = ?", (row.identity,)).fetchone()
    return int(found[0]), False


def quarantine(db: sqlite3.Connection, reject: Rejected, received_at: str, limit: int) -> None:
    """Keep what was refused among the last ``limit``, and count it for good."""
    told = (received_at, reject.source, reject.code, reject.reason[:1000])
    done = db.execute(_REJECT, (*told, reject.body[:EXCERPT_BYTES], len(reject.body)))
    db.execute(_COUNT, (reject.code,))
    db.execute("DELETE FROM rejected WHERE id <= ?", ((done.lastrowid or 0) - limit,))
