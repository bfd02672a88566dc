"""``INSERT … ON CONFLICT``, which SQLite and Postgres share and SQLAlchemy has in each dialect."""

from functools import cache

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def inserting(db: Connection, table: Table) -> Insert:
    """An ``INSERT`` of whole rows that can say what happens on conflict."""
    return _inserting(db.dialect.name, table)


@cache
def _inserting(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def replacing(db: Connection, table: Table) -> Insert:
    """An ``INSERT`` that overwrites the row with the same primary key."""
    return _replacing(db.dialect.name, table)


@cache
def _replacing(dialect: str, table: Table) -> Insert:
    statement = _inserting(dialect, table)
    keys = list(table.primary_key.columns)
    others = {column.name: statement.excluded[column.name] for column in table.columns if column not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def keeping(db: Connection, table: Table) -> Insert:
    """An ``INSERT`` that leaves a row alone that is there, whatever key it conflicts in."""
    return _keeping(db.dialect.name, table)


@cache
def _keeping(dialect: str, table: Table) -> Insert:
    return _inserting(dialect, table).on_conflict_do_nothing()
