"""Which events have left the log for the archive.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the list of archived slices beside the log."""
    if "log" not in context.config.attributes["parts"]:
        return
    op.create_table(
        "archived_events",
        sa.Column("first", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("last", _NUMBER, nullable=False),
        sa.Column("day", _TEXT, nullable=False),
        sa.Column("own_from", _TEXT, nullable=False),
        sa.Column("own_to", _TEXT, nullable=False),
    )
