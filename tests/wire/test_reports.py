"""What we answer: strict, dumpable, and in the contract's words."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from signal_factory.reports import Incident, PathStep, ReplayDocument, Signal
from signal_factory.schema_export import schemas

PAYLOADS = Path(__file__).parent / "payloads"
TIME = "2024-01-15T10:00:01.200Z"
CAUSE = {
    "kind": "DEPLOYMENT",
    "entity": {"label": "Deployment", "key": "orders-svc:v3.17"},
    "score": 0.94,
    "summary": "orders-svc v3.17 went live 17 s before the first failure",
    "evidence_refs": ["evd-1"],
}
NODE = {"label": "Incident", "key": "inc-1"}
RCA = {
    "incident_id": "inc-01HQXZ2NPQ5RS8TV0VW3XYZ789",
    "verdict": "ROOT_CAUSE_FOUND",
    "confidence": {
        "score": 0.94,
        "level": "HIGH",
        "factors": [{"name": "recency", "value": 0.97, "weight": 0.3, "reason": "17 s"}],
    },
    "root_cause": CAUSE,
    "candidates": [CAUSE],
    "path": [{"from": CAUSE["entity"], "edge": "INTRODUCED", "to": NODE, "evidence": ["evd-1"]}],
    "query": {"cypher": "MATCH (n) RETURN n", "gremlin": "g.V()"},
    "timeline": [{"time": TIME, "what": "deployed", "ref": "orders-svc:v3.17"}],
    "boundaries": {"last_good": None, "first_bad": {"time": TIME, "ref": "evd-1"}},
    "blast_radius": [
        {"urn": "urn:dashboard:exec:daily", "type": "Dashboard", "tier": 1, "hops": 2, "effect": "STALE"}
    ],
    "narrative": "orders-svc v3.17 broke it.",
}
INCIDENT = {
    "incident_id": "inc-01HQXZ2NPQ5RS8TV0VW3XYZ789",
    "title": "Contract violation",
    "severity": "SEV-1",
    "status": "OPEN",
    "created_at": TIME,
    "dataset_urn": "urn:dp:orders:created",
    "datasets": ["urn:dp:orders:created"],
    "signals": ["sig-01HQXZ2NPQ5RS8TV0VW3XYZ789"],
    "first_bad": TIME,
    "last_good": None,
    "tier": 1,
    "impact": {"classification": "revenue-critical"},
    "evidence_summary": {"total_events": 1247},
    "freshness_of_evidence": "FRESH",
    "rca": RCA,
}
STATS = {
    "events": 1,
    "duplicates": 0,
    "nodes": 1,
    "edges": 0,
    "graph_hash": "sha256:" + "0" * 64,
    "seconds": 0.1,
}


def payload(name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def test_the_specs_signal_is_a_signal_and_satisfies_its_schema():
    sent = payload("signal_contract_breach")
    written = Signal.model_validate(sent).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert written == sent
    jsonschema.validate(written, payload("signal_schema_1"))


def test_a_batch_signal_has_its_context():
    sent = {**payload("signal_dq_breach"), "signal_id": "sig-01HQXZ2NPQ5RS8TV0VW3XYZ789"}
    assert Signal.model_validate(sent).batch_context == sent["batch_context"]


def test_an_incident_keeps_every_word_of_the_contract():
    written = Incident.model_validate(INCIDENT).model_dump(mode="json", by_alias=True)
    assert {key: written[key] for key in INCIDENT if key != "rca"} == {
        key: value for key, value in INCIDENT.items() if key != "rca"
    }
    assert written["rca"]["path"][0]["from"] == CAUSE["entity"]
    assert written["rca"]["narrated_by"] == "template"


def test_a_replay_document_satisfies_its_own_schema():
    document = ReplayDocument.model_validate(
        {
            "incidents": [INCIDENT],
            "signals": [payload("signal_contract_breach")],
            "datasets": {"urn:dp:orders:created": {"status": "CRITICAL", "tier": 1}},
            "rejected": [{"line": 3, "reason": "not JSON"}],
            "stats": STATS,
        }
    )
    written = document.model_dump(mode="json", by_alias=True)
    jsonschema.validate(written, json.loads(schemas()["replay_document.json"]))
    assert written["datasets"]["urn:dp:orders:created"] == {"status": "CRITICAL", "tier": 1}


def test_a_step_may_be_made_by_name():
    step = PathStep.model_validate({"from_": NODE, "edge": "CAUSED", "to": NODE})
    assert step.model_dump(by_alias=True)["from"] == NODE


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("surprise",), 1),
        (("severity",), "SEV-5"),
        (("incident_id",), "INC-7721"),
        (("rca", "confidence", "score"), 1.5),
        (("rca", "confidence", "score"), float("nan")),
        (("rca", "root_cause", "kind"), "GREMLINS"),
        (("rca", "verdict"), "MAYBE"),
        (("rca", "surprise"), 1),
    ],
)
def test_what_the_contract_does_not_know_is_refused(path: tuple[str, ...], wrong: object):
    broken = json.loads(json.dumps(INCIDENT))
    at = broken
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = wrong
    with pytest.raises(ValidationError):
        Incident.model_validate(broken)
