"""From the incidents of the read model to what routing looks at."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from copilot.readmodel import Document, ReadModel
from signal_factory.errors import NotFound
from signal_factory.times import parse_time

from .directory import Directory
from .model import Asset, Gate, Snapshot

_PAGE: Final = 500
_MOST_LOOKED_AT: Final = 200
"""The next deadline first: how many of the assets downstream are looked up for warnings."""


def open_incidents(model: ReadModel, directory: Directory) -> list[Snapshot]:
    """All open incidents, oldest first."""
    found = [snapshot(each, directory) for each in _pages(model)]
    return sorted(found, key=lambda each: (each.opened_at, each.incident_id))


def ended(known: Snapshot, model: ReadModel, directory: Directory) -> Snapshot:
    """How an incident stands that is open no more: resolved, or part of another one."""
    try:
        return snapshot(model.incident(known.incident_id), directory)
    except NotFound:
        return replace(known, is_open=False, at_risk=(), successor=_successor(known, model))


def snapshot(incident: Document, directory: Directory) -> Snapshot:
    """One incident as routing sees it."""
    rca: Document = incident["rca"]
    impact: Document = incident["impact"]
    datasets = tuple(dict.fromkeys([incident["dataset_urn"], *incident["datasets"]]))
    entries = [directory.get(urn) for urn in datasets]
    cause: Document = rca["root_cause"] or {}
    is_open = incident["status"] == "OPEN"
    lead_owner = impact.get("owner_team") or entries[0].team
    return Snapshot(
        incident_id=incident["incident_id"],
        title=incident["title"],
        severity=incident["severity"],
        is_open=is_open,
        opened_at=parse_time(incident["created_at"]),
        dataset=incident["dataset_urn"],
        datasets=datasets,
        teams=tuple(dict.fromkeys(team for team in (lead_owner, *(e.team for e in entries)) if team)),
        tier=incident["tier"],
        gate=max(each.gate for each in entries),
        signature=incident.get("failure_signature") or "",
        cause=str(cause.get("summary") or "inconclusive"),
        confidence=str(rca["confidence"]["level"]) if cause else "",
        narrative=rca["narrative"],
        runbook=impact.get("runbook_url") or "",
        downstream=len(rca["blast_radius"]),
        is_stale=incident["freshness_of_evidence"] == "STALE",
        at_risk=tuple(_at_risk(impact.get("at_risk", ()), directory)) if is_open else (),
    )


def _at_risk(rows: Iterable[Document], directory: Directory) -> Iterator[Asset]:
    for row in islice(rows, _MOST_LOOKED_AT):
        entry = directory.get(row["urn"])
        if entry.team and entry.gate is not Gate.G0:
            tier = entry.tier or row["tier"]
            yield Asset(row["urn"], entry.team, tier, entry.gate, parse_time(row["due"]))


def _successor(known: Snapshot, model: ReadModel) -> str:
    """The open incident that now tells of the same data set."""
    found = model.incidents(status="OPEN", dataset=known.dataset, limit=1)["items"]
    return str(found[0]["incident_id"]) if found else ""


def _pages(model: ReadModel) -> Iterator[Document]:
    cursor: str | None = None
    while True:
        page = model.incidents(status="OPEN", cursor=cursor, limit=_PAGE)
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
