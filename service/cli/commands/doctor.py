"""``sf doctor``: everything an operator asks first."""

import platform
import sqlite3
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, cast

from signal_factory.errors import SignalFactoryError
from signal_factory.times import format_time

from ...backends import GRAPH_FILE, holds_log, log_of
from ...budgets import spent_in
from ...eventlog import EventLog
from ...graph_probe import probed
from ...lease import holder
from ...presence import announced
from ...settings import Settings
from ...state.files import LOG_FILE
from ...tiers import shown, tiers_and_caps
from ..common import settings_of, wants_json
from ..console import OK, UNAVAILABLE, Console

_PACKAGES: Final = (
    "signal-factory-engine",
    "fastapi",
    "uvicorn",
    "pydantic",
    "mcp",
    "streamlit",
    "openlineage-python",
)
_OPTIONAL: Final = {
    "neo4j": "Neo4j graph store",
    "gremlin_python": "Gremlin graph store",
    "confluent_kafka": "Kafka bus",
    "psycopg": "Postgres state",
    "duckdb": "cold graph tier",
    "anthropic": "language model",
}


def run(arguments: Namespace, console: Console) -> int:
    """Print versions, settings and the state of the data; exit code 3 when the data is damaged."""
    loaded = settings_of(arguments)
    document: dict[str, Any] = {
        "versions": _versions(),
        "settings": loaded.described(),
        "data": _data(loaded.settings),
        "optional": {what: find_spec(module) is not None for module, what in _OPTIONAL.items()},
    }
    if wants_json(arguments):
        console.json(document)
    else:
        _print(document, console)
    return UNAVAILABLE if document["data"]["problems"] else OK


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _data(settings: Settings) -> dict[str, Any]:
    directory = settings.data_dir
    found: dict[str, Any] = {
        "directory": str(directory),
        "exists": directory.is_dir(),
        "writer": holder(directory),
        "server": announced(directory),
        "sizes": {name: _size(directory / name) for name in (LOG_FILE, GRAPH_FILE)},
        "graph_server": (answer := probed(settings))[0],
        "problems": answer[1],
    }
    if directory.exists() and not directory.is_dir():
        found["problems"].append(f"{directory} is not a directory")
    for name in (LOG_FILE, GRAPH_FILE):
        if (directory / name).is_file():
            found["problems"] += _damage(directory / name)
    if holds_log(settings) and not found["problems"]:
        found |= _log(settings)
    return found


def _log(settings: Settings) -> dict[str, Any]:
    try:
        with closing(log_of(settings, read_only=True)) as log:
            return _told(log, settings)
    except SignalFactoryError as error:
        return {"problems": [str(error)]}


def _told(log: EventLog, settings: Settings) -> dict[str, Any]:
    saved = log.load_state()
    return {
        "events": log.last_seq,
        "events_by_kind": log.event_counts(),
        "applied": saved.offset,
        "state_rows": len(saved.rows),
        "rejected": log.rejected_counts(),
        "demoted": _demoted(saved.rows),
        "graph": tiers_and_caps(settings, saved.rows),
    }


def _demoted(rows: Mapping[str, str]) -> dict[str, str]:
    """Engines that gave too many false alarms, and since when they open no incidents."""
    found = spent_in(rows)
    return {name: format_time(each.demoted_at) for name, each in found.items() if each.demoted_at}


def _damage(path: Path) -> list[str]:
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0) as connection:
            told = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
        connection.close()
    except sqlite3.Error as error:
        told = [str(error)]
    return [f"{path.name}: {line}" for line in told if line != "ok"]


def _size(path: Path) -> int:
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.is_file())


def _print(document: dict[str, Any], console: Console) -> None:
    console.text(console.strong("Versions"))
    for name, found in document["versions"].items():
        console.text(f"  {name:<22} {found}")
    console.text(console.strong("Settings"))
    for setting in document["settings"]:
        console.text(f"  {setting['name']:<22} {setting['value']:<40} {setting['source']}")
    console.text(console.strong("Data"))
    graph = document["data"].pop("graph", None)
    for name, found in document["data"].items():
        console.text(f"  {name:<22} {_shown(found)}")
    if graph is not None:
        console.text(console.strong("Tiers and caps of the graph"))
        for name, text in shown(graph):
            console.text(f"  {name:<34} {text}")
    console.text(console.strong("Optional"))
    for name, found in document["optional"].items():
        console.text(f"  {name:<22} {'installed' if found else 'not installed'}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return ", ".join(f"{name}: {each}" for name, each in pairs) or "none"
    if isinstance(value, list):
        return "; ".join(str(each) for each in cast("list[object]", value)) or "none"
    return "none" if value is None else str(value)
