"""The durable log: every accepted event, once, on disk before it is acknowledged.

The raw events are the truth; engine state beside them is a cache with the offset it was
taken at. They lie in SQLite (WAL, ``synchronous=FULL``) or, for a fleet, in Postgres.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Connection, Select, bindparam, delete, func, or_, select

from graph.retention.places import place_of
from signal_factory.wire import Envelope

from .entries import Appended, LogEntry, Rejected, Row, prepare, restore
from .eventlog_archive import ArchivedEvents
from .eventlog_tail import Shrunk, Tail
from .eventlog_told import Told
from .eventlog_write import Stored, place, quarantine
from .groupcommit import GroupCommit
from .lease import Lease
from .state.apart import APART
from .state.files import ARCHIVE_FOLDER
from .state.opening import open_part
from .state.tables import (
    Part,
    engine_state,
    events,
    progress,
    rejected,
    rejected_counts,
)
from .state.upsert import replacing

if TYPE_CHECKING:
    from .fleetlease import FleetLease

V = TypeVar("V")
_TURN: Final = 0x5F_6C_6F_67
"""Of Postgres's advisory locks, the one for appending."""

DONE = "done"
"""The row of engine state that moves with each range of a fleet that is kept."""

_LAST = select(func.coalesce(func.max(events.c.seq), 0))
_FROM = (
    select(events.c.seq, events.c.time, events.c.kind, events.c.body, events.c.received_at)
    .where(events.c.seq > bindparam("offset"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
_OLDEST = (
    select(events.c.received_at).where(events.c.seq > bindparam("offset")).order_by(events.c.seq).limit(1)
)
_DELETE = delete(engine_state).where(engine_state.c.key == bindparam("gone"))
_STATE = select(engine_state.c.key, engine_state.c.json).where(
    or_(engine_state.c.key < APART, engine_state.c.key >= f"{APART[:-1]}0")
)
_REJECTED = select(
    rejected.c.id, rejected.c.received_at, rejected.c.source, rejected.c.code, rejected.c.reason,
    rejected.c.body_bytes,
).order_by(rejected.c.id.desc())  # fmt: skip


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

    def __init__(
        self,
        data_dir: Path,
        *,
        state_url: str = "",
        archive_url: str = "",
        read_only: bool = False,
        max_rejected: int = 100_000,
    ) -> None:
        """Open the log of a data directory, or of the Postgres database at ``state_url``.

        What is old lies in the archive: that of the data directory, or at ``archive_url``.

        Raises:
            BackendUnavailable: it is missing (read-only), unreadable or no database.
            ConfigurationError: a newer version wrote it.
        """
        self._max_rejected = max_rejected
        self._db = open_part(data_dir, Part.LOG, state_url, read_only=read_only)
        self._group = GroupCommit[_Work, Appended](self._commit)
        self._lease: Lease | None = None
        archive = ArchivedEvents(lambda: place_of(archive_url or data_dir / ARCHIVE_FOLDER))
        self._tail = Tail(self._db, archive, self._check)
        self.told = Told(self._db)

    def guard(self, lease: Lease) -> None:
        """From now on engine state is saved only as long as ``lease`` is ours."""
        self._lease = lease

    def lease(self, holder: str, ttl_s: float) -> "FleetLease":
        """The lease of the second stage in the same database; ``holder`` is nobody else's name."""
        from .fleetlease import FleetLease

        return FleetLease(self._db, holder, ttl_s)

    def append(
        self, envelopes: Iterable[Envelope], received_at: datetime, rejected: Iterable[Rejected] = ()
    ) -> Appended:
        """Store events and rejects; when this returns they survive the loss of the process and of power.

        Raises:
            BackendUnavailable: nothing of this call was stored, or it is not known; sending again is safe.
        """
        return self.append_rows([prepare(envelope) for envelope in envelopes], received_at, rejected)

    def append_rows(
        self, rows: Sequence[Row], received_at: datetime, rejected: Iterable[Rejected] = ()
    ) -> Appended:
        """``append`` for events that are prepared already."""
        known = self._tail.holding(rows)
        fresh = [row for row in rows if row.identity not in known] if known else rows
        done = self._group.run(_Work(fresh, list(rejected), received_at.isoformat()))
        return _with_known(rows, known, done) if known else done

    def read_from(self, offset: int, limit: int = 500) -> list[LogEntry]:
        """Entries after ``offset``, in order, those that are archived too.

        Raises:
            BackendUnavailable: they cannot be read, or are nowhere any more.
        """
        found: list[LogEntry] = []
        while len(found) < limit:
            at, wanted = offset + len(found), limit - len(found)
            with self._db.reading() as db:
                rows = db.execute(_FROM, {"offset": at, "most": wanted}).all()
            if not rows or rows[-1][0] == at + len(rows):
                return found + [restore(*row) for row in rows]
            # Numbers have no gaps: what is missing here is archived.
            found += [restore(seq, *told) for seq, _, *told in self._tail.read(at, wanted)]
        return found

    def shrink(self, before: datetime, should_stop: Callable[[], bool] = lambda: False) -> Shrunk:
        """Archive what was received ``before`` and applied; what the last pass archived leaves the log.

        Raises:
            BackendUnavailable: nothing has left the log that is not in the archive.
            ConfigurationError: pyarrow is not installed.
        """
        return self._tail.shrink(before, should_stop)

    @property
    def archived(self) -> int:
        """How many events, from the first on, are in the archive."""
        return self._tail.floor

    def oldest_after(self, offset: int) -> datetime | None:
        """When the first event after ``offset`` was received; None when there is none."""
        with self._db.reading() as db:
            found = db.execute(_OLDEST, {"offset": offset}).scalar()
        return None if found is None else datetime.fromisoformat(found)

    @property
    def last_seq(self) -> int:
        """The sequence number of the newest event; 0 for an empty log."""
        return self._newest()

    def save_state(
        self,
        rows: Mapping[str, str],
        offset: int,
        lead_s: float | None = None,
        aside: Iterable[tuple[Rejected, datetime]] = (),
    ) -> None:
        """Store changed engine state ("" deletes a row) with the offset it holds for, in one transaction.

        ``lead_s`` is what the engine's clock learnt from the events up to there; ``aside`` is what of
        them had no effect, with its time.

        Raises:
            LeaseLost: another process has taken over, and nothing was stored.
        """
        changed = [{"key": key, "json": text} for key, text in rows.items() if text]
        deleted = [{"gone": key} for key, text in rows.items() if not text]
        reached = [{"name": "applied", "value": offset}]
        if lead_s is not None:
            reached.append({"name": "lead_ms", "value": int(lead_s * 1000)})
        with self._db.writing() as db:
            self._check(db)
            if changed:
                db.execute(replacing(db, engine_state), changed)
            if deleted:
                db.execute(_DELETE, deleted)
            db.execute(replacing(db, progress), reached)
            for reject, at in aside:
                quarantine(db, reject, at.isoformat(), self._max_rejected)

    def load_state(self) -> SavedState:
        """Engine state rows, the offset that they hold for and the clock's lead there."""
        with self._db.reading(at_once=True) as db:
            rows = _pairs(db, _STATE)
            reached = _pairs(db, select(progress.c.name, progress.c.value))
        lead = reached.get("lead_ms")
        return SavedState(rows, int(reached.get("applied", 0)), None if lead is None else lead / 1000)

    def mark(self) -> tuple[int, str]:
        """The offset that the saved state holds for, and the number of the last range that is kept."""
        with self._db.reading(at_once=True) as db:
            offset = db.execute(select(progress.c.value).where(progress.c.name == "applied")).scalar()
            last = db.execute(select(engine_state.c.json).where(engine_state.c.key == DONE)).scalar()
        return int(offset or 0), str(last or "")

    def forget_state(self) -> None:
        """Drop saved engine state, so that the next start builds it anew from the events.

        Raises:
            LeaseLost: another process has taken over, and nothing was dropped.
        """
        with self._db.writing() as db:
            self._check(db)
            db.execute(delete(engine_state))
            db.execute(delete(progress))

    def rejected(self, *, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Rejects, newest first, older than the id ``before``; bodies stay in the database."""
        older = _REJECTED if before is None else _REJECTED.where(rejected.c.id < before)
        with self._db.reading() as db:
            return [dict(row) for row in db.execute(older.limit(limit)).mappings()]

    def rejected_counts(self) -> dict[str, int]:
        """How many were ever rejected, by code, those no longer kept included."""
        with self._db.reading() as db:
            return _pairs(db, select(rejected_counts.c.code, rejected_counts.c.count))

    def event_counts(self) -> dict[str, int]:
        """Accepted events by kind."""
        counted = select(events.c.kind, func.count()).group_by(events.c.kind)
        with self._db.reading() as db:
            return _pairs(db, counted)

    def close(self) -> None:
        """Close the connections; what was acknowledged is on disk already."""
        self._db.close()

    def _commit(self, group: Sequence[_Work]) -> list[Appended]:
        with self._db.writing(_TURN) as db:
            stored = place(db, [(row, work.received_at) for work in group for row in work.rows])
            for work in group:
                for reject in work.rejected:
                    quarantine(db, reject, work.received_at, self._max_rejected)
        rest = iter(stored)
        return [_appended(list(islice(rest, len(work.rows)))) for work in group]

    def _check(self, db: Connection) -> None:
        if self._lease is not None:
            self._lease.check(db)

    def _newest(self) -> int:
        with self._db.reading() as db:
            return int(db.execute(_LAST).scalar_one())


def _pairs(db: Connection, query: Select[str, V]) -> dict[str, V]:
    return dict(db.execute(query).all())


def _appended(stored: Sequence[Stored]) -> Appended:
    return Appended(tuple(seq for seq, _ in stored), tuple(is_new for _, is_new in stored))


def _with_known(rows: Sequence[Row], known: Mapping[bytes, int], done: Appended) -> Appended:
    stored = zip(done.sequences, done.is_new, strict=True)
    return _appended([(seq, False) if (seq := known.get(row.identity)) else next(stored) for row in rows])
