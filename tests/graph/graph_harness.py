"""Every graph store under one suite, each with a raw way in past the store's own methods."""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
from graph_servers import on_bolt
from gremlin_harness import on_gremlin

from graph.model import NodeRef
from graph.port import GraphStore
from graph.stores.memory import MemoryGraphStore
from graph.stores.sqlite import SqliteGraphStore


class Excuse(Enum):
    """Why a store does not do something: each becomes a strict xfail, so that a stale one fails."""

    NOT_IMPLEMENTED = "this project has not written it"
    NOT_YET = "the server cannot do it yet"
    NEVER = "the server's design rules it out"


class Raw(Protocol):
    """What is really held, read without the store."""

    def nodes(self) -> list[tuple[str, str]]: ...
    def edges(self) -> list[tuple[str, str, str, str, str]]: ...
    def props(self, ref: NodeRef) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Opened:
    store: GraphStore
    raw: Raw


@dataclass(frozen=True)
class StoreCase:
    name: str
    opened: Callable[[], AbstractContextManager[Opened]]
    excuses: Mapping[str, tuple[Excuse, str]] = field(default_factory=dict)
    is_served: bool = False
    """Whether a server has to run: its tests may take a cold start, and are fewer where each is slow."""


@dataclass(frozen=True)
class SqliteRaw:
    connection: sqlite3.Connection

    def nodes(self) -> list[tuple[str, str]]:
        query = "SELECT s.name, n.key FROM node n JOIN symbol s ON s.id = n.label"
        return sorted(self.connection.execute(query).fetchall())

    def edges(self) -> list[tuple[str, str, str, str, str]]:
        query = """SELECT k.name, a.name, s.key, b.name, d.key FROM edge e JOIN symbol k ON k.id = e.kind
            LEFT JOIN node s ON s.id = e.src LEFT JOIN symbol a ON a.id = s.label
            LEFT JOIN node d ON d.id = e.dst LEFT JOIN symbol b ON b.id = d.label"""
        return sorted(self.connection.execute(query).fetchall())

    def props(self, ref: NodeRef) -> dict[str, Any]:
        query = "SELECT n.props FROM node n JOIN symbol s ON s.id = n.label WHERE s.name = ? AND n.key = ?"
        (text,) = self.connection.execute(query, ref).fetchone()
        return json.loads(text)


@dataclass(frozen=True)
class NetworkxRaw:
    graph: Any

    def nodes(self) -> list[tuple[str, str]]:
        return sorted(tuple(ref) for ref in self.graph.nodes)

    def edges(self) -> list[tuple[str, str, str, str, str]]:
        return sorted((kind, *src, *dst) for src, dst, kind in self.graph.edges(keys=True))

    def props(self, ref: NodeRef) -> dict[str, Any]:
        held = self.graph.nodes[ref]["node"].props
        return {name: list(value) if isinstance(value, tuple) else value for name, value in held.items()}


@contextmanager
def _sqlite_file() -> Generator[Opened]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.db"
        store = SqliteGraphStore(path)
        connection = sqlite3.connect(path)
        try:
            yield Opened(store, SqliteRaw(connection))
        finally:
            connection.close()
            store.close()


@contextmanager
def _sqlite_memory() -> Generator[Opened]:
    store = SqliteGraphStore()
    try:
        with store._connections.reading() as connection:
            raw = SqliteRaw(connection)
        yield Opened(store, raw)
    finally:
        store.close()


@contextmanager
def _networkx() -> Generator[Opened]:
    store = MemoryGraphStore()
    yield Opened(store, NetworkxRaw(store.graph))


@contextmanager
def _served(opened: Callable[[], AbstractContextManager[tuple[GraphStore, Raw]]]) -> Generator[Opened]:
    with opened() as (store, raw):
        yield Opened(store, raw)


CASES = (
    StoreCase("sqlite-file", _sqlite_file),
    StoreCase("sqlite-memory", _sqlite_memory),
    StoreCase("networkx", _networkx),
    StoreCase("neo4j", partial(_served, on_bolt("neo4j")), is_served=True),
    StoreCase("arcadedb", partial(_served, on_bolt("arcadedb")), is_served=True),
    StoreCase("gremlin", partial(_served, on_gremlin("neptune")), is_served=True),
)


def every_store(requirement: str) -> pytest.MarkDecorator:
    """Run a test on every store; ``requirement`` names what a store may be excused from."""
    return pytest.mark.parametrize("case", [store_param(case, requirement) for case in CASES])


def store_param(case: StoreCase, requirement: str) -> Any:
    marks = [pytest.mark.timeout(180)] if case.is_served else []
    if excuse := case.excuses.get(requirement):
        why, detail = excuse
        marks.append(pytest.mark.xfail(strict=True, reason=f"{case.name}: {why.value}: {detail}"))
    return pytest.param(case, id=case.name, marks=marks)
