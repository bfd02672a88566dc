"""What an explanation says where it reaches into runs that are folded to days, or archived."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from graph.model import Edge, ExpandSpec, Hop, NodeRef
from graph.port import GraphStore
from signal_factory.times import format_time

from ..world import HISTORY, World

_DAY = timedelta(days=1)
_FORMS = (("archived_until", "archived"), ("folded_until", "folded to a day each"))


def reaches_back(first_bad: datetime, last_good: datetime | None) -> datetime:
    """How far back an explanation looks."""
    return min(first_bad - HISTORY, last_good or first_bad)


def unseen(world: World, urns: Iterable[str], since: datetime) -> list[str]:
    """Runs since then that the graph no longer has one by one, and where they are."""
    told: list[str] = []
    for urn in dict.fromkeys(urns):
        for name, form in _FORMS:
            until = world.text("Dataset", urn, name)
            if until > format_time(since):
                told.append(_shown(urn, until[:10], form))
                break
    return told


def as_of(urn: str, moment: datetime) -> str:
    """Said of an explanation that was kept because what it rests on is about to be folded."""
    return (
        f"what became known after {moment:%Y-%m-%d}: this explanation was kept then, since the runs it "
        f"rests on are folded to a day each; `sf archive --table {urn}` shows them"
    )


def updated_by(store: GraphStore, urn: str, at: datetime) -> dict[str, Any]:
    """Who updated a table at ``at``, by name where a run or its folded day tells; else nothing.

    ``{ref, run_id, partition, day?}``: of a day, the run is the last that completed, or the last kept.
    """
    spec = ExpandSpec(
        (Hop("WROTE_TO", "in"),), max_hops=1, max_nodes=50,
        since=format_time(at), until=format_time(at + _DAY),
    )  # fmt: skip
    found = store.expand([NodeRef("Dataset", urn)], spec)
    told = [edge for edge in found.edges if _covers(edge, format_time(at))]
    if not told:
        return {}
    edge = min(told, key=lambda each: (each.at, each.src))
    marks = edge.props.get("source")
    partition = max(marks, default=None) if isinstance(marks, tuple) else None
    if edge.src.label != "JobDay":
        return {"ref": edge.src.key, "run_id": edge.src.key, "partition": partition}
    run = _run_of(edge, found.nodes[edge.src].props.get("last_good_run"))
    return {"ref": run or edge.src.key, "run_id": run or None, "partition": partition, "day": edge.src.key}


def _covers(edge: Edge, moment: str) -> bool:
    """Whether its updates, of which it keeps the first and the last time, reach over a moment."""
    return str(edge.props.get("timestamp", "")) <= moment <= str(edge.props.get("commit_at", ""))


def _run_of(edge: Edge, good: object) -> str:
    runs = edge.props.get("runs")
    if not isinstance(runs, tuple) or not runs:
        return ""
    return good if isinstance(good, str) and good in runs else runs[-1]


def _shown(urn: str, day: str, form: str) -> str:
    return f"runs of {urn} before {day} one by one: they are {form}; `sf archive --table {urn}` shows them"
