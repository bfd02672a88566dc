"""Neo4j Community over Bolt, from its Maven artifacts."""

import secrets
import subprocess
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from .endpoint import Endpoint
from .process import Server, free_port
from .where import java, parts

_OPENS = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch")


class Neo4jServer(Server):
    """With authentication; ``certificate`` (a key file and a certificate file) turns TLS on."""

    name: ClassVar[str] = "neo4j"

    def __init__(self, directory: Path, certificate: tuple[Path, Path] | None = None) -> None:
        super().__init__(directory)
        self._port = free_port()
        # One that begins with a dash would be read as an option.
        self._password = secrets.token_hex(12)
        self.certificate = certificate
        self._classes = f"{parts(self.name)}/*"

    def prepare(self) -> None:
        """Write the settings and set the password."""
        (self.directory / "conf").mkdir()
        (self.directory / "conf" / "neo4j.conf").write_text("\n".join(self._settings()), encoding="utf-8")
        self.renew()

    def data(self) -> Sequence[Path]:
        """One folder, accounts included."""
        return (self.directory / "data",)

    def renew(self) -> None:
        """Set the password."""
        subprocess.run(
            [java(), "-cp", self._classes, "org.neo4j.server.startup.Neo4jAdminCommand",
             "dbms", "set-initial-password", self._password],
            env={"NEO4J_HOME": str(self.directory), "NEO4J_CONF": str(self.directory / "conf")},
            check=True, capture_output=True,
        )  # fmt: skip

    def command(self) -> list[str]:
        """As ``docs/backends.md`` tells it."""
        opened = [f"--add-opens={module}=ALL-UNNAMED" for module in _OPENS]
        return [
            *(java(), "-Xmx1g", *opened, "-cp", self._classes),
            *("org.neo4j.server.CommunityEntryPoint", f"--home-dir={self.directory}"),
            f"--config-dir={self.directory / 'conf'}",
        ]

    def where(self) -> Endpoint:
        """Bolt without routing."""
        scheme = "bolt+ssc" if self.certificate else "bolt"
        return Endpoint(f"{scheme}://127.0.0.1:{self._port}", "neo4j", self._password, "neo4j")

    def answers(self) -> bool:
        """Through the official driver."""
        return bolt_answers(self.where())

    def _settings(self) -> list[str]:
        settings = [
            f"server.bolt.listen_address=127.0.0.1:{self._port}",
            f"server.bolt.advertised_address=127.0.0.1:{self._port}",
            *("server.http.enabled=false", "server.https.enabled=false", "dbms.usage_report.enabled=false"),
            *("server.memory.heap.max_size=1g", "server.memory.pagecache.size=256m"),
        ]
        return settings if self.certificate is None else [*settings, *self._encrypted(*self.certificate)]

    def _encrypted(self, key: Path, certificate: Path) -> list[str]:
        return [
            *("server.bolt.tls_level=REQUIRED", "dbms.ssl.policy.bolt.enabled=true"),
            *(f"dbms.ssl.policy.bolt.base_directory={key.parent}", "dbms.ssl.policy.bolt.client_auth=NONE"),
            f"dbms.ssl.policy.bolt.private_key={key.name}",
            f"dbms.ssl.policy.bolt.public_certificate={certificate.name}",
        ]


def bolt_answers(at: Endpoint) -> bool:
    """Whether a query over Bolt gets its answer."""
    # What its factories take is not typed.
    opening: Any = import_module("neo4j").GraphDatabase
    with (
        opening.driver(at.url, auth=(at.user, at.password), connection_timeout=2) as driver,
        driver.session(database=at.database) as session,
    ):
        return bool([record["one"] for record in session.run("RETURN 1 AS one")] == [1])
