"""Which engine and which graph store are in use; nothing else in the project knows."""

from pathlib import Path
from typing import Protocol

from .ports import RunningEngine

GRAPH_FILE = "graph.db"


class ClosableGraph(Protocol):
    """All the service itself needs of a graph store."""

    def close(self) -> None:
        """Release what the store holds."""
        ...


def embedded(data_dir: Path, *, read_only: bool = False) -> tuple[RunningEngine, ClosableGraph]:
    """The engine over the embedded graph of a data directory."""
    from graph.stores.sqlite import SqliteGraphStore

    from .engine import Engine

    graph = SqliteGraphStore(data_dir / GRAPH_FILE, read_only=read_only)
    return Engine(graph), graph
