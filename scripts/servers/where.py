"""Where the parts of each server are kept, and whether they are there."""

import hashlib
import os
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "locks"
JAVA = 17


class PartsMissing(Exception):
    """A server cannot run here; the message says what is missing and what to do."""


def servers_dir() -> Path:
    """``$SF_SERVERS_DIR``, else the user's cache."""
    if configured := os.environ.get("SF_SERVERS_DIR"):
        return Path(configured)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "signal-factory" / "servers"


def lock_of(name: str) -> Path:
    """The file that says what belongs to a server, with its hashes."""
    return LOCKS / f"servers-{name}.txt"


def home_of(name: str) -> Path:
    """The folder of one server's parts, named by its lock."""
    key = hashlib.sha256(lock_of(name).read_bytes()).hexdigest()[:12]
    return servers_dir() / f"{name}-{key}"


def parts(name: str) -> Path:
    """The built parts of a server.

    Raises:
        PartsMissing: they were not fetched yet, or from another lock.
    """
    home = home_of(name)
    if not (home / ".ready").exists():
        raise PartsMissing(f"{name} is not fetched: run `make services-fetch` (looked in {home})")
    return home


@lru_cache(maxsize=1)
def java() -> str:
    """The Java on PATH.

    Raises:
        PartsMissing: there is none, or it is older than 17.
    """
    program = shutil.which("java")
    if program is None:
        raise PartsMissing(f"no Java on PATH: install Java {JAVA} or newer")
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < JAVA:
        raise PartsMissing(f"the Java on PATH is older than {JAVA}")
    return program


def postgres_bin() -> Path:
    """The folder of Postgres' programs: Debian keeps them off PATH.

    Raises:
        PartsMissing: there is no Postgres.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: _number(one.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise PartsMissing("no Postgres: install the package postgresql")
    return (found[-1] if found else Path(str(on_path))).parent


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0
