"""Who may write: one process per data directory, and one of a fleet that shares its state."""

import fcntl
import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from signal_factory.errors import BackendUnavailable
from signal_factory.times import format_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOCK_FILE = "writer.lock"
_ATTEMPTS = 3
_BETWEEN_S = 0.05
"""`sf doctor` holds the lock for an instant while it looks; that must not fail a start."""


def private_directory(path: Path) -> None:
    """Make a data directory, for its owner only, where there is none.

    Raises:
        BackendUnavailable: it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackendUnavailable(
            f"the data directory {path} cannot be made: {error.strerror}", hint="Give another --data-dir."
        ) from None


class LeaseLost(BackendUnavailable):
    """Another process has taken over what this one was doing."""

    code = "lease_lost"
    hint = "Nothing was written; this process goes on once it has the lease again."


class Lease(ABC):
    """The right to run the second stage, and to write what comes of it. One holder at a time."""

    @property
    @abstractmethod
    def token(self) -> int:
        """Grows with each change of holder; 0 while it is not ours."""

    @abstractmethod
    def acquire(self) -> bool:
        """Take it where nobody has it, or go on with it where it is ours; whether it is ours now.

        Raises:
            BackendUnavailable: nobody can tell.
        """

    @abstractmethod
    def renew(self) -> None:
        """Keep it for its whole time from now.

        Raises:
            LeaseLost: another process has it.
            BackendUnavailable: nobody can tell.
        """

    @abstractmethod
    def release(self) -> None:
        """Give it up; another process may take it at once."""

    @abstractmethod
    def check(self, db: "Connection") -> None:
        """Make sure that it is ours until the transaction of ``db`` ends.

        Raises:
            LeaseLost: another process has it.
        """


class FileLease(Lease):
    """An advisory lock on a data directory, which the kernel drops when the process dies.

    A process that is paused keeps it, so that nobody can have taken over when it goes on.
    """

    def __init__(self, data_dir: Path, now: Callable[[], datetime], file: str = LOCK_FILE) -> None:
        self._data_dir, self._now, self._name = data_dir, now, file
        self._file: TextIO | None = None

    @property
    def token(self) -> int:
        """1 while it is ours."""
        return 0 if self._file is None else 1

    def acquire(self) -> bool:
        """Take it where nobody has it; whether it is ours now."""
        if self._file is None:
            file = (self._data_dir / self._name).open("a+", encoding="utf-8")
            if not _acquired(file):
                file.close()
                return False
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "since": format_time(self._now())}))
            file.flush()
            self._file = file
        return True

    def renew(self) -> None:
        """It has no end."""
        if self._file is None:
            raise LeaseLost(f"the data directory {self._data_dir} is not ours")

    def release(self) -> None:
        """Give it up; another process may take it at once."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def check(self, db: "Connection") -> None:  # noqa: ARG002 - the port's signature
        """No other process can have taken it."""
        self.renew()


def take_directory(data_dir: Path, now: Callable[[], datetime]) -> FileLease:
    """The right to write to a data directory.

    Raises:
        BackendUnavailable: another process has it; the message names its pid.
    """
    lease = FileLease(data_dir, now)
    if not lease.acquire():
        raise _taken(data_dir)
    return lease


def holder(data_dir: Path) -> dict[str, object] | None:
    """``{pid, since}`` of the process that writes to ``data_dir``, or None when none does."""
    path = data_dir / LOCK_FILE
    if not path.is_file() or not _is_locked(path):
        return None
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"pid": None, "since": None}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {"pid": None, "since": None}


def _acquired(file: TextIO) -> bool:
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if attempt + 1 < _ATTEMPTS:
                time.sleep(_BETWEEN_S)
        else:
            return True
    return False


def _is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _taken(data_dir: Path) -> BackendUnavailable:
    found = holder(data_dir) or {}
    return BackendUnavailable(
        f"the data directory {data_dir} is in use by process {found.get('pid') or 'unknown'}",
        hint="Stop that process, or give this one another --data-dir.",
    )
