"""Which engine and which graph store are in use; nothing else in the project knows."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .graph_address import GREMLIN, scheme_of
from .ports import RunningEngine
from .state.files import LOG_FILE

if TYPE_CHECKING:
    from graph.port import GraphStore
    from graph.watched import WatchedStore

    from .clocks import TimeSource
    from .kafka.settings import Kafka
    from .lease import Lease
    from .paired import PairedLog
    from .routing.store import RoutesStore
    from .settings import Settings

GRAPH_FILE = "graph.db"


class ClosableGraph(Protocol):
    """All the service itself needs of a graph store."""

    def close(self) -> None:
        """Release what the store holds."""
        ...


def engine_of(settings: "Settings", *, read_only: bool = False) -> "tuple[RunningEngine, WatchedStore]":
    """The engine over the graph that the settings name.

    Raises:
        BackendUnavailable: the graph cannot be reached.
        ConfigurationError: its server does not let us in, or its driver is missing.
    """
    from .engine import Engine

    graph = graph_of(settings, read_only=read_only)
    return Engine(graph), graph


def embedded(data_dir: Path, *, read_only: bool = False) -> tuple[RunningEngine, ClosableGraph]:
    """The engine over the embedded graph of a data directory."""
    from graph.stores.sqlite import SqliteGraphStore
    from graph.watched import WatchedStore

    from .engine import Engine

    graph = WatchedStore(SqliteGraphStore(data_dir / GRAPH_FILE, read_only=read_only))
    return Engine(graph), graph


def graph_of(settings: "Settings", *, read_only: bool = False) -> "WatchedStore":
    """The graph that the settings name: on a server, or the embedded one of the data directory.

    Raises:
        BackendUnavailable: it cannot be reached.
        ConfigurationError: its server does not let us in, or its driver is missing.
    """
    from graph.watched import WatchedStore

    return WatchedStore(_graph(settings, read_only))


def shared_graph(settings: "Settings") -> "WatchedStore":
    """The graph that another process writes, for reading; an embedded one is made where none is yet.

    Raises:
        BackendUnavailable: it cannot be reached.
        ConfigurationError: its server does not let us in, or its driver is missing.
    """
    if not settings.graph_url and not (settings.data_dir / GRAPH_FILE).exists():
        graph_of(settings).close()
    return graph_of(settings, read_only=True)


def _graph(settings: "Settings", read_only: bool) -> "GraphStore":
    if not settings.graph_url:
        from graph.stores.sqlite import SqliteGraphStore

        return SqliteGraphStore(settings.data_dir / GRAPH_FILE, read_only=read_only)
    on_gremlin = scheme_of(settings.graph_url) in GREMLIN
    return _gremlin(settings, read_only) if on_gremlin else _bolt(settings, read_only)


def kafka_of(settings: "Settings") -> "Kafka":
    """Where the bus is, with what ``[kafka]`` in ``sf.toml`` gives its clients."""
    from .kafka.settings import Kafka

    client = {name: value.get_secret_value() for name, value in settings.kafka.items()}
    return Kafka(settings.kafka_servers, settings.kafka_prefix, client, settings.kafka_session_s)


def lease_of(settings: "Settings", holder: str, now: "TimeSource", name: str = "") -> "Lease":
    """The right to lead, or to do what ``name`` says, for ``holder``.

    It is in the state that workers share, or on the data directory.
    """
    if settings.state_url.get_secret_value():
        from .fleetlease import SECOND_STAGE, FleetLease
        from .state.opening import open_part
        from .state.tables import Part

        database = open_part(settings.data_dir, Part.LOG, settings.state_url.get_secret_value())
        return FleetLease(database, holder, settings.lease_s, name or SECOND_STAGE)
    from .lease import LOCK_FILE, FileLease

    return FileLease(settings.data_dir, now, f"{name}.lock" if name else LOCK_FILE)


def forget_graph(settings: "Settings") -> None:
    """Leave nothing of the graph, as before a rebuild.

    Raises:
        BackendUnavailable: it cannot be reached.
    """
    if not settings.graph_url:
        for file in settings.data_dir.glob(f"{GRAPH_FILE}*"):
            file.unlink()
        return
    graph = graph_of(settings)
    try:
        graph.empty()
    finally:
        graph.close()


def log_of(settings: "Settings", *, read_only: bool = False) -> "PairedLog":
    """The log and the engine's state: in the data directory, or on the server that the settings name.

    Raises:
        BackendUnavailable: it cannot be reached, or there is none (read-only).
        ConfigurationError: a newer version wrote it, or the driver is missing.
    """
    from .paired import PairedLog

    return PairedLog(
        settings.data_dir,
        state_url=settings.state_url.get_secret_value(),
        archive_url=settings.archive_url,
        read_only=read_only,
        max_rejected=settings.max_rejected,
    )


def routes_of(settings: "Settings") -> "RoutesStore":
    """What receivers were told and what is on its way to them, beside the log.

    Raises:
        BackendUnavailable: it cannot be reached.
    """
    from .routing.store import RoutesStore

    return RoutesStore(settings.data_dir, state_url=settings.state_url.get_secret_value())


def holds_log(settings: "Settings") -> bool:
    """Whether there is a log to read, as far as can be told without asking a server."""
    return bool(settings.state_url.get_secret_value()) or (settings.data_dir / LOG_FILE).is_file()


def _bolt(settings: "Settings", read_only: bool) -> "GraphStore":
    from graph.stores.neo4j import Neo4jGraphStore
    from graph.stores.neo4j_client import BoltAddress

    user = settings.graph_user if settings.graph_auth == "basic" else ""
    ca = str(settings.graph_ca) if settings.graph_ca else ""
    address = BoltAddress(settings.graph_url, user, _password(settings), settings.graph_database or None, ca)
    return Neo4jGraphStore(address, read_only=read_only)


def _gremlin(settings: "Settings", read_only: bool) -> "GraphStore":
    from graph.stores.gremlin_open import open_gremlin

    has_user = settings.graph_user or settings.graph_auth != "basic"
    return open_gremlin(
        settings.graph_url,
        auth=settings.graph_auth if has_user else "none",
        user=settings.graph_user,
        password=_password(settings),
        source=settings.graph_database,
        region=settings.graph_region,
        ca=settings.graph_ca,
        environment=os.environ,
        read_only=read_only,
    )


def _password(settings: "Settings") -> str:
    return settings.graph_password.get_secret_value() if settings.graph_password else ""
