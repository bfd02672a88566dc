"""The health of every data set that is known."""

from collections.abc import Mapping
from typing import Any

from engines.freshness import advancing
from engines.state import DatasetState
from graph.port import GraphStore
from signal_factory.times import format_time

_PAGE = 1_000


def health(
    graph: GraphStore, states: Mapping[str, DatasetState], worst: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """``{urn: {status, tier, owner_team, …}}`` in the order of URNs."""
    found: dict[str, dict[str, Any]] = {}
    after = ""
    while nodes := graph.find("Dataset", limit=_PAGE, after=after):
        for node in nodes:
            found[node.ref.key] = _one(dict(node.props), states.get(node.ref.key), worst.get(node.ref.key))
        after = nodes[-1].ref.key
    return found


def _one(props: dict[str, Any], state: DatasetState | None, worst: str | None) -> dict[str, Any]:
    good = advancing(state) if state else []
    seen = state is not None and (state.last_seen is not None or bool(state.commits) or bool(state.windows))
    told: dict[str, Any] = {
        "status": worst or ("OK" if seen else "UNKNOWN"),
        "name": props.get("name"), "type": props.get("type"), "tier": props.get("tier"),
        "owner_team": props.get("owner_team"), "service": props.get("service"),
        "registered": bool(props.get("registered")),
        "last_good": format_time(good[-1].at) if good else None,
        "watermark": max((each.watermark for each in good), default="") or None,
        "runbook_url": props.get("runbook_url"), "job": props.get("job"),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}
