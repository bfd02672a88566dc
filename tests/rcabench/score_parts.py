"""Faults, incidents and cases made by hand, and the recordings of ``fixtures/`` as cases."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from service.rcabench.case import Case, Fault
from service.rcabench.runner import Run

FIXTURES = Path(__file__).parents[2] / "fixtures"
SHIPPED = ("DEPLOYMENT", "orders:v2")
UNTIL = "2026-03-02T12:00:00Z"


def fault(
    *broken: str,
    answers: tuple[tuple[str, str], ...] = (SHIPPED,),
    name: str = "bad_release",
    harmed: tuple[str, ...] = (),
    reachable: tuple[str, ...] = (),
    paths: tuple[tuple[str, ...], ...] = (),
) -> Fault:
    """A fault that breaks ``broken`` and harms ``harmed`` besides."""
    return Fault(
        name=name, family="releases", answers=answers, paths=paths, broken=frozenset(broken),
        harmed=frozenset((*broken, *harmed)), reachable=frozenset(reachable),
    )  # fmt: skip


def incident(
    *datasets: str,
    cause: tuple[str, str] | None = SHIPPED,
    candidates: tuple[tuple[str, str], ...] | None = None,
    path: tuple[str, ...] = (),
    radius: tuple[str, ...] = (),
    refs: tuple[str, ...] = (),
    score: float = 0.9,
    number: int = 1,
) -> dict[str, Any]:
    """An incident about ``datasets``, the first being its own."""
    named = candidates if candidates is not None else (cause,) if cause else ()
    causes = [_cause(*each, refs) for each in named]
    nodes = [{"label": "Dataset", "key": urn} for urn in path]
    return {
        "incident_id": f"inc-{number}",
        "created_at": f"2026-03-01T{number:02}:00:00.000Z",
        "dataset_urn": datasets[0],
        "datasets": sorted(datasets),
        "rca": {
            "verdict": "ROOT_CAUSE_FOUND" if cause else "INCONCLUSIVE",
            "confidence": {
                "score": score, "level": "HIGH", "factors": [{"name": "timing", "value": 0.8, "weight": 1.0}]
            },
            "root_cause": _cause(*cause, refs) if cause else None,
            "candidates": causes,
            "path": [
                {"from": above, "edge": "FEEDS", "to": below, "evidence": []}
                for above, below in pairwise(nodes)
            ],
            "timeline": [],
            "blast_radius": [{"urn": urn, "effect": "AT_RISK", "hops": 1} for urn in radius],
            "evidence_refs": list(refs),
        },
    }  # fmt: skip


def case_of(*faults: Fault, events: tuple[dict[str, Any], ...] = ()) -> Case:
    """A case with these faults; its events matter only for citations and baselines."""
    return Case("case-1", 1, events, UNTIL, faults)


def run_of(*incidents: dict[str, Any]) -> Run:
    """A run that gave these incidents."""
    return Run(incidents, 0, 0.5, 0.01)


def recorded(name: str, *faults: Fault, until: str | None = None) -> Case:
    """A recording of ``fixtures/`` as a case."""
    text = (FIXTURES / name / "events.ndjson").read_text(encoding="utf-8")
    events = tuple(json.loads(line) for line in text.splitlines() if line.strip())
    return Case(name, 0, events, until or max(event["time"] for event in events), faults)


def envelope(time: str, kind: str, **body: Any) -> dict[str, Any]:
    """One received event."""
    return {"time": time, "kind": kind, "body": body}


def _cause(kind: str, key: str, refs: tuple[str, ...]) -> dict[str, Any]:
    label = "Deployment" if kind == "DEPLOYMENT" else "Job"
    return {
        "kind": kind, "entity": {"label": label, "key": key}, "score": 0.9, "summary": "",
        "evidence_refs": list(refs),
    }  # fmt: skip
