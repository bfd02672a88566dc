"""A real Gremlin Server under the store suite, and a raw way in that shares nothing with the store."""

import fcntl
import json
import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gremlin_python.driver.client import Client

from graph.model import NodeRef
from graph.stores.gremlin import GremlinGraphStore
from graph.stores.gremlin_open import open_gremlin
from servers import shared
from servers.for_pytest import shared_server
from servers.gremlin_server import LIKE_NEPTUNE, TRANSACTIONAL

SOURCES = {"neptune": LIKE_NEPTUNE, "tx": TRANSACTIONAL}


@dataclass(frozen=True)
class GremlinRaw:
    """Scripts sent with the driver's own client, which the store never does."""

    client: Client

    def ask(self, script: str) -> list[Any]:
        return self.client.submit(script).all().result(timeout=30)

    def nodes(self) -> list[tuple[str, str]]:
        found = self.ask("g.V().project('label','key').by(label).by('key')")
        return sorted((one["label"], one["key"]) for one in found)

    def edges(self) -> list[tuple[str, str, str, str, str]]:
        ends = "by(outV().label()).by(outV().values('key')).by(inV().label()).by(inV().values('key'))"
        found = self.ask(f"g.E().project('kind','a','b','c','d').by(label).{ends}")
        return sorted((one["kind"], one["a"], one["b"], one["c"], one["d"]) for one in found)

    def props(self, ref: NodeRef) -> dict[str, Any]:
        (held,) = self.ask(f"g.V().has('{ref.label}','key','{ref.key}').valueMap()")
        named = {name: self._only(values) for name, values in held.items()}
        return {name: value for name, value in named.items() if name not in ("key", "at")}

    def paste(self, query: dict[str, str]) -> list[list[tuple[str, str]]]:
        """The nodes along each path that a report's Gremlin finds."""
        paths = [path.objects for path in self.ask(query["gremlin"])]
        return [[(one.label, _key(one)) for one in path] for path in paths]

    def _only(self, values: list[Any]) -> Any:
        (value,) = values
        return json.loads(value) if isinstance(value, str) and value.startswith("[") else value


def _key(vertex: Any) -> str:
    return next(one.value for one in vertex.properties if one.key == "key")


@contextmanager
def source(kind: str) -> Generator[str]:
    """A graph of that kind which no other test uses, here or in another process."""
    run = Path(os.environ[shared.RUN])
    for name in SOURCES[kind]:
        with (run / f"gremlin-{name}.use").open("w") as held, suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield name
            return
    raise LookupError(f"every {kind} graph is in use")


def on_gremlin(kind: str) -> Callable[[], AbstractContextManager[tuple[GremlinGraphStore, GremlinRaw]]]:
    """Opens a store on an empty graph: ``neptune`` has Neptune's defaults, ``tx`` has transactions."""

    @contextmanager
    def opened() -> Generator[tuple[GremlinGraphStore, GremlinRaw]]:
        url = shared_server("gremlin").url
        with source(kind) as name, raw_at(url, name) as raw, closing(open_gremlin(url, source=name)) as store:
            yield store, raw

    return opened


@contextmanager
def raw_at(url: str, name: str) -> Generator[GremlinRaw]:
    """A raw way into a traversal source, which is emptied."""
    with closing(Client(url, name, pool_size=1, max_workers=1)) as client:
        raw = GremlinRaw(client)
        raw.ask("g.V().drop()")
        yield raw
