"""The one schema of the state, for SQLite and Postgres alike.

SQLite keeps it in two files, so that the outbox of routing never waits for, nor holds up,
the log that events go into; ``part`` says which table is where. Postgres holds both parts.
Times are RFC 3339 or seconds since the epoch. What changes here needs a revision in
``migrations/versions``.
"""

from enum import StrEnum
from typing import Final, cast

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

HEAD: Final = "0003"
"""The newest revision; its number is also SQLite's ``user_version``."""


class Part(StrEnum):
    """What one SQLite file holds."""

    LOG = "log"
    ROUTES = "routes"


TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte, as SQLite does."""

NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")
SECONDS: Final = cast("TypeEngine[float]", Double().with_variant(REAL(), "sqlite"))
_LOG, _ROUTES = {"part": Part.LOG}, {"part": Part.ROUTES}

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column("time", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("body", TEXT, nullable=False),
    Column("received_at", TEXT, nullable=False),
    info=_LOG,
)

rejected = Table(
    "rejected",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("received_at", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("code", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("body_bytes", NUMBER, nullable=False),
    info=_LOG,
    sqlite_autoincrement=True,
)

rejected_counts = Table(
    "rejected_counts",
    metadata,
    Column("code", TEXT, primary_key=True),
    Column("count", NUMBER, nullable=False),
    info=_LOG,
    sqlite_with_rowid=False,
)

registrations = Table(
    "registrations",
    metadata,
    Column("urn", TEXT, primary_key=True),
    Column("time", TEXT, nullable=False),
    Column("seq", NUMBER, nullable=False),
    info=_LOG,
    sqlite_with_rowid=False,
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("at", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("incident_id", TEXT, nullable=False),
    Column("verdict", TEXT, nullable=False),
    Column("actual_cause", TEXT),
    Column("comment", TEXT),
    info=_LOG,
)

budget_resets = Table(
    "budget_resets",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("at", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("signal_type", TEXT, nullable=False),
    info=_LOG,
)

engine_state = Table(
    "engine_state",
    metadata,
    Column("key", TEXT, primary_key=True),
    Column("json", TEXT, nullable=False),
    info=_LOG,
    sqlite_with_rowid=False,
)

progress = Table(
    "progress",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("value", NUMBER, nullable=False),
    info=_LOG,
    sqlite_with_rowid=False,
)

leases = Table(
    "leases",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("holder", TEXT, nullable=False),
    Column("token", NUMBER, nullable=False),
    Column("since", SECONDS, nullable=False),
    Column("expires_at", SECONDS, nullable=False),
    info=_LOG,
    sqlite_with_rowid=False,
)

archived_events = Table(
    "archived_events",
    metadata,
    Column("first", NUMBER, primary_key=True, autoincrement=False),
    Column("last", NUMBER, nullable=False),
    Column("day", TEXT, nullable=False),
    Column("own_from", TEXT, nullable=False),
    Column("own_to", TEXT, nullable=False),
    info=_LOG,
)
"""Which events of the log lie in which file of the archive, and the times that they tell of themselves."""

told = Table(
    "told",
    metadata,
    Column("route", TEXT, primary_key=True),
    Column("incident_id", TEXT, primary_key=True),
    Column("subject", TEXT, nullable=False),
    Column("is_live", Integer, nullable=False),
    Column("changed_at", TEXT, nullable=False),
    Column("told", TEXT, nullable=False),
    Column("seen", TEXT, nullable=False),
    Index("told_live", "is_live", "route", "incident_id"),
    Index("told_subject", "route", "subject", "changed_at"),
    info=_ROUTES,
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("route", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("thread", TEXT, nullable=False),
    Column("incident_id", TEXT, nullable=False),
    Column("team", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due", SECONDS, nullable=False),
    Column("made_at", SECONDS, nullable=False),
    Column("ended_at", SECONDS),
    Column("error", TEXT, nullable=False, server_default=text("''")),
    Column("digest", TEXT, nullable=False, server_default=text("''")),
    UniqueConstraint("route", "key"),
    Index("outbox_due", "route", "state", "due"),
    Index("outbox_order", "route", "incident_id", "state", "id"),
    Index("outbox_team", "route", "team", "made_at"),
    Index(
        "outbox_digest",
        "digest",
        sqlite_where=text("digest != ''"),
        postgresql_where=text("digest != ''"),
    ),
    info=_ROUTES,
    sqlite_autoincrement=True,
)

threads = Table(
    "threads",
    metadata,
    Column("route", TEXT, primary_key=True),
    Column("thread", TEXT, primary_key=True),
    Column("reference", TEXT, nullable=False),
    Column("made_at", SECONDS, nullable=False),
    info=_ROUTES,
    sqlite_with_rowid=False,
)

_bookkeeping = MetaData()

alembic_version = Table(
    "alembic_version",
    _bookkeeping,
    Column("version_num", String(32), primary_key=True),
)
"""Alembic's own table, made here where a new database starts at the newest revision."""


def tables_of(part: Part) -> list[Table]:
    """The tables of one part, in the order in which they can be made."""
    return [table for table in metadata.sorted_tables if table.info["part"] is part]
