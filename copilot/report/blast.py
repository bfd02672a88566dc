"""What stands downstream, and what has happened to it (contract rule 13)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from graph.model import ExpandSpec, Hop, NodeRef
from graph.port import GraphStore

EFFECTS = {"freshness": "STALE", "contract": "INCOMPLETE", "quality": "INCOMPLETE", "volume": "INCOMPLETE"}


def radius(
    store: GraphStore, starts: Sequence[str], *, leave_out: Collection[str], hurt: Mapping[str, str],
    max_hops: int = 3, max_nodes: int = 1_000,
) -> tuple[list[dict[str, Any]], bool]:  # fmt: skip
    """Downstream assets by hops from the nearest start, then name; and whether a cap cut some off.

    A start that is not left out is among them, at no hops.
    ``hurt`` says which data sets are broken now, by the track that is.
    """
    spec = ExpandSpec(
        (Hop("FEEDS", "out"),), max_hops=max_hops, max_nodes=max_nodes + 1, max_degree=max_nodes
    )
    found = store.expand([NodeRef("Dataset", start) for start in dict.fromkeys(starts)], spec)
    rows = [
        {
            "urn": ref.key, "type": asset_type(ref.key, node.props.get("type")),
            "tier": node.props.get("tier"), "hops": found.depth[ref],
            "effect": EFFECTS.get(hurt.get(ref.key, ""), "AT_RISK"),
        }
        for ref, node in found.nodes.items()
        if ref.key not in leave_out
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["hops"], row["urn"]))
    return rows[:max_nodes], found.is_partial or len(rows) > max_nodes


def asset_type(urn: str, told: object) -> str:
    """What kind of asset a URN names: as registered, else by its form."""
    if isinstance(told, str) and told:
        return told
    parts = urn.split(":")
    if urn.startswith("urn:dp:"):
        return "Stream"
    if urn.startswith("urn:") and len(parts) > 1:
        return {"dashboard": "Dashboard", "pipeline": "Pipeline", "delta": "Delta Table", "ml": "Model"}.get(
            parts[1], parts[1]
        )
    return "Table"
