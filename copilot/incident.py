"""An incident as the contract has it: one cause, and all it breaks."""

from datetime import datetime
from typing import Any, TypeAlias

from graph.model import NodeRef, Value
from graph.port import GraphStore
from signal_factory.times import format_time

from . import wording
from .episodes import Episode

Document: TypeAlias = dict[str, Any]
_SEVERITY = {
    ("CRITICAL", 1): "SEV-1",
    ("CRITICAL", 2): "SEV-2",
    ("WARNING", 1): "SEV-2",
    ("WARNING", 2): "SEV-3",
}


def severity(state: str, tier: int | None) -> str:
    """State × tier (spec/event_schemas_and_scenarios.md, scenario 1, step 5)."""
    return _SEVERITY.get((state, tier or 3), "SEV-3" if state == "CRITICAL" else "SEV-4")


def incident_document(store: GraphStore, lead: Episode, episodes: list[Episode], rca: Document) -> Document:
    """The incident of ``episodes``, told from ``lead``, with its explanation."""
    founder = founder_of(episodes)
    about = _props(store, lead.dataset)
    tier = _highest_tier(store, episodes)
    worst = max(episodes, key=lambda each: ("OK", "WARNING", "CRITICAL").index(each.state))
    ends = [each.resolved_at for each in episodes]
    document: Document = {
        "incident_id": founder.incident_id,
        "title": wording.title(lead, str(about.get("name") or lead.dataset)),
        "severity": severity(worst.state, tier),
        "status": "OPEN" if None in ends else "RESOLVED",
        "created_at": format_time(founder.opened_at),
        "dataset_urn": lead.dataset,
        "datasets": sorted({each.dataset for each in episodes}),
        "signals": list(dict.fromkeys(each for episode in episodes for each in episode.signal_ids)),
        "failure_signature": _signature(lead, rca),
        "first_bad": format_time(lead.first_bad),
        "last_good": format_time(lead.last_good) if lead.last_good else None,
        "tier": tier,
        "impact": _impact(about, tier, rca),
        "evidence_summary": _summary(lead),
        "freshness_of_evidence": "STALE" if lead.is_stale else "FRESH",
        "rca": rca,
    }
    return document | _optional(lead, ends)


def _optional(lead: Episode, ends: list[datetime | None]) -> Document:
    told: Document = {}
    if None not in ends:
        told["resolved_at"] = format_time(max(each for each in ends if each is not None))
    primary = next((ref for ref in lead.evidence if ref.startswith("evd-")), None)
    if primary:
        told["primary_evidence_id"] = primary
    if lead.trace_id:
        told["primary_trace_id"] = lead.trace_id
    return told


def _impact(about: dict[str, Value], tier: int | None, rca: Document) -> Document:
    return {
        "tier": tier,
        "classification": about.get("classification"),
        "downstream_consumers": [row["urn"] for row in rca["blast_radius"]],
        "owner_team": about.get("owner_team"),
        "runbook_url": about.get("runbook_url"),
    }


def _props(store: GraphStore, urn: str) -> dict[str, Value]:
    ref = NodeRef("Dataset", urn)
    node = store.get([ref]).get(ref)
    return dict(node.props) if node else {}


def _highest_tier(store: GraphStore, episodes: list[Episode]) -> int | None:
    tiers = [_props(store, each.dataset).get("tier") for each in episodes]
    return min((each for each in tiers if isinstance(each, int)), default=None)


def founder_of(episodes: list[Episode]) -> Episode:
    """The episode that an incident is named after: the first."""
    return min(episodes, key=lambda each: (each.opened_at, each.dataset, each.track))


def _signature(lead: Episode, rca: Document) -> str | None:
    """The failure's bucket: what the path passes, what the failed run said, or the kind of lateness."""
    for step in rca["path"]:
        for end in (step["from"], step["to"]):
            if end["label"] == "FailureSignature":
                return str(end["key"]).partition("@")[0]
    cause = rca["root_cause"]
    if cause and cause["kind"] == "JOB_FAILED" and " failed with " in cause["summary"]:
        return str(cause["summary"]).partition(" failed with ")[2]
    if cause and lead.track == "freshness" and cause["kind"] != "DEPLOYMENT":
        return str(cause["kind"])
    return lead.signatures[0] if lead.signatures else lead.reason


def _checks(lead: Episode) -> Document:
    """How many checks failed, also where each is a run of its own (dbt)."""
    failed = len(lead.details.get("failed_checks", ()))
    names = [name for name in ("checks_failed", "checks") if name in lead.metrics]
    return {name: max(int(lead.metrics[name]), failed) for name in names}


def _summary(lead: Episode) -> Document:
    metrics = lead.metrics
    if "evidence_count" in metrics:
        total, failed = int(metrics["evidence_count"]), int(metrics["fail_count"])
    elif "records_processed" in metrics:
        total, failed = int(metrics["records_processed"]), int(metrics["records_failed"])
    else:
        return {
            "events": len(lead.evidence) or len(lead.run_ids),
            "first_failure": format_time(lead.first_bad),
            **metrics,
            **_checks(lead),
        }
    rate = f"{failed / total:.1%}" if total else "0.0%"
    return {
        "total_events": total,
        "failed_events": failed,
        "failure_rate": rate,
        "first_failure": format_time(lead.first_bad),
    }
