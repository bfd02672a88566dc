"""The durable log: every accepted event, once, on disk before it is acknowledged.

SQLite in WAL mode with ``synchronous=FULL``. The raw events are the truth; engine
state beside them is a cache with the offset it was taken at.
"""

import json
import sqlite3
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from signal_factory.errors import NotFound
from signal_factory.times import format_time
from signal_factory.urns import check_urn
from signal_factory.wire import Envelope

from .entries import Appended, LogEntry, Rejected, Reset, Row, Verdict, prepare, restore
from .eventlog_schema import LOG_FILE, connect_reader, connect_writer, unavailable
from .eventlog_write import place, quarantine
from .groupcommit import GroupCommit

_REGISTRATIONS = "SELECT r.urn, r.time, e.body FROM registrations r JOIN events e ON e.seq = r.seq"


@dataclass(frozen=True, slots=True)
class _Work:
    rows: Sequence[Row]
    rejected: Sequence[Rejected]
    received_at: str


@dataclass(frozen=True, slots=True)
class SavedState:
    """What the engine was when it was last saved."""

    rows: Mapping[str, str]
    offset: int
    lead_s: float | None


class EventLog:
    """Append, read and the engine's saved state. Safe to share between threads."""

    def __init__(self, data_dir: Path, *, read_only: bool = False, max_rejected: int = 100_000) -> None:
        """Open the log of a data directory.

        Raises:
            BackendUnavailable: the file is missing (read-only), unreadable or not a database.
        """
        self.path = data_dir / LOG_FILE
        self._max_rejected = max_rejected
        self._writer = None if read_only else connect_writer(self.path)
        self._write_lock = threading.Lock()
        self._reader = connect_reader(self.path)
        self._read_lock = threading.Lock()
        self._group = GroupCommit[_Work, Appended](self._commit)
        self._last = self._scalar("SELECT COALESCE(MAX(seq), 0) FROM events")

    def append(
        self, envelopes: Iterable[Envelope], received_at: datetime, rejected: Iterable[Rejected] = ()
    ) -> Appended:
        """Store events and rejects; when this returns they survive the loss of the process and of power.

        Raises:
            BackendUnavailable: nothing of this call was stored.
        """
        return self.append_rows([prepare(envelope) for envelope in envelopes], received_at, rejected)

    def append_rows(
        self, rows: Sequence[Row], received_at: datetime, rejected: Iterable[Rejected] = ()
    ) -> Appended:
        """``append`` for events that are prepared already."""
        return self._group.run(_Work(rows, list(rejected), received_at.isoformat()))

    def read_from(self, offset: int, limit: int = 500) -> list[LogEntry]:
        """Entries after ``offset``, in order."""
        rows = self._rows(
            "SELECT seq, time, kind, body, received_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
            (offset, limit),
        )
        return [restore(*row) for row in rows]

    @property
    def last_seq(self) -> int:
        """The sequence number of the newest event; 0 for an empty log."""
        return self._last

    def save_state(self, rows: Mapping[str, str], offset: int, lead_s: float | None = None) -> None:
        """Store changed engine state ("" deletes a row) with the offset it holds for, in one transaction.

        ``lead_s`` is what the engine's clock learnt from the events up to there.
        """
        changed = [(key, text) for key, text in rows.items() if text]
        deleted = [(key,) for key, text in rows.items() if not text]
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO engine_state VALUES (?, ?)", changed)
            db.executemany("DELETE FROM engine_state WHERE key = ?", deleted)
            db.execute("INSERT OR REPLACE INTO progress VALUES ('applied', ?)", (offset,))
            if lead_s is not None:
                db.execute("INSERT OR REPLACE INTO progress VALUES ('lead_ms', ?)", (int(lead_s * 1000),))

    def load_state(self) -> SavedState:
        """Engine state rows, the offset that they hold for and the clock's lead there."""
        with self._read_lock:
            self._reader.execute("BEGIN")
            rows = dict(self._reader.execute("SELECT key, json FROM engine_state"))
            progress = dict(self._reader.execute("SELECT name, value FROM progress"))
            self._reader.execute("COMMIT")
        lead = progress.get("lead_ms")
        return SavedState(rows, int(progress.get("applied", 0)), None if lead is None else lead / 1000)

    def forget_state(self) -> None:
        """Drop saved engine state, so that the next start builds it anew from the events."""
        with self._transaction() as db:
            db.execute("DELETE FROM engine_state")
            db.execute("DELETE FROM progress")

    def add_verdict(self, verdict: Verdict) -> None:
        """Keep what a person said, so that it outlives a rebuild."""
        said = (verdict.by, verdict.incident_id, verdict.verdict, verdict.actual_cause, verdict.comment)
        with self._transaction() as db:
            db.execute(
                "INSERT INTO feedback (at, by, incident_id, verdict, actual_cause, comment)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (verdict.at.isoformat(), *said),
            )

    def verdicts(self) -> list[Verdict]:
        """All of them, oldest first."""
        rows = self._rows(
            "SELECT at, by, incident_id, verdict, actual_cause, comment FROM feedback ORDER BY id"
        )
        return [Verdict(datetime.fromisoformat(at), *said) for at, *said in rows]

    def add_reset(self, reset: Reset) -> None:
        """Keep that an engine's budget was reset, so that it outlives a rebuild."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO budget_resets (at, by, signal_type) VALUES (?, ?, ?)",
                (reset.at.isoformat(), reset.by, reset.signal_type),
            )

    def resets(self) -> list[Reset]:
        """All of them, oldest first."""
        rows = self._rows("SELECT at, by, signal_type FROM budget_resets ORDER BY id")
        return [Reset(datetime.fromisoformat(at), *told) for at, *told in rows]

    def rejected(self, *, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Rejects, newest first, older than the id ``before``; bodies stay in the database."""
        rows = self._rows(
            "SELECT id, received_at, source, code, reason, body_bytes FROM rejected"
            " WHERE id < ? ORDER BY id DESC LIMIT ?",
            (2**62 if before is None else before, limit),
        )
        names = ("id", "received_at", "source", "code", "reason", "body_bytes")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def rejected_counts(self) -> dict[str, int]:
        """How many were ever rejected, by code, those no longer kept included."""
        return dict(self._rows("SELECT code, count FROM rejected_counts"))

    def registration(self, urn: str) -> dict[str, Any]:
        """The last registration of a data set as it was sent, with ``registered_at``.

        Raises:
            NotFound: it was never registered.
        """
        rows = self._rows(f"{_REGISTRATIONS} WHERE r.urn = ?", (urn,))
        if not rows:
            raise NotFound(f"{urn} is not registered", hint="PUT its registration to this address.")
        return _registration(*rows[0])

    def registrations(self, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
        """Registrations by URN, after ``cursor``, as a bounded list."""
        if cursor is not None:
            check_urn(cursor)
        total = self._scalar("SELECT COUNT(*) FROM registrations")
        rows = self._rows(
            f"{_REGISTRATIONS} WHERE r.urn > ? ORDER BY r.urn LIMIT ?", (cursor or "", limit + 1)
        )
        items = [_registration(*row) for row in rows[:limit]]
        following = items[-1]["urn"] if len(rows) > limit else None
        return {
            "items": items,
            "total": total,
            "returned": len(items),
            "is_partial": len(items) < total,
            "next_cursor": following,
        }

    def event_counts(self) -> dict[str, int]:
        """Accepted events by kind."""
        return dict(self._rows("SELECT kind, COUNT(*) FROM events GROUP BY kind"))

    def close(self) -> None:
        """Close both connections; what was acknowledged is on disk already."""
        with self._read_lock, self._write_lock:
            self._reader.close()
            if self._writer is not None:
                self._writer.close()

    def _commit(self, group: Sequence[_Work]) -> list[Appended]:
        with self._transaction() as db:
            outcomes = [self._store(db, work) for work in group]
        self._last = max([self._last, *(outcome.last for outcome in outcomes)])
        return outcomes

    def _store(self, db: sqlite3.Connection, work: _Work) -> Appended:
        placed = [place(db, row, work.received_at) for row in work.rows]
        for reject in work.rejected:
            quarantine(db, reject, work.received_at, self._max_rejected)
        return Appended(tuple(seq for seq, _ in placed), tuple(is_new for _, is_new in placed))

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._write_lock:
            db = self._writer
            if db is None:
                raise unavailable(self.path, RuntimeError("it is open for reading only"))
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except sqlite3.Error as error:
                raise unavailable(self.path, error) from None
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._read_lock:
            try:
                return self._reader.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise unavailable(self.path, error) from None

    def _scalar(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return int(self._rows(sql, parameters)[0][0])


def _registration(urn: str, time: str, body: str) -> dict[str, Any]:
    moment = format_time(datetime.fromisoformat(time))
    return {**json.loads(body), "urn": urn, "registered_at": moment}
