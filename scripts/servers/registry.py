"""The servers by name."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from .process import Server

S = TypeVar("S", bound=Server)
NAMES: tuple[str, ...] = ("neo4j", "arcadedb", "gremlin", "kafka", "postgres")


def server(name: str, directory: Path) -> Server:
    """A server in an empty directory, not yet prepared.

    Raises:
        PartsMissing: what it runs on is not here.
    """
    from .arcadedb_server import ArcadeDbServer
    from .gremlin_server import GremlinServer
    from .kafka_broker import KafkaBroker
    from .neo4j_server import Neo4jServer
    from .postgres_server import PostgresServer

    kinds: tuple[type[Server], ...] = (
        Neo4jServer, ArcadeDbServer, GremlinServer, KafkaBroker, PostgresServer,
    )  # fmt: skip
    return next(kind for kind in kinds if kind.name == name)(directory)


def require(name: str) -> None:
    """Nothing, where the server can run.

    Raises:
        PartsMissing: what it runs on is not here.
    """
    with throw_away() as directory:
        server(name, directory)


@contextmanager
def throw_away() -> Generator[Path]:
    """A directory that other accounts may enter, gone at the end."""
    # Inside the run's set if there is one: its keeper then looks after this server too.
    directory = Path(tempfile.mkdtemp(prefix="sf-server-", dir=os.environ.get("SF_SERVERS_RUN")))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def running(name: str) -> Generator[Server]:
    """A server of one's own, up and answering; gone with its data at the end.

    Raises:
        PartsMissing: what it runs on is not here.
        ServerFailed: it does not come up.
    """
    with started(lambda directory: server(name, directory)) as made:
        yield made


@contextmanager
def started(make: Callable[[Path], S]) -> Generator[S]:
    """As ``running``, for a server that is set up in a way of its own."""
    with throw_away() as directory:
        made = make(directory)
        made.prepare()
        try:
            made.start()
            yield made
        finally:
            made.stop()
