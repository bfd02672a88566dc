"""One connection to ``routes.db``, shared by the threads of routing."""

import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .outbox_schema import ROUTES_FILE, connect, unavailable


class RoutesStore:
    """Transactions and questions, one at a time."""

    def __init__(self, data_dir: Path) -> None:
        """Open the file, made if there is none.

        Raises:
            BackendUnavailable: it cannot be opened.
        """
        self.path = data_dir / ROUTES_FILE
        self._lock = threading.Lock()
        self._db = connect(self.path)

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All of it or nothing; on disk when it ends.

        Raises:
            BackendUnavailable: nothing was changed.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise unavailable(self.path, error) from None
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._lock:
            try:
                return self._db.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise unavailable(self.path, error) from None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
