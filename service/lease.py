"""One writer per data directory."""

import fcntl
import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import TextIO, cast

from signal_factory.errors import BackendUnavailable
from signal_factory.times import format_time

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


class WriterLease:
    """An advisory lock on the data directory; the kernel drops it when the process dies."""

    def __init__(self, data_dir: Path, now: datetime) -> None:
        """Take the lease.

        Raises:
            BackendUnavailable: another process has it; the message names its pid.
        """
        self._file = (data_dir / LOCK_FILE).open("a+", encoding="utf-8")
        if not _acquired(self._file):
            self._file.close()
            raise _taken(data_dir)
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "since": format_time(now)}))
        self._file.flush()

    def release(self) -> None:
        """Give the lease up; another process may take it at once."""
        if not self._file.closed:
            self._file.truncate(0)
            self._file.close()


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
