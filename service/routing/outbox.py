"""The durable outbox: what was decided survives the process, and leaves in order.

States of a row: ``waiting`` → ``sent`` or ``dead``; ``held`` → ``digested`` (or ``waiting``,
where it is alone). Times are seconds since the epoch.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, exists, func, select, update

from signal_factory.errors import NotFound
from signal_factory.times import format_time

from ..state.tables import outbox, threads, told
from ..state.upsert import keeping
from .config import Storm
from .memory import Memory, keep
from .message import Message
from .store import RoutesStore
from .storm import enqueue, fold

_earlier, _later, _its = outbox.alias("earlier"), outbox.alias("later"), outbox.alias("its")

_DUE = (
    select(outbox, threads.c.reference)
    .outerjoin(threads, (threads.c.route == outbox.c.route) & (threads.c.thread == outbox.c.incident_id))
    .where(
        outbox.c.route == bindparam("route"),
        outbox.c.state == "waiting",
        outbox.c.due <= bindparam("now"),
        ~exists().where(
            _earlier.c.route == outbox.c.route,
            _earlier.c.incident_id == outbox.c.incident_id,
            _earlier.c.id < outbox.c.id,
            _earlier.c.state.in_(("waiting", "held")),
        ),
    )
    .order_by(outbox.c.id)
    .limit(1)
)
_NEXT = select(func.min(outbox.c.due).label("due")).where(
    outbox.c.route == bindparam("route"), outbox.c.state == "waiting"
)
_RIPE = select(outbox.c.id).where(outbox.c.state == "held", outbox.c.due <= bindparam("now")).limit(1)
_DEAD = select(outbox).where(outbox.c.state == "dead")
_COUNTS = select(outbox.c.route, outbox.c.state, func.count().label("rows")).group_by(
    outbox.c.route, outbox.c.state
)
_ON_ITS_WAY = outbox.c.state.in_(("waiting", "held"))
_BY_NUMBER = update(outbox).where(outbox.c.id == bindparam("number"))
_TRIED = {"attempts": outbox.c.attempts + 1}
_ITS_END = update(outbox).where(
    outbox.c.kind == "resolved",
    outbox.c.state == "sent",
    exists().where(
        _its.c.id == bindparam("number"),
        _its.c.route == outbox.c.route,
        _its.c.incident_id == outbox.c.incident_id,
        _its.c.id < outbox.c.id,
    ),
    ~exists().where(
        _later.c.route == outbox.c.route,
        _later.c.incident_id == outbox.c.incident_id,
        _later.c.id > outbox.c.id,
    ),
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
        if self._store.rows(_RIPE, {"now": now}):
            with self._store.transaction() as db:
                fold(db, now, self._storm, pagers)

    def due(self, route: str, now: float) -> Delivery | None:
        """The first message of a route whose time has come and whose incident has none before it."""
        rows = self._store.rows(_DUE, {"route": route, "now": now})
        return _delivery(rows[0]) if rows else None

    def next_due(self, route: str) -> float | None:
        """When the route may have something to do; None when nothing waits."""
        found = self._store.rows(_NEXT, {"route": route})[0]["due"]
        return None if found is None else float(found)

    def sent(self, delivery: Delivery, now: float, reference: str) -> None:
        """It arrived."""
        done = _BY_NUMBER.values(state="sent", ended_at=now, error="", **_TRIED)
        begun = {
            "route": delivery.route, "thread": delivery.message.conversation, "reference": reference,
            "made_at": now,
        }  # fmt: skip
        with self._store.transaction() as db:
            db.execute(done, {"number": delivery.id})
            if reference:
                db.execute(keeping(db, threads), begun)

    def failed(self, delivery: Delivery, due: float, error: str) -> None:
        """Try again at ``due``."""
        with self._store.transaction() as db:
            db.execute(_BY_NUMBER.values(due=due, error=error, **_TRIED), {"number": delivery.id})

    def bury(self, delivery: Delivery, now: float, error: str) -> None:
        """Give it up; it stays to be seen and sent again by hand."""
        done = _BY_NUMBER.values(state="dead", ended_at=now, error=error, **_TRIED)
        with self._store.transaction() as db:
            db.execute(done, {"number": delivery.id})

    def bury_strangers(self, routes: Collection[str], now: float) -> None:
        """Give up what was meant for routes that are configured no more."""
        gone = update(outbox).where(_ON_ITS_WAY, outbox.c.route.not_in(list(routes)))
        with self._store.transaction() as db:
            db.execute(gone.values(state="dead", ended_at=now, error="no such route is configured"))

    def dead(self, limit: int = 500) -> list[dict[str, Any]]:
        """The dead letter, newest first: what was meant for whom, and why it did not arrive."""
        return [_described(row) for row in self._store.rows(_DEAD.order_by(outbox.c.id.desc()).limit(limit))]

    def replay(self, number: int | None, now: float) -> int:
        """Put one dead message, or all of them, back on its way; how many.

        Where the conversation has ended and its end has gone out, the end goes out again
        after it: a pager that rings late must be silenced.

        Raises:
            NotFound: no dead message has this number.
        """
        wanted = _DEAD if number is None else _DEAD.where(outbox.c.id == number)
        again = {"state": "waiting", "attempts": 0, "due": now, "ended_at": None}
        with self._store.transaction() as db:
            rows = [{"number": row.id} for row in db.execute(wanted.order_by(outbox.c.id))]
            if rows:
                db.execute(_BY_NUMBER.values(again), rows)
                db.execute(_ITS_END.values(again), rows)
        if number is not None and not rows:
            raise NotFound(f"no dead message {number}", hint="See `sf routes dead`.")
        return len(rows)

    def counts(self) -> dict[tuple[str, str], int]:
        """How many rows by (route, state)."""
        return {(row["route"], row["state"]): int(row["rows"]) for row in self._store.rows(_COUNTS)}

    def purge(self, before: float) -> str:
        """Forget what ended before then, and return that moment as RFC 3339."""
        moment = format_time(datetime.fromtimestamp(before, UTC))
        with self._store.transaction() as db:
            db.execute(delete(outbox).where(outbox.c.ended_at < before))
            db.execute(delete(threads).where(threads.c.made_at < before))
            db.execute(delete(told).where(told.c.is_live == 0, told.c.changed_at < moment))
        return moment


def _delivery(row: RowMapping) -> Delivery:
    message = Message.model_validate_json(row["message"])
    return Delivery(row["id"], row["route"], message, row["attempts"], row["reference"])


def _described(row: RowMapping) -> dict[str, Any]:
    message = Message.model_validate_json(row["message"])
    return {
        "id": row["id"], "route": row["route"], "kind": row["kind"], "incident_id": message.incident_id,
        "team": row["team"], "headline": message.headline, "attempts": row["attempts"],
        "error": row["error"], "died_at": format_time(datetime.fromtimestamp(row["ended_at"], UTC)),
    }  # fmt: skip
