"""An incident as the contract has it: one cause, and all it breaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from signal_factory.times import format_time

from . import escalation
from .episodes import Episode
from .flapping import flapping
from .report import wording

Document: TypeAlias = dict[str, Any]
_SEVERITY = {
    ("CRITICAL", 1): "SEV-1",
    ("CRITICAL", 2): "SEV-2",
    ("WARNING", 1): "SEV-2",
    ("WARNING", 2): "SEV-3",
}
_STATES = ("OK", "WARNING", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Broken:
    """The episodes of one incident, told from ``lead``.

    ``about`` is what is registered of each data set. ``mended`` is what ended it.
    """

    lead: Episode
    episodes: Sequence[Episode]
    about: Mapping[str, Mapping[str, Any]]
    mended: Document | None = None
    at_risk: Sequence[Document] = field(default_factory=list[Document])

    @property
    def tier(self) -> int | None:
        """The highest tier among its data sets."""
        tiers = [each.get("tier") for each in self.about.values()]
        return min((each for each in tiers if isinstance(each, int)), default=None)


def severity(state: str, tier: int | None) -> str:
    """State × tier (spec/event_schemas_and_scenarios.md, scenario 1, step 5)."""
    return _SEVERITY.get((state, tier or 3), "SEV-3" if state == "CRITICAL" else "SEV-4")


def incident_document(
    broken: Broken, rca: Document, now: datetime, limits: Mapping[int, timedelta] = escalation.LIMITS
) -> Document:
    """The incident with its explanation. One open past its tier's limit is a step more severe."""
    lead, episodes = broken.lead, broken.episodes
    founder, about, tier = founder_of(episodes), broken.about[lead.dataset], broken.tier
    ends = [each.resolved_at for each in episodes]
    limit = escalation.limit_of(tier, limits)
    escalated = escalation.escalated_at(episodes, now, limit)
    graded = severity(max((each.state for each in episodes), key=_STATES.index), tier)
    document: Document = {
        "incident_id": founder.incident_id,
        "title": wording.title(lead, str(about.get("name") or lead.dataset)),
        "severity": escalation.raised(graded) if escalated else graded,
        "status": "OPEN" if None in ends else "RESOLVED",
        "created_at": format_time(founder.opened_at),
        "dataset_urn": lead.dataset,
        "datasets": sorted({each.dataset for each in episodes}),
        "signals": list(dict.fromkeys(each for episode in episodes for each in episode.signal_ids)),
        "failure_signature": _signature(lead, rca),
        "first_bad": format_time(lead.first_bad),
        "last_good": format_time(lead.last_good) if lead.last_good else None,
        "tier": tier,
        "impact": _impact(broken, tier, rca)
        | ({"escalation": escalation.told(escalated, limit, tier)} if escalated else {}),
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


def _impact(broken: Broken, tier: int | None, rca: Document) -> Document:
    about = broken.about[broken.lead.dataset]
    known = {
        "tier": tier,
        "classification": about.get("classification"),
        "downstream_consumers": [row["urn"] for row in rca["blast_radius"]],
        "owner_team": about.get("owner_team"),
        "runbook_url": about.get("runbook_url"),
        "affected": _affected(broken.episodes),
    }
    if all(each.resolved_at for each in broken.episodes):
        return known | _where({"flapping": flapping(broken.episodes), "resolved_by": broken.mended})
    return known | _where({
        "flapping": flapping(broken.episodes), "at_risk": list(broken.at_risk),
        "certified_views_held": _held(broken.episodes),
    })  # fmt: skip


def _where(told: Document) -> Document:
    return {name: value for name, value in told.items() if value}


def _affected(episodes: Sequence[Episode]) -> list[Document]:
    """``{urn, status, state, first_bad, last_good, resolved_at?}`` of each data set, by first bad."""
    rows: list[Document] = []
    for urn in sorted({each.dataset for each in episodes}):
        own = [each for each in episodes if each.dataset == urn]
        first = min(own, key=lambda each: (each.first_bad, each.track))
        ends = [each.resolved_at for each in own if each.resolved_at]
        mended = {"resolved_at": format_time(max(ends))} if len(ends) == len(own) else {}
        rows.append({
            "urn": urn, "status": "RESOLVED" if mended else "OPEN",
            "state": max((each.state for each in own), key=_STATES.index),
            "first_bad": format_time(first.first_bad),
            "last_good": format_time(first.last_good) if first.last_good else None, **mended,
        })  # fmt: skip
    return sorted(rows, key=lambda row: (row["first_bad"], row["urn"]))


def _held(episodes: Sequence[Episode]) -> list[Document]:
    """Certified views that stay at their previous version, and since when."""
    held = {
        each.dataset: each.first_bad for each in sorted(episodes, key=lambda one: one.first_bad, reverse=True)
        if each.resolved_at is None and each.details.get("certified_view") == "HELD_AT_PREVIOUS"
    }  # fmt: skip
    return [{"urn": urn, "since": format_time(since)} for urn, since in sorted(held.items())]


def founder_of(episodes: Sequence[Episode]) -> Episode:
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
