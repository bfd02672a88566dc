"""Explained incidents as text: complete, narrow, and unable to steer a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.render import WIDTH, incident_text, replay_text
from service.replay import replay_lines

FIXTURES = Path(__file__).parents[2] / "fixtures"
RECORDINGS = sorted(FIXTURES.glob("[0-9]*"))


def _document(name: str) -> dict[str, Any]:
    with (FIXTURES / name / "events.ndjson").open(encoding="utf-8") as lines:
        return json.loads(json.dumps(replay_lines(lines)))


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    return _document("001-contract-break")


def test_a_report_reads_like_the_one_in_the_specification(contract: dict[str, Any]) -> None:
    told = incident_text(contract["incidents"][0])
    headings = [
        "RCA COPILOT ANALYSIS", "ROOT CAUSE (Confidence: ", "EVIDENCE CHAIN", "TIMELINE", "PATH", "BLAST RADIUS",
        "RECOMMENDED ACTIONS", "NEXT CHECKS", "ALSO CONSIDERED", "EVIDENCE REFERENCES",
    ]  # fmt: skip
    places = [told.index(heading) for heading in headings]
    assert places == sorted(places)
    assert "DEPLOYMENT: orders-svc:v3.17" in told
    assert "1,120 of 1,247 (89.8%), MISSING_FIELD:customer_id" in told
    assert "2024-01-15 09:57:45 UTC - orders-svc:v3.17 went live" in told
    assert "Primary: evd-01HQXY8MNP4QR7ST9VW2XYZ456" in told
    assert "Trace:   ab91f3c2d4e5f6a7b8c9d0e1f2a3b4c5" in told
    assert "1. Roll orders-svc back to v3.16" in told
    assert "urn:dashboard:exec:daily_orders" in told


def test_causes_that_were_ruled_out_are_listed_and_the_root_cause_is_not(contract: dict[str, Any]) -> None:
    told = incident_text(contract["incidents"][0])
    also = told.partition("ALSO CONSIDERED")[2].partition("EVIDENCE REFERENCES")[0]
    assert "orders-svc:v3.16" in also
    assert "DEPLOYMENT orders-svc:v3.17" not in also


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_every_recording_fits_the_terminal_and_ends_with_its_counts(folder: Path) -> None:
    document = _document(folder.name)
    lines = replay_text(document).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[-1].startswith(f"{document['stats']['events']:,} events")
    assert sum(line == "RCA COPILOT ANALYSIS" for line in lines) == len(document["incidents"])


def test_a_healthy_day_says_so() -> None:
    assert replay_text({"incidents": [], "stats": {"events": 3}}).startswith("Nothing is wrong: no incident.")


def test_rejected_lines_are_named_and_a_long_list_says_how_much_it_leaves_out() -> None:
    rejected = [{"line": place, "reason": "not JSON"} for place in range(1, 31)]
    told = replay_text({"incidents": [], "rejected": rejected})
    assert "Rejected: 30 lines" in told
    assert "line 20: not JSON" in told
    assert "line 21" not in told
    assert "(+10 more)" in told


def test_an_inconclusive_report_shows_its_suspects_and_what_would_decide() -> None:
    suspects = [{"kind": "DEPLOYMENT", "entity": {"label": "Deployment", "key": key}, "score": 0.6, "summary": "near"}
                for key in ("a:1", "b:2")]  # fmt: skip
    rca = {"verdict": "INCONCLUSIVE", "root_cause": None, "confidence": {"score": 0.49, "level": "LOW"},
           "candidates": suspects, "next_checks": ["Roll back one of a:1 and b:2"]}  # fmt: skip
    told = incident_text({"incident_id": "inc-1", "rca": rca, "freshness_of_evidence": "STALE"})
    assert "INCONCLUSIVE (Confidence: 49% - LOW)" in told
    assert "60% DEPLOYMENT a:1: near" in told
    assert "60% DEPLOYMENT b:2: near" in told
    assert "Roll back one of a:1 and b:2" in told
    assert "STALE" in told


HOSTILE = st.text(st.sampled_from("a \x1b[31m\r\n\t\x07\x9b\u202e\u2066\u200b/:")).map(
    lambda told: f"x{told}"
)


@given(HOSTILE)
def test_no_text_of_a_document_can_steer_the_terminal_or_break_the_layout(told: str) -> None:
    node = {"label": told, "key": told}
    cause = {"kind": told, "entity": node, "score": 0.5, "summary": told}
    rca = {
        "root_cause": cause, "candidates": [cause, {**cause, "kind": "other"}], "narrative": told,
        "confidence": {"score": 0.5, "level": told, "factors": [{"name": told, "reason": told, "value": 1, "weight": 1}]},
        "path": [{"from": node, "edge": told, "to": node, "evidence": [told]}],
        "timeline": [{"time": told, "what": told}], "blast_radius": [{"urn": told, "type": told, "effect": told}],
        "recommended_actions": [told], "next_checks": [told], "missing_evidence": [told], "evidence_refs": [told],
    }  # fmt: skip
    names = ("incident_id", "title", "severity", "status", "primary_evidence_id", "failure_signature")
    shown = replay_text({
        "incidents": [{**dict.fromkeys(names, told), "rca": rca, "impact": {"recurrence_of": [told]},
                       "evidence_summary": {"failed_events": 1, "total_events": 2, "failure_rate": told}}],
        "rejected": [{"line": 1, "reason": told}],
    })  # fmt: skip
    assert not {char for char in shown if char != "\n" and not char.isprintable()}
    assert max(map(len, shown.splitlines())) <= WIDTH


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_a_field_of_the_wrong_type_is_left_out_and_never_an_error(odd: Any) -> None:
    names = ("incident_id", "title", "rca", "impact", "evidence_summary", "first_bad", "tier")
    incident_text(dict.fromkeys(names, odd))
    parts = (
        "confidence",
        "root_cause",
        "candidates",
        "path",
        "timeline",
        "blast_radius",
        "evidence_refs",
        "narrative",
    )
    incident_text({"rca": dict.fromkeys(parts, odd)})
    replay_text({"incidents": odd, "rejected": odd, "stats": odd, "signals": odd})
