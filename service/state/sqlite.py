"""A part of the state in an SQLite file: WAL, ``synchronous=FULL``, one writer beside many readers."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, select
from sqlalchemy.exc import SQLAlchemyError

from signal_factory.errors import BackendUnavailable

from .database import Database, Told
from .files import FILES
from .migrate import bring_file_up
from .tables import Part, events, outbox

_WAIT_S: Final = 10.0
_READERS: Final = 4
_HINT: Final = "Check that the directory exists, is yours and has free space; `sf doctor` shows it."
_LOOKED_AT: Final = {Part.LOG: events, Part.ROUTES: outbox}
"""A table that every version has."""
_NAMES: Final = {Part.LOG: "event log", Part.ROUTES: "outbox"}


def open_file(data_dir: Path, part: Part, *, read_only: bool = False) -> Database:
    """The file of a part in a data directory, made or brought up where need be, unless ``read_only``.

    Raises:
        BackendUnavailable: it is missing (read-only), cannot be opened or is not a database.
        ConfigurationError: a newer version wrote it.
    """
    path = data_dir / FILES[part]
    told = _told(path, part)
    reader = _engine(lambda: _reading(path), "BEGIN", _READERS)
    writer = None if read_only else _engine(lambda: _writing(path), "BEGIN IMMEDIATE", 1)
    made = Database(reader, writer, told)
    try:
        if writer is not None:
            with writer.connect() as connection:
                bring_file_up(connection, part, path)
        with reader.connect() as connection:
            connection.execute(select(_LOOKED_AT[part]).limit(1))
    except (OSError, SQLAlchemyError) as error:
        made.close()
        raise told(error) from None
    except BaseException:
        made.close()
        raise
    return made


def _engine(connect: Callable[[], sqlite3.Connection], begin: str, size: int) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,
    )

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", begun)
    return engine


def _writing(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    made = _opened(str(path), uri=False)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("PRAGMA synchronous=FULL")
    made.execute("PRAGMA fullfsync=1")
    return made


def _reading(path: Path) -> sqlite3.Connection:
    return _opened(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _opened(name: str, *, uri: bool) -> sqlite3.Connection:
    return sqlite3.connect(name, uri=uri, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)


def _told(path: Path, part: Part) -> Told:
    def unavailable(error: Exception) -> BackendUnavailable:
        reason = getattr(error, "orig", None) or error
        return BackendUnavailable(f"the {_NAMES[part]} {path} cannot be used: {reason}", hint=_HINT)

    return unavailable
