"""ArcadeDB: a second server that speaks openCypher over Bolt, with a Java of its own."""

import secrets
from pathlib import Path
from typing import ClassVar

from .endpoint import Endpoint
from .neo4j_server import bolt_answers
from .process import Server, free_port
from .where import parts

_DATABASE = "signals"


class ArcadeDbServer(Server):
    """One empty database; its HTTP port is there because it cannot be turned off."""

    name: ClassVar[str] = "arcadedb"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._bolt, self._http = free_port(), free_port()
        self._password = secrets.token_urlsafe(12)
        self._home = parts(self.name) / "arcadedb_embedded"

    def prepare(self) -> None:
        """It does not make its folders itself."""
        for folder in ("log", "databases", "config"):
            (self.directory / folder).mkdir()

    def command(self) -> list[str]:
        """Its own Java with everything as properties."""
        settings = {
            "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "server.rootPath": str(self.directory),
            "server.rootPassword": self._password,
            "server.httpIncomingHost": "127.0.0.1",
            "server.httpIncomingPort": str(self._http),
            "server.defaultDatabases": f"{_DATABASE}[]",
            "bolt.host": "127.0.0.1",
            "bolt.port": str(self._bolt),
            "bolt.defaultDatabase": _DATABASE,
        }
        given = [f"-Darcadedb.{name}={value}" for name, value in settings.items()]
        return [
            *(str(self._home / "jre" / "bin" / "java"), "-Xmx1g", "--add-modules", "jdk.incubator.vector"),
            *("-cp", str(self._home / "jars" / "*"), *given, "com.arcadedb.server.ArcadeDBServer"),
        ]

    def where(self) -> Endpoint:
        """Bolt without routing."""
        return Endpoint(f"bolt://127.0.0.1:{self._bolt}", "root", self._password, _DATABASE)

    def answers(self) -> bool:
        """Through the driver of Neo4j."""
        return bolt_answers(self.where())
