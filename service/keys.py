"""Who may do what: API keys, their roles, and the file that holds their digests.

The first start makes one local admin key, stored readable by its owner only. Keys
added later are shown once; only their SHA-256 is kept (they are 256 random bits, so
a slow hash adds nothing).
"""

import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from signal_factory.errors import CallerError, ConfigurationError, NotFound
from signal_factory.times import format_time

LOCAL_KEY_FILE: Final = "api-key"
KEYS_FILE: Final = "keys.json"
_KEY_BYTES: Final = 32


class Scope(StrEnum):
    """What a key may be used for."""

    READ = "read"
    INGEST = "ingest"
    OPERATE = "operate"
    APPROVE = "approve"
    ADMIN = "admin"


ROLES: Final[Mapping[str, frozenset[Scope]]] = {
    "reader": frozenset({Scope.READ}),
    "ingester": frozenset({Scope.INGEST}),
    "operator": frozenset({Scope.READ, Scope.INGEST, Scope.OPERATE}),
    "approver": frozenset({Scope.READ, Scope.INGEST, Scope.OPERATE, Scope.APPROVE}),
    "admin": frozenset(Scope),
}
"""Roles of contract §4. A key inside a job needs to send and nothing else, hence ``ingester`` cannot read."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whoever presented a key."""

    name: str
    role: str

    def may(self, scope: Scope) -> bool:
        """Whether the role covers ``scope``."""
        return scope in ROLES[self.role]


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An added key as it is kept; the key itself is not."""

    name: str
    role: str
    sha256: str
    created_at: str


class Keyring:
    """The keys that a server accepts. Keys added or removed while it runs count at once."""

    def __init__(self, data_dir: Path, admin_key: str) -> None:
        self._path = data_dir / KEYS_FILE
        self._admin = StoredKey("local", "admin", digest(admin_key), "")
        self._seen: tuple[int, int] | None = None
        self._stored: list[StoredKey] = []

    def identify(self, presented: str) -> Identity | None:
        """Who owns ``presented``; every key is compared in constant time."""
        wanted = digest(presented)
        found: Identity | None = None
        for key in [self._admin, *self._current()]:
            if hmac.compare_digest(key.sha256, wanted):
                found = Identity(key.name, key.role)
        return found

    def _current(self) -> list[StoredKey]:
        try:
            status = self._path.stat()
        except OSError:
            return []
        mark = (status.st_mtime_ns, status.st_ino)
        if mark != self._seen:
            self._stored, self._seen = stored_keys(self._path.parent), mark
        return self._stored


def digest(key: str) -> str:
    """SHA-256 of a key, in hex."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def local_key(data_dir: Path, configured: str | None, random_bytes: Callable[[int], bytes]) -> str:
    """The admin key: the configured one, else the one in the data directory, made if there is none.

    Raises:
        ConfigurationError: the key file cannot be read or written.
    """
    if configured is not None:
        return configured
    path = data_dir / LOCAL_KEY_FILE
    try:
        if not path.exists():
            _write_private(path, f"sf_{random_bytes(_KEY_BYTES).hex()}\n")
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the key file {path} cannot be used: {error}") from None
    if not key:
        raise ConfigurationError(
            f"the key file {path} is empty", hint="Delete it; the next start makes a new key."
        )
    return key


def stored_keys(data_dir: Path) -> list[StoredKey]:
    """The added keys.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    path = data_dir / KEYS_FILE
    if not path.exists():
        return []
    try:
        entries: Any = json.loads(path.read_text(encoding="utf-8"))
        keys = [StoredKey(**entry) for entry in entries]
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    return [key for key in keys if key.role in ROLES]


def add_key(data_dir: Path, name: str, role: str, now: datetime, random_bytes: Callable[[int], bytes]) -> str:
    """Make a key and return it; it cannot be shown again.

    Raises:
        CallerError: no such role, or the name is taken.
    """
    if role not in ROLES:
        raise CallerError(f"no role {role!r}", hint=f"Roles are {', '.join(ROLES)}.")
    keys = stored_keys(data_dir)
    if name == "local" or any(key.name == name for key in keys):
        raise CallerError(f"a key named {name!r} exists", hint="Choose another --name, or remove it first.")
    key = f"sf_{random_bytes(_KEY_BYTES).hex()}"
    _store(data_dir, [*keys, StoredKey(name, role, digest(key), format_time(now))])
    return key


def remove_key(data_dir: Path, name: str) -> None:
    """Forget a key; requests with it are refused from now on.

    Raises:
        NotFound: there is no key of that name.
    """
    keys = stored_keys(data_dir)
    left = [key for key in keys if key.name != name]
    if len(left) == len(keys):
        raise NotFound(f"no key named {name!r}", hint="See `sf keys list`.")
    _store(data_dir, left)


def _store(data_dir: Path, keys: list[StoredKey]) -> None:
    _write_private(data_dir / KEYS_FILE, json.dumps([asdict(key) for key in keys], indent=1) + "\n")


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
