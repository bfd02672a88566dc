"""The storm guard: beyond so many notices for one team, the rest wait and become one digest.

Each function runs inside a transaction of its caller. Times are seconds since the epoch.
"""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, func, select, update

from ..state.tables import outbox, told
from ..state.upsert import keeping
from .config import Storm
from .message import Message, digest_end, digest_of
from .model import Kind

_HELD = select(outbox.c.id, outbox.c.message).where(outbox.c.state == "held").order_by(outbox.c.id)
_RIPE = select(outbox.c.route, outbox.c.team).where(outbox.c.state == "held").group_by(
    outbox.c.route, outbox.c.team
)  # fmt: skip
_BY_NUMBER = update(outbox).where(outbox.c.id == bindparam("number"))


def enqueue(
    db: Connection, route: str, message: Message, storm: Storm, now: float, *, is_pager: bool
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


def insert(db: Connection, route: str, message: Message, state: str, due: float, now: float) -> None:
    """One row, unless its key is there."""
    row = {
        "route": route, "key": message.key, "thread": message.thread, "incident_id": message.conversation,
        "team": message.team, "kind": message.kind, "message": message.model_dump_json(), "state": state,
        "due": due, "made_at": now,
    }  # fmt: skip
    db.execute(keeping(db, outbox), row)


def fold(db: Connection, now: float, storm: Storm, pagers: Collection[str]) -> None:
    """Make a digest of each team's held messages whose time has come."""
    for route, team in db.execute(_RIPE.having(func.min(outbox.c.due) <= now)).all():
        _fold(db, route, team, now, storm, is_pager=route in pagers)


def _fold(db: Connection, route: str, team: str, now: float, storm: Storm, *, is_pager: bool) -> None:
    held = db.execute(_HELD.where(outbox.c.route == route, outbox.c.team == team)).all()
    messages = [Message.model_validate_json(text) for _, text in held]
    if len(held) == 1:
        db.execute(_BY_NUMBER.values(state="waiting", due=now), {"number": held[0].id})
        return
    digest = digest_of(f"digest/{held[0].id}", messages, storm.within_s)
    insert(db, route, digest, "waiting", now, now)
    numbers = [{"number": row.id} for row in held]
    db.execute(_BY_NUMBER.values(state="digested", digest=digest.key, ended_at=now), numbers)
    if is_pager:
        _end(db, route, digest, messages[-1], now)


def _end_digests(db: Connection, route: str, ended: Message, now: float) -> None:
    its = select(outbox.c.digest).where(
        outbox.c.route == route, outbox.c.incident_id == ended.conversation, outbox.c.state == "digested"
    )
    digests = select(outbox.c.message).where(outbox.c.route == route, outbox.c.key.in_(its))
    for text in db.execute(digests).scalars().all():
        _end(db, route, Message.model_validate_json(text), ended, now)


def _end(db: Connection, route: str, digest: Message, last: Message, now: float) -> None:
    """End a digest on a pager once none of its incidents is followed any more."""
    followed = (told.c.route == outbox.c.route) & (told.c.incident_id == outbox.c.incident_id)
    live = select(outbox.c.id).join(told, followed).where(
        outbox.c.digest == digest.key, outbox.c.route == route, told.c.is_live != 0
    )  # fmt: skip
    if db.execute(live.limit(1)).first() is None:
        insert(db, route, digest_end(digest, last), "waiting", now, now)


def _recent(db: Connection, route: str, team: str, since: float) -> int:
    recent = select(func.count()).where(
        outbox.c.route == route, outbox.c.team == team, outbox.c.made_at > since, outbox.c.kind != "digest"
    )
    return int(db.execute(recent).scalar_one())


def _held_until(db: Connection, route: str, team: str) -> float | None:
    until = select(func.min(outbox.c.due)).where(
        outbox.c.route == route, outbox.c.team == team, outbox.c.state == "held"
    )
    found = db.execute(until).scalar_one()
    return None if found is None else float(found)
