"""Statements in the words of the driver, for the few places where a batch's every microsecond counts.

SQLAlchemy looks at each parameter of each row; a driver takes a list of tuples as it is.
"""

from sqlalchemy import ClauseElement, Connection, bindparam, insert, select

from .tables import events

_worded: dict[tuple[str, int], str] = {}


def insert_events(db: Connection) -> str:
    """Takes (seq, identity, time, kind, body, received_at)."""
    return _kept(db, 0) or _keep(db, 0, insert(events))


def find_events(db: Connection, count: int) -> str:
    """Takes ``count`` identities, one or more; finds (identity, seq) of those that are there."""
    return _kept(db, count) or _keep(db, count, _find(count))


def _find(count: int) -> ClauseElement:
    wanted = [bindparam(f"identity_{number}", type_=events.c.identity.type) for number in range(count)]
    return select(events.c.identity, events.c.seq).where(events.c.identity.in_(wanted))


def _kept(db: Connection, count: int) -> str | None:
    return _worded.get((db.dialect.name, count))


def _keep(db: Connection, count: int, statement: ClauseElement) -> str:
    made = _worded[db.dialect.name, count] = str(statement.compile(dialect=db.dialect))
    return made
