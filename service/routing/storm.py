"""The storm guard: beyond so many notices for one team, the rest wait and become one digest.

Each function runs inside a transaction of its caller. Times are seconds since the epoch.
"""

import sqlite3
from collections.abc import Collection

from .config import Storm
from .message import Message, digest_end, digest_of
from .model import Kind

_INSERT = (
    "INSERT OR IGNORE INTO outbox (route, key, thread, incident_id, team, kind, message, state, due, made_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def enqueue(
    db: sqlite3.Connection, route: str, message: Message, storm: Storm, now: float, *, is_pager: bool
) -> None:
    """Put a message on its way, or hold it for the digest. The same message is there once.

    An end is never held back from a pager: it stops one that rings.
    """
    is_free = is_pager and message.kind is Kind.RESOLVED
    since = now - storm.within_s
    if is_free or _recent(db, route, message.team, since) < storm.most:
        insert(db, route, message, "waiting", now, now)
    else:
        insert(db, route, message, "held", _held_until(db, route, message.team) or now + storm.within_s, now)
    if is_free:
        _end_digests(db, route, message, now)


def insert(db: sqlite3.Connection, route: str, message: Message, state: str, due: float, now: float) -> None:
    """One row, unless its key is there."""
    db.execute(
        _INSERT,
        (
            route, message.key, message.thread, message.conversation, message.team, message.kind,
            message.model_dump_json(), state, due, now,
        ),
    )  # fmt: skip


def fold(db: sqlite3.Connection, now: float, storm: Storm, pagers: Collection[str]) -> None:
    """Make a digest of each team's held messages whose time has come."""
    found = db.execute(
        "SELECT route, team FROM outbox WHERE state = 'held' GROUP BY route, team HAVING MIN(due) <= ?",
        (now,),
    ).fetchall()
    for row in found:
        _fold(db, row["route"], row["team"], now, storm, is_pager=row["route"] in pagers)


def _fold(db: sqlite3.Connection, route: str, team: str, now: float, storm: Storm, *, is_pager: bool) -> None:
    held = db.execute(
        "SELECT id, message FROM outbox WHERE state = 'held' AND route = ? AND team = ? ORDER BY id",
        (route, team),
    ).fetchall()
    messages = [Message.model_validate_json(row["message"]) for row in held]
    if len(held) == 1:
        db.execute("UPDATE outbox SET state = 'waiting', due = ? WHERE id = ?", (now, held[0]["id"]))
        return
    digest = digest_of(f"digest/{held[0]['id']}", messages, storm.within_s)
    insert(db, route, digest, "waiting", now, now)
    db.executemany(
        "UPDATE outbox SET state = 'digested', digest = ?, ended_at = ? WHERE id = ?",
        [(digest.key, now, row["id"]) for row in held],
    )
    if is_pager:
        _end(db, route, digest, messages[-1], now)


def _end_digests(db: sqlite3.Connection, route: str, ended: Message, now: float) -> None:
    rows = db.execute(
        "SELECT d.message FROM outbox d WHERE d.route = ?1 AND d.key IN"
        " (SELECT digest FROM outbox WHERE route = ?1 AND incident_id = ?2 AND state = 'digested')",
        (route, ended.conversation),
    ).fetchall()
    for row in rows:
        _end(db, route, Message.model_validate_json(row["message"]), ended, now)


def _end(db: sqlite3.Connection, route: str, digest: Message, last: Message, now: float) -> None:
    """End a digest on a pager once none of its incidents is followed any more."""
    live = db.execute(
        "SELECT 1 FROM outbox o JOIN told t ON t.route = o.route AND t.incident_id = o.incident_id"
        " WHERE o.digest = ? AND o.route = ? AND t.is_live LIMIT 1",
        (digest.key, route),
    ).fetchone()
    if live is None:
        insert(db, route, digest_end(digest, last), "waiting", now, now)


def _recent(db: sqlite3.Connection, route: str, team: str, since: float) -> int:
    found = db.execute(
        "SELECT COUNT(*) FROM outbox WHERE route = ? AND team = ? AND made_at > ? AND kind != 'digest'",
        (route, team, since),
    ).fetchone()
    return int(found[0])


def _held_until(db: sqlite3.Connection, route: str, team: str) -> float | None:
    found = db.execute(
        "SELECT MIN(due) FROM outbox WHERE route = ? AND team = ? AND state = 'held'", (route, team)
    ).fetchone()
    return None if found[0] is None else float(found[0])
