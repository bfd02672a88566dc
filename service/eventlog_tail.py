"""The old end of the log: what has left it for the archive, and what is about to."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from signal_factory.errors import BackendUnavailable

from .entries import TIMELESS_KINDS, Row, own_time
from .eventlog_archive import ArchivedEvents, Slice, Stored
from .state.database import Database
from .state.tables import archived_events, events, progress, registrations

_SLICES = select(
    archived_events.c.first, archived_events.c.last, archived_events.c.day,
    archived_events.c.own_from, archived_events.c.own_to,
)  # fmt: skip
_FLOOR = select(func.coalesce(func.max(archived_events.c.last), 0))
_NEWEST_OWN = select(func.coalesce(func.max(archived_events.c.own_to), ""))
_APPLIED = select(func.coalesce(func.max(progress.c.value), 0)).where(progress.c.name == "applied")
_RECEIVED = select(events.c.received_at).where(events.c.seq == bindparam("at"))
_WHOLE = (
    select(
        events.c.seq, events.c.identity, events.c.time, events.c.kind, events.c.body, events.c.received_at
    )
    .where(events.c.seq > bindparam("after"), events.c.seq <= bindparam("upto"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)  # fmt: skip
_NUMBERS = (
    select(events.c.seq)
    .where(events.c.seq > bindparam("after"), events.c.seq <= bindparam("upto"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
_LAST = select(func.coalesce(func.max(events.c.seq), 0))
_REGISTERED = select(registrations.c.seq).where(registrations.c.seq <= bindparam("upto"))
_DELETE = delete(events).where(events.c.seq == bindparam("gone"))

_AT_ONCE = 500
"""Events read, or deleted in one transaction: appends wait for no more."""
_MOST_ROWS, _MOST_BYTES = 10_000, 16 * 2**20
"""Where a slice ends, if its day does not end before."""

Check = Callable[[Connection], None]


class Shrunk(NamedTuple):
    """How many events a pass archived, and how many left the log."""

    archived: int
    left: int


class Tail:
    """Reads what is archived as if it were in the log still, and moves what has become old."""

    def __init__(self, database: Database, archive: ArchivedEvents, check: Check) -> None:
        """``check`` makes sure, in a transaction, that this process may still change the log."""
        self._db, self._archive, self._check = database, archive, check

    @property
    def floor(self) -> int:
        """The number of the last event that is archived; 0 before there is one."""
        with self._db.reading() as db:
            return int(db.execute(_FLOOR).scalar_one())

    def read(self, after: int, most: int) -> list[Stored]:
        """Archived events from the one behind ``after`` on, one or more.

        Raises:
            BackendUnavailable: they cannot be read, or are not there either.
        """
        told = self._slice_of(after + 1)
        start = after + 1 - told.first
        return self._archive.read(told)[start : start + most]

    def holding(self, rows: Iterable[Row]) -> dict[bytes, int]:
        """Which of these have been archived, by identity, with their numbers.

        An event that tells no time of its own is looked for in the log only.

        Raises:
            BackendUnavailable: the archive had to be asked and did not answer.
        """
        newest = self._newest()
        old = [row for row in rows if row.own and row.own <= newest]
        found: dict[bytes, int] = {}
        for told in self._slices_about(old) if old else ():
            wanted = {row.identity for row in old if told.own_from <= row.own <= told.own_to}
            if wanted - found.keys():
                numbers = self._archive.numbers(told)
                found |= {each: numbers[each] for each in wanted & numbers.keys()}
        return found

    def shrink(self, before: datetime, should_stop: Callable[[], bool]) -> Shrunk:
        """Archive what was received ``before`` and has had its effect; drop what the last pass archived.

        That a pass lies between the two lets an append that has just asked the archive come to its end.

        Raises:
            BackendUnavailable: nothing has left the log that is not in the archive.
            ConfigurationError: pyarrow is not installed.
        """
        floor = start = self.floor
        left = self._drop(floor, should_stop)
        upto = self._cut(floor, before)
        while floor < upto and not should_stop():
            floor = self._move(floor, upto)
        return Shrunk(floor - start, left)

    def _newest(self) -> str:
        with self._db.reading() as db:
            return str(db.execute(_NEWEST_OWN).scalar_one())

    def _slice_of(self, number: int) -> Slice:
        wanted = _SLICES.where(archived_events.c.first <= number, archived_events.c.last >= number)
        with self._db.reading() as db:
            found = db.execute(wanted).first()
        if found is None:
            raise BackendUnavailable(
                f"event {number} is neither in the log nor in the archive",
                hint="Restore the log from a backup: what follows cannot be made anew without it.",
            )
        return Slice(*found)

    def _slices_about(self, rows: Sequence[Row]) -> list[Slice]:
        first, last = min(row.own for row in rows), max(row.own for row in rows)
        wanted = _SLICES.where(archived_events.c.own_from <= last, archived_events.c.own_to >= first)
        with self._db.reading() as db:
            return [Slice(*each) for each in db.execute(wanted.order_by(archived_events.c.first))]

    def _cut(self, floor: int, before: datetime) -> int:
        """The last of those received before, found by halves: numbers follow the clock of reception.

        A clock that jumped makes the cut come early or late, which loses nothing.
        """
        with self._db.reading() as db:
            low, high = floor, int(db.execute(_APPLIED).scalar_one())
            while low < high:
                middle = (low + high + 1) // 2
                received = db.execute(_RECEIVED, {"at": middle}).scalar()
                if received is not None and datetime.fromisoformat(received) < before:
                    low = middle
                else:
                    high = middle - 1
        return low

    def _move(self, after: int, upto: int) -> int:
        rows = self._next_slice(after, upto)
        own = sorted(time for row in rows if (time := _own(row)))
        least, greatest = (own[0], own[-1]) if own else ("", "")
        told = Slice(rows[0][0], rows[-1][0], _day(rows[0]), least, greatest)
        self._archive.write(told, rows)
        with self._db.writing() as db:
            self._check(db)
            db.execute(insert(archived_events), told._asdict())
        return told.last

    def _next_slice(self, after: int, upto: int) -> list[Stored]:
        taken: list[Stored] = []
        size, day = 0, ""
        for row in self._following(after, upto):
            day = day or _day(row)
            if _day(row) != day or size >= _MOST_BYTES or len(taken) >= _MOST_ROWS:
                break
            taken.append(row)
            size += len(row[4])
        return taken

    def _following(self, after: int, upto: int) -> Iterator[Stored]:
        while more := self._rows(after, upto):
            yield from more
            after = more[-1][0]

    def _rows(self, after: int, upto: int) -> list[Stored]:
        with self._db.reading() as db:
            found = db.execute(_WHOLE, {"after": after, "upto": upto, "most": _AT_ONCE}).all()
        return [(int(row[0]), bytes(row[1]), row[2], row[3], row[4], row[5]) for row in found]

    def _drop(self, floor: int, should_stop: Callable[[], bool]) -> int:
        """Take out of the log what is archived, but registrations that hold and the newest event."""
        with self._db.reading() as db:
            kept = set(db.execute(_REGISTERED, {"upto": floor}).scalars())
            upto = min(floor, int(db.execute(_LAST).scalar_one()) - 1)
        left = after = 0
        while not should_stop():
            with self._db.reading() as db:
                numbers = list(
                    db.execute(_NUMBERS, {"after": after, "upto": upto, "most": _AT_ONCE}).scalars()
                )
            if not numbers:
                break
            left += self._delete([{"gone": each} for each in numbers if each not in kept])
            after = numbers[-1]
        return left

    def _delete(self, gone: list[dict[str, int]]) -> int:
        if gone:
            with self._db.writing() as db:
                self._check(db)
                db.execute(_DELETE, gone)
        return len(gone)


def _day(row: Stored) -> str:
    return row[5][:10]


def _own(row: Stored) -> str:
    _, _, time, kind, body, _ = row
    return time if kind in TIMELESS_KINDS else own_time(json.loads(body))
