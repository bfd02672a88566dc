"""Writes to the log. Each function runs inside a transaction of its caller."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, Executable, bindparam, delete, func, insert, select

from .entries import EXCERPT_BYTES, Rejected, Row
from .state.driver import find_events, insert_events
from .state.tables import events, registrations, rejected, rejected_counts
from .state.upsert import inserting

_AT_ONCE: Final = 512
"""Identities looked up in one question; databases limit the parameters of one."""

_LAST = select(func.coalesce(func.max(events.c.seq), 0))
_QUARANTINE = insert(rejected).returning(rejected.c.id)
_FORGET = delete(rejected).where(rejected.c.id <= bindparam("oldest"))

Stored = tuple[int, bool]
"""Where an event stands, and whether it is new there."""


def place(db: Connection, rows: Sequence[tuple[Row, str]]) -> list[Stored]:
    """Store rows with the time of their receipt, but those that are known.

    Numbers have no gaps and follow the order of commits, so that whoever reads on from a
    number misses nothing: the caller's transaction has the log's turn.
    """
    known = dict(_known(db, rows))
    last = int(db.execute(_LAST).scalar_one())
    stored: list[Stored] = []
    fresh: list[tuple[int, Row, str]] = []
    for row, received_at in rows:
        seq = known.get(row.identity)
        if seq is None:
            seq = known[row.identity] = last = last + 1
            fresh.append((seq, row, received_at))
            stored.append((seq, True))
        else:
            stored.append((seq, False))
    _insert(db, fresh)
    return stored


def quarantine(db: Connection, reject: Rejected, received_at: str, limit: int) -> None:
    """Keep what was refused among the last ``limit``, and count it for good."""
    row = {
        "received_at": received_at, "source": reject.source, "code": reject.code,
        "reason": reject.reason[:1000], "body": reject.body[:EXCERPT_BYTES], "body_bytes": len(reject.body),
    }  # fmt: skip
    number = int(db.execute(_QUARANTINE, row).scalar_one())
    db.execute(_count(db), {"code": reject.code, "count": 1})
    db.execute(_FORGET, {"oldest": number - limit})


def _known(db: Connection, rows: Sequence[tuple[Row, str]]) -> Iterator[tuple[bytes, int]]:
    for start in range(0, len(rows), _AT_ONCE):
        wanted = [row.identity for row, _ in rows[start : start + _AT_ONCE]]
        # Questions of few sizes, since each size is worded once.
        wanted += wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))
        yield from db.exec_driver_sql(find_events(db, len(wanted)), tuple(wanted))


def _insert(db: Connection, fresh: Sequence[tuple[int, Row, str]]) -> None:
    if not fresh:
        return
    db.exec_driver_sql(
        insert_events(db),
        [(seq, row.identity, row.time, row.kind, row.body, received_at) for seq, row, received_at in fresh],
    )
    registered = [
        {"urn": row.registers, "time": row.time, "seq": seq}
        for seq, row, _ in fresh
        if row.registers is not None
    ]
    if registered:
        db.execute(_register(db), registered)


def _count(db: Connection) -> Executable:
    return inserting(db, rejected_counts).on_conflict_do_update(
        index_elements=[rejected_counts.c.code], set_={"count": rejected_counts.c.count + 1}
    )


def _register(db: Connection) -> Executable:
    statement = inserting(db, registrations)
    return statement.on_conflict_do_update(
        index_elements=[registrations.c.urn],
        set_={"time": statement.excluded.time, "seq": statement.excluded.seq},
        where=statement.excluded.time >= registrations.c.time,
    )
