"""The tables that version 0.1 made without a migration; files of that shape are taken over as they are.

Revision ID: 0001
"""

from typing import cast

import sqlalchemy as sa
from alembic import context, op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SECONDS = cast("sa.types.TypeEngine[float]", sa.Double().with_variant(sa.REAL(), "sqlite"))


def upgrade() -> None:
    """Make the tables of the parts that this database holds."""
    parts = context.config.attributes["parts"]
    if "log" in parts:
        _events()
        _rejects()
        _said()
        _state()
    if "routes" in parts:
        _told()
        _outbox()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("identity", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("time", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("body", _TEXT, nullable=False),
        sa.Column("received_at", _TEXT, nullable=False),
    )
    op.create_table(
        "registrations",
        sa.Column("urn", _TEXT, primary_key=True),
        sa.Column("time", _TEXT, nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sqlite_with_rowid=False,
    )


def _rejects() -> None:
    op.create_table(
        "rejected",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("received_at", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("body_bytes", _NUMBER, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rejected_counts",
        sa.Column("code", _TEXT, primary_key=True),
        sa.Column("count", _NUMBER, nullable=False),
        sqlite_with_rowid=False,
    )


def _said() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("verdict", _TEXT, nullable=False),
        sa.Column("actual_cause", _TEXT),
        sa.Column("comment", _TEXT),
    )
    op.create_table(
        "budget_resets",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("signal_type", _TEXT, nullable=False),
    )


def _state() -> None:
    op.create_table(
        "engine_state",
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("json", _TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "progress",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("value", _NUMBER, nullable=False),
        sqlite_with_rowid=False,
    )


def _told() -> None:
    op.create_table(
        "told",
        sa.Column("route", _TEXT, primary_key=True),
        sa.Column("incident_id", _TEXT, primary_key=True),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("is_live", sa.Integer, nullable=False),
        sa.Column("changed_at", _TEXT, nullable=False),
        sa.Column("told", _TEXT, nullable=False),
        sa.Column("seen", _TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("told_live", "told", ["is_live", "route", "incident_id"])
    op.create_index("told_subject", "told", ["route", "subject", "changed_at"])
    op.create_table(
        "threads",
        sa.Column("route", _TEXT, primary_key=True),
        sa.Column("thread", _TEXT, primary_key=True),
        sa.Column("reference", _TEXT, nullable=False),
        sa.Column("made_at", _SECONDS, nullable=False),
        sqlite_with_rowid=False,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("route", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("thread", _TEXT, nullable=False),
        sa.Column("incident_id", _TEXT, nullable=False),
        sa.Column("team", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("due", _SECONDS, nullable=False),
        sa.Column("made_at", _SECONDS, nullable=False),
        sa.Column("ended_at", _SECONDS),
        sa.Column("error", _TEXT, nullable=False, server_default=sa.text("''")),
        sa.Column("digest", _TEXT, nullable=False, server_default=sa.text("''")),
        sa.UniqueConstraint("route", "key"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_due", "outbox", ["route", "state", "due"])
    op.create_index("outbox_order", "outbox", ["route", "incident_id", "state", "id"])
    op.create_index("outbox_team", "outbox", ["route", "team", "made_at"])
    where = sa.text("digest != ''")
    op.create_index("outbox_digest", "outbox", ["digest"], sqlite_where=where, postgresql_where=where)
