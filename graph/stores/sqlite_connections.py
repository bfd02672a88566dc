"""Connections to the embedded graph: one writer, and readers as many as there are threads."""

import sqlite3
import threading
from collections import deque
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from signal_factory.errors import BackendUnavailable

from .sqlite_known import KnowingConnection

MEMORY = ":memory:"
BUSY_TIMEOUT_S = 10.0
_MMAP_BYTES = 192 * 1024 * 1024
_READER_CACHE_KIB = 16 * 1024
_WRITER_CACHE_KIB = 64 * 1024
# So many idle connections keep what they read: a crowd of threads must not fill the memory.
_REMEMBER = 2
# Rarer checkpoints write a page that changed often only once: four tenths more writes a second.
_CHECKPOINT_PAGES = 8_000


class Connections:
    """Hands each thread a connection of its own for as long as it needs one.

    A graph in memory has a single connection, which threads take in turn.
    """

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        self._path = path
        self.is_in_memory = path == MEMORY
        self._lock = threading.RLock()
        self._idle: deque[KnowingConnection] = deque()
        self._closed = False
        self._lazy = threading.local()
        self._waits_for_disk = True
        self._writer = None if read_only else _connect(path, read_only=False)

    @contextmanager
    def reading(self) -> Generator[KnowingConnection]:
        """A connection that sees one moment of the graph until it is given back."""
        if self.is_in_memory:
            with self._lock:
                yield self._open_writer()
            return
        connection = self._take_reader()
        try:
            with _answering("read"):
                connection.execute("BEGIN")
                yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def writing(self) -> Generator[KnowingConnection]:
        """The writer's connection inside one transaction: all of it, or nothing."""
        with self._lock, _answering("write"):
            connection = self._open_writer()
            self._heed(connection, waits=not getattr(self._lazy, "is_on", False))
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def lazily(self) -> Generator[None]:
        """Commits of this thread wait for no disk until this is left."""
        self._lazy.is_on = True
        try:
            yield
        finally:
            self._lazy.is_on = False

    def _heed(self, connection: KnowingConnection, *, waits: bool) -> None:
        """Let the writer's commits wait for the disk, or not."""
        if waits == self._waits_for_disk or self.is_in_memory:
            return
        connection.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES if waits else 0}")
        self._waits_for_disk = waits

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file as far as nobody is in the way; writers go on meanwhile."""
        if self.is_in_memory or self._writer is None:
            return
        with _answering("write"), closing(_connect(self._path, read_only=False)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close every idle connection; those in use close when they are given back."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _open_writer(self) -> KnowingConnection:
        if self._writer is None:
            why = "closed" if self._closed else "open for reading only"
            raise BackendUnavailable(f"the graph is {why}")
        return self._writer

    def _take_reader(self) -> KnowingConnection:
        if self._closed:
            raise BackendUnavailable("the graph is closed")
        try:
            return self._idle.pop()
        except IndexError:
            return _connect(self._path, read_only=True)

    def _give_back(self, connection: KnowingConnection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if self._closed:
            connection.close()
            return
        if len(self._idle) >= _REMEMBER:
            connection.known.forget()
        self._idle.append(connection)


@contextmanager
def _answering(what: str) -> Generator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        # Its other subclasses (a broken constraint, a misused call) are our own mistakes.
        if type(error) not in (sqlite3.DatabaseError, sqlite3.OperationalError):
            raise
        raise BackendUnavailable(f"cannot {what} the graph: {error}") from error


def _connect(path: str, *, read_only: bool) -> KnowingConnection:
    try:
        connection = _opened(path, read_only=read_only)
        try:
            return _tuned(connection, path, read_only=read_only)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise BackendUnavailable(f"cannot open the graph {Path(path).name}: {error}") from error


def _opened(path: str, *, read_only: bool) -> KnowingConnection:
    target = MEMORY if path == MEMORY else f"file:{quote(str(Path(path).absolute()))}?mode={_mode(read_only)}"
    return sqlite3.connect(
        target,
        uri=path != MEMORY,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=KnowingConnection,
    )


def _mode(read_only: bool) -> str:
    return "ro" if read_only else "rwc"


def _tuned(connection: KnowingConnection, path: str, *, read_only: bool) -> KnowingConnection:
    if path == MEMORY:
        return connection
    connection.execute(f"PRAGMA mmap_size = {_MMAP_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB if read_only else _WRITER_CACHE_KIB}")
    if not read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    return connection
