"""What receivers were told and what is on its way to them, in the part of the state that is routing's."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Executable, RowMapping

from ..state.opening import open_part
from ..state.tables import Part

_TURN: Final = 0x5F_6F_75_74
"""Of Postgres's advisory locks, the one for the outbox: what is decided here depends on what is there."""


class RoutesStore:
    """Transactions, one at a time, and questions. Safe to share between threads."""

    def __init__(self, data_dir: Path, *, state_url: str = "") -> None:
        """Open ``routes.db``, made if there is none, or the Postgres database at ``state_url``.

        Raises:
            BackendUnavailable: it cannot be opened.
            ConfigurationError: a newer version wrote it.
        """
        self._db = open_part(data_dir, Part.ROUTES, state_url)

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All of it or nothing; on disk when it ends.

        Raises:
            BackendUnavailable: nothing was changed.
        """
        with self._db.writing(_TURN) as db:
            yield db

    def rows(self, query: Executable, values: Mapping[str, Any] | None = None) -> Sequence[RowMapping]:
        """What a query finds.

        Raises:
            BackendUnavailable: the database cannot be read.
        """
        with self._db.reading() as db:
            return db.execute(query, values).mappings().all()

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()
