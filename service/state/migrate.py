"""Brings a database to the newest revision before it is written to; there is no way back.

A database without tables starts at the newest revision at once. One that an unstamped
version made is taken over as revision 0001. One from a newer program is refused.
"""

import threading
from collections.abc import Collection
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, func, insert, inspect, select

from signal_factory.errors import ConfigurationError

from .tables import HEAD, Part, alembic_version, archived_events, leases, metadata, tables_of

REVISIONS: Final = ("0001", "0002", "0003")
_FIRST: Final = REVISIONS[0]
_LATER_TABLES: Final = frozenset({leases.name, archived_events.name})
_SCRIPTS: Final = Path(__file__).parent / "migrations"
_TURN: Final = 0x5F_6D_69_67
"""Of Postgres's advisory locks, the one that says "migrating"."""

_one_at_a_time = threading.Lock()
"""Alembic keeps the migration that runs in a global."""


def bring_file_up(connection: Connection, part: Part, path: Path) -> None:
    """Bring an SQLite file to the newest revision; its ``user_version`` is the number of that.

    Raises:
        ConfigurationError: a newer version wrote it.
    """
    version = _user_version(connection)
    if version > int(HEAD):
        raise _newer(str(path), str(version))
    connection.rollback()
    if version < int(HEAD):
        with connection.begin():
            _bring_up(connection, (part,), str(path))
            connection.exec_driver_sql(f"PRAGMA user_version={int(HEAD)}")


def bring_server_up(connection: Connection, name: str) -> None:
    """Bring a Postgres database to the newest revision; of several that start, one does it.

    Raises:
        ConfigurationError: a newer version wrote it.
    """
    with connection.begin():
        if revision_of(connection) == HEAD:
            return
    with connection.begin():
        connection.exec_driver_sql("SET LOCAL lock_timeout=0")
        connection.exec_driver_sql("SET LOCAL statement_timeout=0")
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        _bring_up(connection, tuple(Part), name)


def check_server(connection: Connection, name: str) -> bool:
    """Whether a reader finds anything in a Postgres database.

    Raises:
        ConfigurationError: a newer version wrote it.
    """
    found = revision_of(connection)
    if found is not None and found not in REVISIONS:
        raise _newer(name, found)
    return found is not None


def revision_of(connection: Connection) -> str | None:
    """The revision that a database says it is at; None where it says nothing."""
    if not inspect(connection).has_table(alembic_version.name):
        return None
    return connection.execute(select(alembic_version.c.version_num)).scalar()


def upgrade(connection: Connection, parts: Collection[Part], revision: str = HEAD) -> None:
    """Run the revisions up to ``revision`` in the transaction of the caller."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes.update(connection=connection, parts={str(part) for part in parts})
    with _one_at_a_time:
        command.upgrade(config, revision)


def _bring_up(connection: Connection, parts: tuple[Part, ...], name: str) -> None:
    found = revision_of(connection)
    if found is None and not _take_over(connection, parts, name):
        metadata.create_all(
            connection, [table for part in parts for table in tables_of(part)], checkfirst=False
        )
        _stamp(connection, HEAD)
    elif found is not None and found not in REVISIONS:
        raise _newer(name, found)
    else:
        upgrade(connection, parts)


def _take_over(connection: Connection, parts: tuple[Part, ...], name: str) -> bool:
    """Stamp unstamped tables, if there are any."""
    first = [table for part in parts for table in tables_of(part) if table.name not in _LATER_TABLES]
    found = set(inspect(connection).get_table_names())
    known = [table for table in first if table.name in found]
    if known and connection.dialect.name == "postgresql":
        raise _strangers(name)
    if known and len(known) < len(first):
        _drop_half_made(connection, known, name)
        return False
    if known:
        _stamp(connection, _FIRST)
    return bool(known)


def _drop_half_made(connection: Connection, known: list[Table], name: str) -> None:
    """A first start was cut off between two tables, so that nothing was ever written."""
    if any(connection.execute(select(table).limit(1)).first() for table in known):
        raise _strangers(name)
    metadata.drop_all(connection, known)


def _stamp(connection: Connection, revision: str) -> None:
    alembic_version.create(connection)
    connection.execute(insert(alembic_version).values(version_num=revision))


def _user_version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _strangers(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name} holds tables of another program, or not all of ours",
        hint="Give the state a database of its own, or restore it from a backup.",
    )


def _newer(name: str, found: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name} was written by a newer version (schema {found}, this one knows {HEAD})",
        hint="Run the newer program, or point it at another directory or database.",
    )
