"""The health of every data set that is known."""

from collections.abc import Callable, Mapping
from typing import Any

from engines.standing import Standing
from graph.port import GraphStore
from signal_factory.times import format_time

_PAGE = 1_000


def health(
    graph: GraphStore, standing: Callable[[str], Standing | None], worst: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """``{urn: {status, tier, owner_team, …}}`` in the order of URNs."""
    found: dict[str, dict[str, Any]] = {}
    after = ""
    while nodes := graph.find("Dataset", limit=_PAGE, after=after):
        for node in nodes:
            found[node.ref.key] = _one(dict(node.props), standing(node.ref.key), worst.get(node.ref.key))
        after = nodes[-1].ref.key
    return found


def _one(props: dict[str, Any], standing: Standing | None, worst: str | None) -> dict[str, Any]:
    seen = standing is not None and standing.is_seen
    last_good, first_bad = (standing.last_good, standing.first_bad) if standing else (None, None)
    told: dict[str, Any] = {
        "status": worst or ("OK" if seen else "UNKNOWN"),
        "name": props.get("name"), "type": props.get("type"), "tier": props.get("tier"),
        "owner_team": props.get("owner_team"), "service": props.get("service"),
        "registered": bool(props.get("registered")),
        "last_good": format_time(last_good) if last_good else None,
        "first_bad": format_time(first_bad) if first_bad else None,
        "watermark": (standing.watermark if standing else "") or None,
        "runbook_url": props.get("runbook_url"), "job": props.get("job"),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}
