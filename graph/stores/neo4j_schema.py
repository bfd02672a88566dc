"""What a Bolt server is told of the graph before the first write: constraints and indexes, by version."""

from collections.abc import Iterator

from ..errors import GraphVersionError
from ..schema import EDGE_KINDS, LABELS
from .neo4j_client import BoltClient, Transaction, rows

SCHEMA_VERSION = 1
# Made before it is read: servers log a warning for names that they have never heard.
_VERSION = "CREATE CONSTRAINT sf_version IF NOT EXISTS FOR (v:GraphVersion) REQUIRE v.version IS UNIQUE"
_READ_VERSION = "MATCH (v:GraphVersion) RETURN max(v.version)"
_READ_MARK = "MATCH (v:GraphVersion) RETURN max(v.reached)"
_WRITE_MARK = "MATCH (v:GraphVersion {version: $version}) SET v.reached = $reached RETURN v.reached"
_WRITE_VERSION = "MERGE (v:GraphVersion {version: $version}) SET v.reached = coalesce(v.reached, -1)"


def migrate(client: BoltClient) -> None:
    """Bring the server to this program's version; each statement may be repeated without harm.

    Raises:
        GraphVersionError: a newer program wrote this graph.
    """
    client.run(_VERSION)
    version = check_version(client)
    if version < SCHEMA_VERSION:
        for statement in _first():
            client.run(statement)
        client.write(_note)


def check_version(client: BoltClient) -> int:
    """The version on the server, 0 where there is none.

    Raises:
        GraphVersionError: a newer program wrote this graph.
    """
    version = client.read(_noted)
    if version > SCHEMA_VERSION:
        raise GraphVersionError(f"the graph has version {version}, this program knows {SCHEMA_VERSION}")
    return version


async def mark(transaction: Transaction) -> int:
    """How far the graph has come; -1 where nobody said so."""
    found = await rows(transaction, _READ_MARK)
    return int(found[0][0]) if found and found[0][0] is not None else -1


async def set_mark(transaction: Transaction, reached: int) -> bool:
    """Say how far the graph has come; whether the server knows of the graph at all."""
    return bool(await rows(transaction, _WRITE_MARK, version=SCHEMA_VERSION, reached=reached))


def _first() -> Iterator[str]:
    """Version 1: a key names one node of its label; what is old is found by time."""
    for label in LABELS:
        name = label.lower()
        yield f"CREATE CONSTRAINT sf_{name}_key IF NOT EXISTS FOR (n:{label}) REQUIRE n.key IS UNIQUE"
        yield f"CREATE INDEX sf_{name}_at IF NOT EXISTS FOR (n:{label}) ON (n.at)"
    for kind in EDGE_KINDS:
        yield f"CREATE INDEX sf_{kind.lower()}_at IF NOT EXISTS FOR ()-[e:{kind}]-() ON (e.at)"


async def _noted(transaction: Transaction) -> int:
    found = await rows(transaction, _READ_VERSION)
    return (found[0][0] or 0) if found else 0


async def _note(transaction: Transaction) -> None:
    await rows(transaction, _WRITE_VERSION, version=SCHEMA_VERSION)
