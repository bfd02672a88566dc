"""Who may run the second stage for a fleet, and since when.

Revision ID: 0002
"""

from typing import cast

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SECONDS = cast("sa.types.TypeEngine[float]", sa.Double().with_variant(sa.REAL(), "sqlite"))


def upgrade() -> None:
    """Make the table of leases beside the log."""
    if "log" not in context.config.attributes["parts"]:
        return
    op.create_table(
        "leases",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("holder", _TEXT, nullable=False),
        sa.Column("token", _NUMBER, nullable=False),
        sa.Column("since", _SECONDS, nullable=False),
        sa.Column("expires_at", _SECONDS, nullable=False),
        sqlite_with_rowid=False,
    )
