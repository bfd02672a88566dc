"""What ``sf doctor`` says of the graph's tiers and caps, from the data at rest."""

from collections.abc import Mapping
from typing import Any

from graph.filters import FilterCounts, WriteFilter
from graph.model import GraphStats
from graph.retention.archive import PARTS
from graph.retention.parquet import is_installed
from graph.retention.tiers import DAY_NODE, FOLDED
from signal_factory.errors import SignalFactoryError

from .backends import GRAPH_FILE, graph_of
from .retention import archive_of
from .settings import Settings


def tiers_and_caps(settings: Settings, rows: Mapping[str, str]) -> dict[str, Any]:
    """``{tiers, caps, problems}``; ``rows`` is the engine's saved state.

    ``caps`` are ``{label, cap, used, refused}``. A graph or archive that cannot be read is a problem.
    """
    if not settings.graph_url and not (settings.data_dir / GRAPH_FILE).is_file():
        return {"tiers": {}, "caps": [], "problems": []}
    try:
        return _of_graph(settings, rows)
    except SignalFactoryError as error:
        return {"tiers": {}, "caps": [], "problems": [str(error)]}


def _of_graph(settings: Settings, rows: Mapping[str, str]) -> dict[str, Any]:
    graph = graph_of(settings, read_only=True)
    try:
        stats, known = graph.stats(), WriteFilter.over(graph)
    finally:
        graph.close()
    known.recall(_counts(rows))
    caps = [use.document() for use in known.caps(stats.nodes_by_label)] + _traversals(rows)
    return {"tiers": _tiers(settings, stats), "caps": caps, "problems": []}


def _counts(rows: Mapping[str, str]) -> FilterCounts:
    from .memory_rows import read_json

    return FilterCounts(**read_json(rows["filter"])) if "filter" in rows else FilterCounts({}, {}, {})


def _traversals(rows: Mapping[str, str]) -> list[dict[str, Any]]:
    from .memory_rows import read_json

    return [read_json(rows["traversals"])] if "traversals" in rows else []


def _tiers(settings: Settings, stats: GraphStats) -> dict[str, str]:
    runs = sum(stats.nodes_by_label.get(label, 0) for label in FOLDED)
    days = stats.nodes_by_label.get(DAY_NODE, 0)
    return {
        f"hot (under {settings.hot_days} days)": f"{runs} runs",
        f"warm (under {settings.warm_days} days)": f"{days} days of jobs",
        "cold": _cold(settings),
    }


def _cold(settings: Settings) -> str:
    if not is_installed():
        return "off: pyarrow is not installed"
    archive = archive_of(settings)
    days = sorted({day for part in PARTS for day in archive.days(part)})
    if not days:
        return "nothing archived yet"
    return f"{len(days)} days archived, {days[0]} to {days[-1]}, {archive.place.size()} bytes"


def shown(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lines for people: name and text."""
    lines = [(name, str(text)) for name, text in document["tiers"].items()]
    lines += [(each["label"], _use(each)) for each in document["caps"] if each["used"] or each["refused"]]
    return lines + [("problem", problem) for problem in document["problems"]]


def _use(each: Mapping[str, Any]) -> str:
    return f"{each['used']:,} of {each['cap']:,}, {each['refused']:,} turned away"
