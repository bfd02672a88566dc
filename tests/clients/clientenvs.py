"""Where `make clients` put each foreign client, or why it is not there."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = Path(__file__).resolve().parent / "projects"
RECORDED = Path(__file__).resolve().parent / "recorded"
CLIENTS = ("dbt", "spark", "airflow")


@dataclass(frozen=True)
class ClientEnv:
    """A client's own virtual environment."""

    name: str
    home: Path

    def program(self, name: str) -> str:
        return str(self.home / "bin" / name)

    @property
    def jars(self) -> list[str]:
        return sorted(str(path) for path in (self.home / "jars").glob("*.jar"))


class ClientMissing(Exception):
    """The client was not built here; the message says why and what to do."""


def clients_dir() -> Path:
    if configured := os.environ.get("SF_CLIENTS_DIR"):
        return Path(configured)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "signal-factory" / "clients"


def lock_key(client: str) -> str:
    """The same twelve characters that scripts/clients.sh names the folder with."""
    locks = sorted((ROOT / "locks").glob(f"clients-{client}*.txt"))
    return hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()[:12]


def locate(client: str) -> ClientEnv:
    """The environment of ``client``.

    Raises:
        ClientMissing: it was not built, or was built from another lock, or Java is not there.
    """
    home = clients_dir() / f"{client}-{lock_key(client)}"
    if client == "spark" and not _java_runs():
        raise ClientMissing("spark needs Java 17 or newer on PATH")
    if not (home / ".ready").exists():
        raise ClientMissing(f"{client} is not built: run `make clients` (looked in {home})")
    return ClientEnv(client, home)


def _java_runs() -> bool:
    return (
        shutil.which("java") is not None
        and subprocess.run(["java", "-version"], capture_output=True).returncode == 0
    )
