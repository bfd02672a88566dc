"""Where the archive lies: a folder, or whatever fsspec can open (``s3://bucket/prefix``).

A file is there whole or not at all: locally it is written beside its place, put on disk
and renamed; an object store shows an object once all of it has arrived.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from signal_factory.errors import BackendUnavailable, ConfigurationError

_PART = ".part"


class Place(ABC):
    """Files by relative path."""

    url: str
    """As an operator wrote it."""

    @property
    def shown(self) -> str:
        """The URL without what may be a key."""
        return _shown(self.url) if "://" in self.url else self.url

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """All of a file; None when there is none."""

    @abstractmethod
    def write(self, path: str, data: bytes) -> None:
        """Put a file there, whole, in place of one of that name."""

    @abstractmethod
    def delete(self, path: str) -> None:
        """Remove a file; one that is not there is gone already."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """The names of what lies in a folder, in order; none when there is no such folder."""

    @abstractmethod
    def size(self) -> int:
        """Bytes of all files."""

    @abstractmethod
    def opened(self, paths: Sequence[str]) -> tuple[Any, list[str]]:
        """A file system that Arrow reads (None: this machine's) and what the files are called in it."""


def place_of(url: str | Path) -> Place:
    """The place a path or URL names.

    Raises:
        ConfigurationError: nothing installed can open such a URL.
    """
    text = str(url)
    if "://" not in text or text.startswith("file://"):
        return _Folder(Path(text.removeprefix("file://")))
    return _Remote(text)


class _Folder(Place):
    def __init__(self, root: Path) -> None:
        self._root, self.url = root, str(root)

    def read(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unavailable(self.url, "read", error) from None

    def write(self, path: str, data: bytes) -> None:
        target = self._root / path
        part = target.with_name(f"{target.name}{_PART}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            raise _unavailable(self.url, "written", error) from None

    def delete(self, path: str) -> None:
        try:
            (self._root / path).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(self.url, "written", error) from None

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(each.name for each in (self._root / folder).iterdir() if each.suffix != _PART)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unavailable(self.url, "read", error) from None

    def size(self) -> int:
        return sum(each.stat().st_size for each in self._root.rglob("*") if each.is_file())

    def opened(self, paths: Sequence[str]) -> tuple[Any, list[str]]:
        return None, [str(self._root / path) for path in paths]


class _Remote(Place):
    def __init__(self, url: str) -> None:
        self.url = url
        self._files, root = _opened(url)
        self._root = root.rstrip("/")

    def read(self, path: str) -> bytes | None:
        try:
            data: bytes = self._files.cat_file(f"{self._root}/{path}")
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - each file system raises its own
            raise _unavailable(self.url, "read", error) from None
        return data

    def write(self, path: str, data: bytes) -> None:
        target = f"{self._root}/{path}"
        try:
            self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(target, data)
        except Exception as error:  # noqa: BLE001 - each file system raises its own
            raise _unavailable(self.url, "written", error) from None

    def delete(self, path: str) -> None:
        try:
            self._files.rm_file(f"{self._root}/{path}")
        except FileNotFoundError:
            return
        except Exception as error:  # noqa: BLE001 - each file system raises its own
            raise _unavailable(self.url, "written", error) from None

    def names(self, folder: str) -> list[str]:
        try:
            found: list[str] = self._files.ls(f"{self._root}/{folder}".rstrip("/"), detail=False)
        except FileNotFoundError:
            return []
        except Exception as error:  # noqa: BLE001 - each file system raises its own
            raise _unavailable(self.url, "read", error) from None
        return sorted({each.rstrip("/").rpartition("/")[2] for each in found})

    def size(self) -> int:
        try:
            return int(self._files.du(self._root))
        except FileNotFoundError:
            return 0
        except Exception as error:  # noqa: BLE001 - each file system raises its own
            raise _unavailable(self.url, "read", error) from None

    def opened(self, paths: Sequence[str]) -> tuple[Any, list[str]]:
        return self._files, [f"{self._root}/{path}" for path in paths]


def _opened(url: str) -> tuple[Any, str]:
    """An fsspec file system and the root in it; S3 by pyarrow's own client where s3fs is missing."""
    try:
        core: Any = import_module("fsspec.core")
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"the archive {_shown(url)} needs fsspec", hint="pip install 'signal-factory-engine[scale]'"
        ) from None
    try:
        if url.startswith("s3://"):
            return _s3(url)
        files, root = core.url_to_fs(url)
    except (ImportError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"the archive {_shown(url)} cannot be opened: {error}",
            hint="Use a folder, or s3://bucket/prefix.",
        ) from None
    return files, root


def _s3(url: str) -> tuple[Any, str]:
    arrow: Any = import_module("pyarrow.fs")
    wrapped: Any = import_module("fsspec.implementations.arrow")
    files, root = arrow.FileSystem.from_uri(url)
    return wrapped.ArrowFSWrapper(files), root


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _shown(url: str) -> str:
    """Without what may be a key: ``s3://…@bucket?secret=…``."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


def _unavailable(url: str, what: str, error: Exception) -> BackendUnavailable:
    return BackendUnavailable(
        f"the archive {_shown(url)} cannot be {what}: {type(error).__name__}",
        hint="Check `archive_url` and that it is reachable; nothing leaves the graph before it is archived.",
    )
