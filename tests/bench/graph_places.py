"""Empty stores of each kind for the benchmark, and what they take of the machine."""

import os
import resource
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from graph.port import GraphStore
from servers import Endpoint, running

STORES = ("sqlite", "neo4j", "arcadedb", "gremlin")
_MB = 1_000_000
_PATIENCE_S = 120.0
"""A server that has just started, on a busy machine, is to be measured and not given up."""


@dataclass(frozen=True, slots=True)
class Place:
    """A store, the folder it keeps its files in, the process that serves it (0: ours), its file."""

    store: GraphStore
    folder: Path
    pid: int = 0
    file: Path | None = None

    def disk_mb(self) -> float:
        """What its files take."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file()) / _MB

    def server_mb(self) -> float:
        """The most memory its server has held."""
        return _peak_mb(self.pid) if self.pid else 0.0


@contextmanager
def opened(name: str, heap: str) -> Generator[Place]:
    """An empty store of that name; a server is started for it, with a Java heap of ``heap``."""
    if name == "sqlite":
        from graph.stores.sqlite import SqliteGraphStore

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "graph.db"
            with closing(SqliteGraphStore(file)) as store:
                yield Place(store, Path(folder), file=file)
        return
    # The one way to a greater heap than a server's own command line asks for.
    os.environ["_JAVA_OPTIONS"] = f"-Xmx{heap}"
    with running(name) as server, closing(_OPENING[name](server.endpoint)) as store:
        yield Place(store, server.directory, server.endpoint.pid)


def _on_bolt(at: Endpoint) -> GraphStore:
    from graph.stores.neo4j import Neo4jGraphStore
    from graph.stores.neo4j_client import BoltAddress, Patience

    address = BoltAddress(at.url, at.user, at.password, at.database)
    return Neo4jGraphStore(address, patience=Patience(read_s=_PATIENCE_S, write_s=_PATIENCE_S))


def _on_gremlin(at: Endpoint) -> GraphStore:
    from graph.stores.gremlin_client import Patience
    from graph.stores.gremlin_open import open_gremlin

    return open_gremlin(at.url, patience=Patience(answer_s=_PATIENCE_S))


_OPENING: dict[str, Callable[[Endpoint], GraphStore]] = {
    "neo4j": _on_bolt, "arcadedb": _on_bolt, "gremlin": _on_gremlin,
}  # fmt: skip


def own_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024 / _MB


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1_024 / _MB
