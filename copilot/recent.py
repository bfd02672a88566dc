"""What changed at or upstream of a data set: deployments, and shapes that drifted."""

from collections.abc import Iterable

from graph.model import ExpandSpec, Hop, Node, NodeRef
from graph.port import GraphStore

from .asking.fields import child, exact
from .readmodel import Document

_LINEAGE = ExpandSpec(
    (Hop("FEEDS", "in"), Hop("WROTE_TO", "in"), Hop("READ_FROM", "out"), Hop("EXECUTED", "in")),
    max_hops=8, max_nodes=1_500, max_degree=60,
)  # fmt: skip
_CHANGES = ExpandSpec(
    (Hop("DEPLOYED", "in"), Hop("DEPLOYED", "out"), Hop("OWNED_BY", "out"), Hop("AFFECTS", "in")),
    max_hops=2, max_nodes=2_000, max_degree=60,
)  # fmt: skip
_TOLD = (
    "service",
    "version",
    "previous_version",
    "deployed_by",
    "environment",
    "change_summary",
    "pull_request",
    "commit_sha",
)


def changes(
    store: GraphStore, urn: str, signals: Iterable[Document], since: str | None
) -> tuple[list[Document], bool]:  # fmt: skip
    """Changes newest first, and whether a bound cut the neighbourhood off."""
    above = store.expand([NodeRef("Dataset", urn)], _LINEAGE)
    makers = [ref for ref in above.nodes if ref.label in ("Dataset", "Job")]
    services = {name for ref in makers for name in _services(ref, above.nodes[ref])}
    seeds = makers + [NodeRef("Service", name) for name in sorted(services)]
    found = store.expand(seeds, _CHANGES)
    rows = [_deployment(ref, node) for ref, node in found.nodes.items() if ref.label == "Deployment"]
    tables = {ref.key for ref in makers if ref.label == "Dataset"}
    rows += [
        _drift(each)
        for each in signals
        if each["signal_type"] == "DRIFT_DETECTED" and each["dataset_urn"] in tables
    ]
    kept = [row for row in rows if since is None or row["time"] >= since]
    return sorted(kept, key=place, reverse=True), above.is_partial or found.is_partial


def place(row: Document) -> tuple[str, str]:
    """Where a change stands in time."""
    return str(row["time"]), f"{row['key']}@{row.get('urn', '')}"


def _services(ref: NodeRef, node: Node) -> list[str]:
    told = node.props.get("service")
    names = [told] if isinstance(told, str) and told else []
    return [*names, ref.key.rpartition("/")[2]] if ref.label == "Job" else names


def _deployment(ref: NodeRef, node: Node) -> Document:
    props = node.props
    about = {name: props[name] for name in _TOLD if props.get(name)}
    sources = props.get("source")
    is_told = isinstance(sources, tuple) and bool({"event", "cdevents"} & set(sources))
    return {
        "kind": "DEPLOYMENT" if is_told else "VERSION_SEEN",
        "time": str(props.get("deployed_at") or props.get("first_seen") or node.at), "key": ref.key, **about,
    }  # fmt: skip


def _drift(signal: Document) -> Document:
    details = child(signal, "details")
    return {
        "kind": "SCHEMA_CHANGE", "time": signal["window"]["start"], "key": exact(details, "signature"),
        "urn": signal["dataset_urn"], "change_type": details.get("drift_type"), "field": details.get("field"),
        "signal_id": signal["signal_id"], "evidence_refs": list(signal["evidence_refs"][:3]),
    }  # fmt: skip
