"""A database of the state: its transactions, and what a caller is told when it is away."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from signal_factory.errors import BackendUnavailable

Told = Callable[[Exception], BackendUnavailable]


class Database:
    """An SQLite file or a Postgres database. Safe to share between threads."""

    def __init__(self, reader: Engine, writer: Engine | None, told: Told) -> None:
        """``writer`` is None where nothing may be changed; ``told`` words a failure without secrets."""
        self._reader, self._writer, self.told = reader, writer, told
        self._is_server = reader.dialect.name == "postgresql"

    @property
    def is_server(self) -> bool:
        """Whether other processes, on other machines, may write to it as well."""
        return self._is_server

    @contextmanager
    def writing(self, turn: int | None = None) -> Generator[Connection]:
        """A transaction: all of it or nothing, and on disk when it ends.

        Transactions with the same ``turn`` follow one another, each sees what those before
        it did, and they become visible in that order. A file has one turn for all.

        Raises:
            BackendUnavailable: nothing was changed, or the answer to the commit was lost.
        """
        if self._writer is None:
            raise self.told(RuntimeError("it is open for reading only"))
        try:
            with self._writer.begin() as connection:
                if turn is not None and self._is_server:
                    connection.execute(select(func.pg_advisory_xact_lock(turn)))
                yield connection
        except SQLAlchemyError as error:
            raise self.told(error) from None

    @contextmanager
    def reading(self, *, at_once: bool = False) -> Generator[Connection]:
        """Questions, which wait for no writer; ``at_once`` answers all of them as of one moment.

        Raises:
            BackendUnavailable: it cannot be read.
        """
        level = "REPEATABLE READ" if at_once else "AUTOCOMMIT"
        try:
            with self._reader.connect() as connection:
                if self._is_server:
                    connection = connection.execution_options(isolation_level=level)
                yield connection
        except SQLAlchemyError as error:
            raise self.told(error) from None

    def close(self) -> None:
        """Close the connections that nobody uses now; those in use close when they are given back."""
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()
