"""The documents of contract §3, field by field: what is always there, what may be absent, what may be null."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from service.replay import replay_lines
from signal_factory.reports import Incident, RCAReport, ReplayDocument

FIXTURES = Path(__file__).parents[2] / "fixtures"
SLUGS = sorted(path.parent.name for path in FIXTURES.glob("*/events.ndjson"))
DOCUMENT = {"incidents", "signals", "datasets", "rejected", "stats"}
STATS = {"events", "duplicates", "nodes", "edges", "graph_hash", "seconds"}
INCIDENT = set(
    "incident_id title severity status created_at dataset_urn datasets signals first_bad last_good tier"
    " impact evidence_summary freshness_of_evidence rca".split()
)
NEVER_NULL = INCIDENT - {"first_bad", "last_good", "tier"}
ABSENT_OR_SAID = {"resolved_at", "failure_signature", "primary_evidence_id", "primary_trace_id"}
REPORT = set(
    "incident_id verdict confidence root_cause candidates path query timeline boundaries blast_radius"
    " evidence_refs missing_evidence next_checks recommended_actions narrative narrated_by".split()
)
CAUSE = {"kind", "entity", "score", "summary", "evidence_refs"}


@cache
def replayed(slug: str) -> dict[str, Any]:
    lines = (FIXTURES / slug / "events.ndjson").read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = json.loads(json.dumps(replay_lines(lines)))
    return found


def incidents() -> list[Any]:
    return [
        pytest.param(incident, id=f"{slug}-{number}")
        for slug in SLUGS
        for number, incident in enumerate(replayed(slug)["incidents"])
    ]


def is_utc(text: str) -> bool:
    return text.endswith("Z") and datetime.fromisoformat(text).tzinfo == UTC


def assert_incident(incident: dict[str, Any]) -> None:
    assert set(incident) >= INCIDENT
    assert set(incident) <= INCIDENT | ABSENT_OR_SAID
    assert [name for name in incident if incident[name] is None and name in NEVER_NULL | ABSENT_OR_SAID] == []
    assert ("resolved_at" in incident) == (incident["status"] == "RESOLVED")
    assert incident["dataset_urn"] in incident["datasets"]
    assert incident["signals"]
    moments = [incident[name] for name in ("created_at", "first_bad", "last_good")]
    assert all(is_utc(moment) for moment in moments if moment is not None)
    assert_report(incident["rca"])
    assert incident["rca"]["incident_id"] == incident["incident_id"]
    Incident.model_validate(incident, strict=False)


def assert_report(report: dict[str, Any]) -> None:
    assert set(report) == REPORT
    assert [name for name in REPORT - {"root_cause"} if report[name] is None] == []
    assert (report["root_cause"] is None) == (report["verdict"] == "INCONCLUSIVE")
    assert report["root_cause"] is None or report["root_cause"] in report["candidates"]
    assert report["root_cause"] is not None or report["next_checks"]
    assert_causes(report["candidates"])
    assert set(report["confidence"]) - {"basis"} == {"score", "level", "factors"}
    assert all(set(each) == {"name", "value", "weight", "reason"} for each in report["confidence"]["factors"])
    assert all(set(step) == {"from", "edge", "to", "evidence"} for step in report["path"])
    assert set(report["query"]) == {"cypher", "gremlin"}
    assert all(set(each) == {"time", "what", "ref"} for each in report["timeline"])
    assert [each["time"] for each in report["timeline"]] == sorted(
        each["time"] for each in report["timeline"]
    )
    assert set(report["boundaries"]) == {"last_good", "first_bad"}
    assert all(set(each) == {"urn", "type", "tier", "hops", "effect"} for each in report["blast_radius"])
    RCAReport.model_validate(report)


def assert_causes(causes: list[dict[str, Any]]) -> None:
    for cause in causes:
        assert set(cause) == CAUSE
        assert set(cause["entity"]) == {"label", "key"}
        assert 0 <= cause["score"] <= 1
    assert [cause["score"] for cause in causes] == sorted((cause["score"] for cause in causes), reverse=True)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_replay_document_holds_what_the_contract_names_and_nothing_else(slug: str) -> None:
    document = replayed(slug)
    assert set(document) == DOCUMENT
    assert set(document["stats"]) == STATS
    assert all(set(each) == {"line", "reason"} for each in document["rejected"])
    ReplayDocument.model_validate(document)


@pytest.mark.parametrize("incident", incidents())
def test_every_incident_of_every_recording_has_the_contracts_fields(incident: dict[str, Any]) -> None:
    assert_incident(incident)


@pytest.mark.parametrize("incident", incidents())
def test_an_incident_and_its_report_survive_the_models_unchanged(incident: dict[str, Any]) -> None:
    dumped = Incident.model_validate(incident).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert dumped == incident


@pytest.mark.parametrize("incident", incidents())
def test_an_open_incident_cites_its_first_cause_on_the_way_to_itself(incident: dict[str, Any]) -> None:
    report = incident["rca"]
    if report["root_cause"] is not None:
        assert report["path"][0]["from"] == report["root_cause"]["entity"]
        assert report["path"][-1]["to"] == {"label": "Incident", "key": incident["incident_id"]}
        assert all(
            step["to"] == following["from"]
            for step, following in zip(report["path"], report["path"][1:], strict=False)
        )


def test_rest_answers_the_same_documents(start: Any) -> None:
    server = start()
    events = (FIXTURES / "001-contract-break" / "events.ndjson").read_bytes()
    headers = {"Content-Type": "application/x-ndjson"}
    sent = server.client.post("/api/v1/events?wait=true", content=events, headers=headers)
    assert sent.json()["applied"] is True
    listed = server.client.get("/api/v1/incidents").json()["items"]
    (known,) = replayed("001-contract-break")["incidents"]
    assert [item["incident_id"] for item in listed] == [known["incident_id"]]
    incident = server.client.get(f"/api/v1/incidents/{known['incident_id']}").json()
    assert_incident(incident)
    assert incident == known
    assert server.client.get(f"/api/v1/incidents/{known['incident_id']}/rca").json() == known["rca"]
