"""Where a test's state may lie: in a directory, or in a database of its own on a real Postgres."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, create_engine, make_url

from servers.endpoint import Endpoint
from service.eventlog import EventLog
from service.routing.store import RoutesStore
from service.state.files import FILES
from service.state.tables import Part

_numbers = itertools.count()


@dataclass(frozen=True)
class Place:
    """A state; ``state_url`` is empty where it lies in files."""

    data_dir: Path
    state_url: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        return "postgres" if self.state_url else "sqlite"

    def log(self, **options: Any) -> EventLog:
        return EventLog(self.data_dir, state_url=self.state_url, **options)

    def routes(self) -> RoutesStore:
        return RoutesStore(self.data_dir, state_url=self.state_url)

    @contextmanager
    def raw(self, part: Part = Part.LOG) -> Iterator[Engine]:
        """A way in past the store."""
        url = make_url(self.state_url or f"sqlite:///{self.data_dir / FILES[part]}")
        engine = create_engine(url.set(drivername="postgresql+psycopg") if self.state_url else url)
        try:
            yield engine
        finally:
            engine.dispose()


def database_on(at: Endpoint) -> str:
    """The address, with its password, of a new database on a server."""
    name = f"state_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(at.url, user=at.user, password=at.password, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(at.url).set(
        username=at.user, password=at.password, database=name
    ).render_as_string(hide_password=False)  # fmt: skip


def place_of(kind: str, data_dir: Path) -> Place:
    """A new place; the test is skipped, or fails, where there is no Postgres."""
    from servers.for_pytest import shared_server

    return Place(data_dir, database_on(shared_server("postgres")) if kind == "postgres" else "")
