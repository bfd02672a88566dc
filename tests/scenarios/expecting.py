"""Compares a replay's document with what the contract promises.

An expectation is the JSON of ``fixtures/NNN-slug/expected.json``; ``fixtures/README.md``
says what its fields mean. Every function here raises ``AssertionError`` with the
incident beside the promise.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

LEVELS = ("LOW", "MEDIUM", "HIGH")


def open_incidents(document: Json) -> list[Json]:
    """The incidents that are not resolved."""
    return [incident for incident in document["incidents"] if incident["status"] == "OPEN"]


def exit_code(document: Json) -> int:
    """What ``sf replay`` answers for this document (contract §3)."""
    return 1 if open_incidents(document) else 0


def the_incident(document: Json) -> Json:
    """The one open incident."""
    found = open_incidents(document)
    assert len(found) == 1, f"expected one open incident, found {[brief(i) for i in found]}"
    return found[0]


def cause_of(incident: Json) -> tuple[str, str, str] | None:
    """(kind, label, key) of the root cause, None where there is none."""
    cause = incident["rca"]["root_cause"]
    return None if cause is None else (cause["kind"], cause["entity"]["label"], cause["entity"]["key"])


def assert_healthy(document: Json) -> None:
    """Nothing is wrong, and nothing ever was."""
    assert not document["incidents"], [brief(incident) for incident in document["incidents"]]


def assert_cause(document: Json, kind: str, *keys: str, label: str = "") -> Json:
    """One open incident, explained by ``kind`` at one of ``keys``; returns it."""
    incident = the_incident(document)
    cause = cause_of(incident)
    assert incident["rca"]["verdict"] == "ROOT_CAUSE_FOUND", brief(incident)
    assert cause is not None, brief(incident)
    assert cause[0] == kind, f"expected {kind}: {brief(incident)}"
    assert not keys or cause[2] in keys, f"expected one of {keys}: {brief(incident)}"
    assert not label or cause[1] == label, f"expected a {label}: {brief(incident)}"
    return incident


def brief(incident: Json) -> str:
    """The incident in one line, for messages."""
    rca = incident["rca"]
    causes = [(c["kind"], c["entity"]["key"], round(float(c["score"]), 3)) for c in rca["candidates"][:4]]
    return (
        f"{incident['dataset_urn']} {incident['status']} {incident['severity']} {rca['verdict']} "
        f"cause={cause_of(incident)} candidates={causes} signature={incident.get('failure_signature')}"
    )


def check(document: Json, expected: Json) -> None:
    """The whole document against an ``expected.json``."""
    assert exit_code(document) == expected["exit_code"], [brief(i) for i in document["incidents"]]
    wanted = expected["incidents"]
    assert len(document["incidents"]) == len(wanted), [brief(i) for i in document["incidents"]]
    unmatched = list(document["incidents"])
    for promise in wanted:
        match = next((i for i in unmatched if i["dataset_urn"] in promise["dataset_urn"]), None)
        assert match is not None, f"no incident at {promise['dataset_urn']}: {[brief(i) for i in unmatched]}"
        unmatched.remove(match)
        check_incident(match, promise)
    for urn, statuses in expected.get("datasets", {}).items():
        assert document["datasets"][urn]["status"] in statuses, (urn, document["datasets"][urn])
    assert document["rejected"] == expected.get("rejected", [])


def check_incident(incident: Json, promise: Json) -> None:
    """One incident against its promise; what the promise does not name is free."""
    _check_fields(incident, promise)
    _check_cause(incident, promise)
    _check_citations(incident["rca"], promise)
    _check_blast_radius(incident, promise)
    _check_path(incident["rca"], promise)


def _check_fields(incident: Json, promise: Json) -> None:
    for name in ("severity", "status", "failure_signature", "freshness_of_evidence", "primary_evidence_id"):
        if name in promise:
            assert incident.get(name) in promise[name], (name, incident.get(name), brief(incident))
    for name in ("first_bad", "last_good"):
        if name in promise:
            times = [_moment(text) for text in promise[name]]
            assert _moment(incident[name]) in times, (name, incident[name], brief(incident))
    for name, value in promise.get("evidence_summary", {}).items():
        assert incident["evidence_summary"].get(name) == value, (name, incident["evidence_summary"])
    for urn in promise.get("affected", []):
        assert urn in incident["datasets"], (urn, incident["datasets"])


def _check_cause(incident: Json, promise: Json) -> None:
    rca = incident["rca"]
    assert rca["verdict"] == promise["verdict"], brief(incident)
    accepted = [(c["kind"], c["label"], c["key"]) for c in promise["root_cause"]]
    if promise["verdict"] == "INCONCLUSIVE":
        assert rca["root_cause"] is None, brief(incident)
        assert rca["next_checks"], brief(incident)
        return
    assert cause_of(incident) in accepted, f"accepted {accepted}: {brief(incident)}"
    level = rca["confidence"]["level"]
    assert LEVELS.index(level) >= LEVELS.index(promise["confidence_at_least"]), rca["confidence"]
    _check_ruled_out(incident, promise.get("must_rule_out", []))


def _check_ruled_out(incident: Json, keys: Sequence[str]) -> None:
    candidates = incident["rca"]["candidates"]
    ranking = [c["entity"]["key"] for c in candidates]
    best = incident["rca"]["root_cause"]
    for key in keys:
        assert best["entity"]["key"] != key, brief(incident)
        assert key not in ranking[:1], brief(incident)
        for candidate in candidates:
            if candidate["entity"]["key"] == key:
                assert candidate["score"] < best["score"], brief(incident)


def _check_citations(rca: Json, promise: Json) -> None:
    cited = {without_kind(ref) for ref in rca["evidence_refs"]}
    for ref in promise.get("must_cite", []):
        assert ref in cited, f"{ref} is not cited among {sorted(cited)[:20]}"
    moments = {_moment(entry["time"]) for entry in rca["timeline"]}
    for text in promise.get("timeline_must_contain", []):
        assert _moment(text) in moments, (text, rca["timeline"])


def _check_blast_radius(incident: Json, promise: Json) -> None:
    radius = {entry["urn"]: entry for entry in incident["rca"]["blast_radius"]}
    if "blast_radius" in promise:
        assert set(radius) == set(promise["blast_radius"]), sorted(radius)
    for urn, effects in promise.get("effects", {}).items():
        assert radius[urn]["effect"] in effects, radius[urn]


def _check_path(rca: Json, promise: Json) -> None:
    keys = [step["from"]["key"] for step in rca["path"]] + [step["to"]["key"] for step in rca["path"][-1:]]
    rest = iter(keys)
    for wanted in promise.get("path_must_contain", []):
        assert any(wanted in key for key in rest), f"{wanted} is missing, or out of order, in {keys}"


def comparable(document: Json) -> str:
    """The document as text, without what may differ for a doubled or shuffled file."""
    stats = {name: document["stats"][name] for name in ("nodes", "edges", "graph_hash")}
    parts = {name: document[name] for name in ("incidents", "signals", "datasets")}
    return json.dumps(parts | {"stats": stats}, sort_keys=True, ensure_ascii=False)


KINDS = ("evidence", "openlineage", "deployment", "job_event", "write_event", "dataset", "mapping", "tick")


def without_kind(ref: str) -> str:
    """The reference without its optional ``kind:`` prefix (contract rule 14)."""
    kind, _, rest = ref.partition(":")
    return rest if kind in KINDS and rest else ref


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
