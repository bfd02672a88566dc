"""The lease of a fleet, in the state that its processes share."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Double, Update, cast, extract, func, or_, select, update
from sqlalchemy.sql.expression import case

from .lease import Lease, LeaseLost
from .state.database import Database
from .state.tables import leases
from .state.upsert import inserting

SECOND_STAGE: Final = "second-stage"


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a lease. ``remaining_s`` is negative once it has run out."""

    holder: str
    token: int
    remaining_s: float


class FleetLease(Lease):
    """A row that runs out by the database's clock, whatever those of the processes say.

    Its token grows with each change of holder. Whoever was paused for longer than the lease
    lasts, and taken over from, finds another token there and writes nothing.
    """

    def __init__(self, database: Database, holder: str, ttl_s: float, name: str = SECOND_STAGE) -> None:
        """``holder`` must be this process's alone, and no earlier one's; ``ttl_s`` are seconds."""
        self.holder = holder
        self._db, self._ttl_s, self._name = database, ttl_s, name
        self._token = 0

    @property
    def token(self) -> int:
        """The token of this holder; 0 while the lease is not its own."""
        return self._token

    def acquire(self) -> bool:
        """Take it where nobody has it or its time is over; whether it is ours now."""
        with self._db.writing() as db:
            token = db.execute(self._taking(db)).scalar()
        self._token = 0 if token is None else int(token)
        return token is not None

    def renew(self) -> None:
        """Keep it for its whole time from now; also where it has run out and nobody took it."""
        with self._db.writing() as db:
            if db.execute(self._own().values(expires_at=_now(db) + self._ttl_s)).rowcount != 1:
                self._lost()

    def release(self) -> None:
        """Let it run out now."""
        if self._token:
            with self._db.writing() as db:
                db.execute(self._own().values(expires_at=_now(db)))
        self._token = 0

    def check(self, db: Connection) -> None:
        """Make sure that nobody takes over before the transaction of ``db`` ends."""
        ours = select(leases.c.token).where(*self._is_own()).with_for_update(read=True)
        if db.execute(ours).scalar() is None:
            self._lost()

    def held(self) -> Held | None:
        """Who has it or had it last; None where nobody ever did."""
        with self._db.reading() as db:
            rest = leases.c.expires_at - _now(db)
            row = db.execute(
                select(leases.c.holder, leases.c.token, rest).where(leases.c.name == self._name)
            ).first()
        return None if row is None else Held(row[0], int(row[1]), float(row[2]))

    def _taking(self, db: Connection) -> Any:
        now, statement = _now(db), inserting(db, leases)
        is_own = leases.c.holder == statement.excluded.holder
        return (
            statement.values(
                name=self._name, holder=self.holder, token=1, since=now, expires_at=now + self._ttl_s
            )
            .on_conflict_do_update(
                index_elements=[leases.c.name],
                set_={
                    "holder": statement.excluded.holder,
                    "token": case((is_own, leases.c.token), else_=leases.c.token + 1),
                    "since": case((is_own, leases.c.since), else_=now),
                    "expires_at": now + self._ttl_s,
                },
                where=or_(is_own, leases.c.expires_at <= now),
            )
            .returning(leases.c.token)
        )

    def _own(self) -> Update:
        return update(leases).where(*self._is_own())

    def _is_own(self) -> tuple[ColumnElement[bool], ...]:
        return leases.c.name == self._name, leases.c.holder == self.holder, leases.c.token == self._token

    def _lost(self) -> None:
        self._token = 0
        raise LeaseLost(f"{self.holder} has lost the lease {self._name} to another process")


def _now(db: Connection) -> ColumnElement[float]:
    """Seconds since the epoch by the database's clock, at the moment when it looks."""
    if db.dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()), Double)
    return (func.julianday("now") - 2440587.5) * 86_400.0
