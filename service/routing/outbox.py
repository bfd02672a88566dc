"""The durable outbox: what was decided survives the process, and leaves in order.

States of a row: ``waiting`` → ``sent`` or ``dead``; ``held`` → ``digested`` (or ``waiting``,
where it is alone). Times are seconds since the epoch.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from signal_factory.errors import NotFound
from signal_factory.times import format_time

from .config import Storm
from .memory import Memory, keep
from .message import Message
from .store import RoutesStore
from .storm import enqueue, fold

_DUE = (
    "SELECT o.*, t.reference FROM outbox o"
    " LEFT JOIN threads t ON t.route = o.route AND t.thread = o.incident_id"
    " WHERE o.route = ? AND o.state = 'waiting' AND o.due <= ? AND NOT EXISTS"
    " (SELECT 1 FROM outbox e WHERE e.route = o.route AND e.incident_id = o.incident_id"
    "  AND e.id < o.id AND e.state IN ('waiting', 'held')) ORDER BY o.id LIMIT 1"
)

_DEAD = "SELECT id FROM outbox WHERE state = 'dead' AND (?1 IS NULL OR id = ?1) ORDER BY id"
_AGAIN = "UPDATE outbox SET state = 'waiting', attempts = 0, due = ?, ended_at = NULL"
_ITS_END = (
    "WHERE kind = 'resolved' AND state = 'sent' AND EXISTS (SELECT 1 FROM outbox e WHERE e.id = ?"
    " AND e.route = outbox.route AND e.incident_id = outbox.incident_id AND e.id < outbox.id)"
    " AND NOT EXISTS (SELECT 1 FROM outbox l WHERE l.route = outbox.route"
    "  AND l.incident_id = outbox.incident_id AND l.id > outbox.id)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """What one receiver is to be told, and what it will know then."""

    route: str
    memory: Memory
    messages: tuple[Message, ...]
    is_pager: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way. ``reference`` is what the channel calls its conversation, if it began."""

    id: int
    route: str
    message: Message
    attempts: int
    reference: str | None


class Outbox:
    """The queue of each route. Safe to share between threads."""

    def __init__(self, store: RoutesStore, storm: Storm) -> None:
        self._store, self._storm = store, storm

    def record(self, changes: Sequence[Change], now: float) -> None:
        """Memory and messages in one transaction: neither is ever without the other."""
        with self._store.transaction() as db:
            for change in changes:
                keep(db, change.route, change.memory)
            for change in changes:
                for message in change.messages:
                    enqueue(db, change.route, message, self._storm, now, is_pager=change.is_pager)

    def fold(self, now: float, pagers: Collection[str]) -> None:
        """Make digests of what was held for long enough."""
        if self._store.rows("SELECT 1 FROM outbox WHERE state = 'held' AND due <= ? LIMIT 1", (now,)):
            with self._store.transaction() as db:
                fold(db, now, self._storm, pagers)

    def due(self, route: str, now: float) -> Delivery | None:
        """The first message of a route whose time has come and whose incident has none before it."""
        rows = self._store.rows(_DUE, (route, now))
        return _delivery(rows[0]) if rows else None

    def next_due(self, route: str) -> float | None:
        """When the route may have something to do; None when nothing waits."""
        sql = "SELECT MIN(due) FROM outbox WHERE route = ? AND state = 'waiting'"
        found = self._store.rows(sql, (route,))[0][0]
        return None if found is None else float(found)

    def sent(self, delivery: Delivery, now: float, reference: str) -> None:
        """It arrived."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE outbox SET state = 'sent', attempts = attempts + 1, ended_at = ?, error = ''"
                " WHERE id = ?",
                (now, delivery.id),
            )
            if reference:
                db.execute(
                    "INSERT OR IGNORE INTO threads VALUES (?, ?, ?, ?)",
                    (delivery.route, delivery.message.conversation, reference, now),
                )

    def failed(self, delivery: Delivery, due: float, error: str) -> None:
        """Try again at ``due``."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE outbox SET attempts = attempts + 1, due = ?, error = ? WHERE id = ?",
                (due, error, delivery.id),
            )

    def bury(self, delivery: Delivery, now: float, error: str) -> None:
        """Give it up; it stays to be seen and sent again by hand."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE outbox SET state = 'dead', attempts = attempts + 1, ended_at = ?, error = ?"
                " WHERE id = ?",
                (now, error, delivery.id),
            )

    def bury_strangers(self, routes: Collection[str], now: float) -> None:
        """Give up what was meant for routes that are configured no more."""
        left = "SELECT DISTINCT route FROM outbox WHERE state IN ('waiting', 'held')"
        gone = [(now, row[0]) for row in self._store.rows(left) if row[0] not in routes]
        with self._store.transaction() as db:
            db.executemany(
                "UPDATE outbox SET state = 'dead', ended_at = ?, error = 'no such route is configured'"
                " WHERE state IN ('waiting', 'held') AND route = ?",
                gone,
            )

    def dead(self, limit: int = 500) -> list[dict[str, Any]]:
        """The dead letter, newest first: what was meant for whom, and why it did not arrive."""
        rows = self._store.rows(
            "SELECT * FROM outbox WHERE state = 'dead' ORDER BY id DESC LIMIT ?", (limit,)
        )
        return [_described(row) for row in rows]

    def replay(self, number: int | None, now: float) -> int:
        """Put one dead message, or all of them, back on its way; how many.

        Where the conversation has ended and its end has gone out, the end goes out again
        after it: a pager that rings late must be silenced.

        Raises:
            NotFound: no dead message has this number.
        """
        with self._store.transaction() as db:
            rows = db.execute(_DEAD, (number,)).fetchall()
            db.executemany(f"{_AGAIN} WHERE id = ?", [(now, row["id"]) for row in rows])
            db.executemany(f"{_AGAIN} {_ITS_END}", [(now, row["id"]) for row in rows])
        if number is not None and not rows:
            raise NotFound(f"no dead message {number}", hint="See `sf routes dead`.")
        return len(rows)

    def counts(self) -> dict[tuple[str, str], int]:
        """How many rows by (route, state)."""
        rows = self._store.rows("SELECT route, state, COUNT(*) FROM outbox GROUP BY route, state")
        return {(row[0], row[1]): int(row[2]) for row in rows}

    def purge(self, before: float) -> str:
        """Forget what ended before then, and return that moment as RFC 3339."""
        moment = format_time(datetime.fromtimestamp(before, UTC))
        with self._store.transaction() as db:
            db.execute("DELETE FROM outbox WHERE ended_at < ?", (before,))
            db.execute("DELETE FROM threads WHERE made_at < ?", (before,))
            db.execute("DELETE FROM told WHERE NOT is_live AND changed_at < ?", (moment,))
        return moment


def _delivery(row: sqlite3.Row) -> Delivery:
    message = Message.model_validate_json(row["message"])
    return Delivery(row["id"], row["route"], message, row["attempts"], row["reference"])


def _described(row: sqlite3.Row) -> dict[str, Any]:
    message = Message.model_validate_json(row["message"])
    return {
        "id": row["id"], "route": row["route"], "kind": row["kind"], "incident_id": message.incident_id,
        "team": row["team"], "headline": message.headline, "attempts": row["attempts"],
        "error": row["error"], "died_at": format_time(datetime.fromtimestamp(row["ended_at"], UTC)),
    }  # fmt: skip
