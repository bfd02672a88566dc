"""Postgres from the system's package. It refuses to run as root, and so root runs it as another."""

import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import ClassVar

from .endpoint import Endpoint
from .process import Server, free_port, unprivileged
from .where import postgres_bin

_USER = "signals"


class PostgresServer(Server):
    """One database, with a password and without a socket file."""

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # now, not when everybody has left

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._bin = postgres_bin()
        self._port = free_port()
        self._password = secrets.token_urlsafe(12)

    @property
    def account(self) -> str | None:
        """Never root."""
        return unprivileged()

    def prepare(self) -> None:
        """Make the cluster and its database's owner."""
        password = self.directory / "password"
        password.write_text(self._password, encoding="utf-8")
        if self.account is not None:
            for path in (self.directory, password):
                shutil.chown(path, self.account)
        subprocess.run(
            [str(self._bin / "initdb"), "-D", str(self.directory / "data"), "-U", _USER,
             "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync"],
            user=self.account, cwd=self.directory, check=True, capture_output=True,
        )  # fmt: skip

    def command(self) -> list[str]:
        """On loopback only; the socket directory is empty, so there is no socket file."""
        settings = ("listen_addresses=127.0.0.1", f"port={self._port}", "unix_socket_directories=")
        given = [part for one in settings for part in ("-c", one)]
        return [str(self._bin / "postgres"), "-D", str(self.directory / "data"), *given]

    def where(self) -> Endpoint:
        """As libpq and SQLAlchemy read it."""
        return Endpoint(f"postgresql://127.0.0.1:{self._port}/postgres", _USER, self._password, "postgres")

    def answers(self) -> bool:
        """Whether a query gets its answer."""
        import psycopg

        at = self.where()
        with psycopg.connect(at.url, user=at.user, password=at.password, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
