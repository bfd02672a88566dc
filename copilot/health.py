"""The health of every data set that is known."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engines.freshness import advancing
from engines.state import Commit, DatasetState
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
    seen = state is not None and bool(good or state.windows or state.batches)
    last_good = _last_good(state, good) if state else None
    told: dict[str, Any] = {
        "status": worst or ("OK" if seen else "UNKNOWN"),
        "name": props.get("name"), "type": props.get("type"), "tier": props.get("tier"),
        "owner_team": props.get("owner_team"), "service": props.get("service"),
        "registered": bool(props.get("registered")),
        "last_good": format_time(last_good) if last_good else None,
        "first_bad": _first_bad(state) if state else None,
        "watermark": max((each.watermark for each in good), default="") or None,
        "runbook_url": props.get("runbook_url"), "job": props.get("job"),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _first_bad(state: DatasetState) -> str | None:
    """Since when it is broken, None while it is not."""
    moments = [each.first_bad for each in state.open.values()]
    return format_time(min(moments)) if moments else None


def _last_good(state: DatasetState, good: list[Commit]) -> datetime | None:
    """When it was right last: before what is open now broke, or else its newest data."""
    if state.open:
        return min((each.last_good for each in state.open.values() if each.last_good), default=None)
    passed = [each.last_pass for each in state.windows.values() if each.last_pass]
    return max([*(each.at for each in good[-1:]), *passed], default=None)
