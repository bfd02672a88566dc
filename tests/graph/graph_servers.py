"""Graph stores on real servers, for the suites that run on every store."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from graph.model import NodeRef
from graph.port import GraphStore
from graph.stores.neo4j import Neo4jGraphStore
from graph.stores.neo4j_client import BoltAddress
from servers import Endpoint, shared
from servers.for_pytest import shared_server

_OURS = "NOT n:GraphVersion"


def address_of(at: Endpoint) -> BoltAddress:
    return BoltAddress(at.url, at.user, at.password, at.database)


@dataclass(frozen=True)
class BoltRaw:
    """What a Bolt server holds, asked through the driver itself."""

    session: Any

    def nodes(self) -> list[tuple[str, str]]:
        found = self._ask(f"MATCH (n) WHERE {_OURS} RETURN labels(n), n.key")
        return sorted((label, key) for labels, key in found for label in labels)

    def edges(self) -> list[tuple[str, str, str, str, str]]:
        found = self._ask("MATCH (s)-[e]->(d) RETURN type(e), labels(s)[0], s.key, labels(d)[0], d.key")
        return sorted((kind, source, src, target, dst) for kind, source, src, target, dst in found)

    def props(self, ref: NodeRef) -> dict[str, Any]:
        query = f"MATCH (n:{ref.label} {{key: $key}}) RETURN properties(n)"
        ((held,),) = self._ask(query, key=ref.key)
        return {name: value for name, value in held.items() if name not in ("key", "at", "_times")}

    def paste(self, query: dict[str, str]) -> list[list[tuple[str, str]]]:
        """The nodes along each path that a report's Cypher finds."""
        paths = [path for (path,) in self._ask(query["cypher"])]
        return [[(next(iter(node.labels)), node["key"]) for node in path.nodes] for path in paths]

    def wipe(self) -> None:
        self._ask(f"MATCH (n) WHERE {_OURS} DETACH DELETE n")

    def _ask(self, query: str, **parameters: Any) -> list[list[Any]]:
        return self.session.run(query, parameters).values()


def on_bolt(name: str) -> Callable[[], AbstractContextManager[tuple[GraphStore, BoltRaw]]]:
    """An empty graph on the run's shared server of that name, alone while it is used."""

    @contextmanager
    def opened() -> Generator[tuple[GraphStore, BoltRaw]]:
        at = shared_server(name)
        with shared.exclusively(name), raw_bolt(at) as raw:
            store = Neo4jGraphStore(address_of(at))
            try:
                raw.wipe()
                yield store, raw
            finally:
                store.close()

    return opened


@contextmanager
def raw_bolt(at: Endpoint) -> Iterator[BoltRaw]:
    from neo4j import GraphDatabase

    driver: Any = GraphDatabase.driver(at.url, auth=(at.user, at.password))
    with driver, driver.session(database=at.database) as session:
        yield BoltRaw(session)
