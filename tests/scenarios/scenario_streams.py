"""Evidence of streams and of batch runs, as contract §2 has it."""

from datetime import datetime, timedelta

from tests.scenarios.scenario import Json, Scenario, rfc3339

STREAM_GATES = ("G1_RESOLUTION", "G2_IDENTITY", "G3_SCHEMA", "G4_CONTRACT", "G5_PII")


def stream_evidence(
    scenario: Scenario,
    when: datetime,
    urn: str,
    *,
    service: str | None,
    version: str | None = None,
    result: str = "PASS",
    reason: str | None = None,
    gate: str = "G4_CONTRACT",
    topic: str = "",
    offset: int = 0,
    evidence: str | None = None,
) -> str:
    """One validated record; ``service`` None is a producer nobody could name. Returns the evidence id."""
    evidence = evidence or scenario.next_evidence_id()
    producer: Json = {"id": service or "UNKNOWN", "confidence": "HIGH" if service else "NONE"}
    if service and version:
        producer["version"] = version
    body: Json = {
        "evidence_id": evidence,
        "timestamp": rfc3339(when),
        "dataset_urn": urn,
        "producer": producer,
        "validation": validation(result, reason, gate),
        "source": {"topic": topic or urn.rpartition(":")[2], "partition": offset % 6, "offset": offset},
    }
    scenario.emit(when, "evidence", body)
    return evidence


def validation(result: str, reason: str | None, gate: str, gates: tuple[str, ...] = STREAM_GATES) -> Json:
    """The ``validation`` object: every gate passes but the one named."""
    entries: list[Json] = [{"gate": name, "result": "PASS"} for name in gates]
    if result == "PASS" or reason is None:
        return {"result": result, "gates": entries}
    for entry in entries:
        if entry["gate"] == gate:
            entry |= {"result": result, "reason_code": reason}
    extra: Json = {"failed_gates": [gate], "reason_codes": [reason]} if result == "FAIL" else {}
    return {"result": result, "gates": entries, **extra}


def flow(
    scenario: Scenario,
    urn: str,
    start: datetime,
    end: datetime,
    *,
    count: int,
    service: str | None,
    version: str | None = None,
    bad: int = 0,
    result: str = "FAIL",
    reason: str = "MISSING_FIELD:customer_id",
    topic: str = "",
) -> list[str]:
    """``count`` records spread evenly over [start, end), the last ``bad`` of them with ``result``."""
    step = (end - start) / count
    return [
        stream_evidence(
            scenario, start + step * n, urn, service=service, version=version, offset=n, topic=topic,
            result=result if n >= count - bad else "PASS",
            reason=reason if n >= count - bad else None,
        )
        for n in range(count)
    ]  # fmt: skip


def steady(
    scenario: Scenario,
    urn: str,
    end: datetime,
    *,
    windows: int = 12,
    per_window: int = 20,
    service: str | None = "orders-svc",
    version: str | None = "v1.0",
) -> None:
    """A healthy stream for ``windows`` five-minute windows up to ``end``."""
    start = end - timedelta(minutes=5 * windows)
    flow(scenario, urn, start, end, count=windows * per_window, service=service, version=version)


def gate_evidence(
    scenario: Scenario, when: datetime, urn: str, job: str, run_id: str, gate: str,
    result: str = "PASS", reason: str | None = None,
) -> str:  # fmt: skip
    """One gate of one batch run (spec/architecture_review.md §2.3). Returns the evidence id."""
    evidence = scenario.next_evidence_id()
    body: Json = {
        "evidence_id": evidence,
        "timestamp": rfc3339(when),
        "dataset_urn": urn,
        "producer": {"id": job, "confidence": "HIGH", "run_id": run_id},
        "validation": validation(result, reason, gate, (gate,)),
        "source": {},
        "lineage": {"job_urn": job},
    }
    scenario.emit(when, "evidence", body)
    return evidence


def quarantine(scenario: Scenario, when: datetime, urn: str, run_id: str, signature: str, gate: str) -> None:
    """The flat quarantine evidence of spec/prd.md FR-10: a run's verdict is FAIL."""
    table = urn.rpartition("/")[2]
    scenario.emit(when, "evidence", {
        "dataset_urn": urn, "run_id": run_id, "gate": gate, "result": "FAIL",
        "failure_signature": signature, "quarantine_table": f"quarantine.{table}",
        "certified_view_status": "HELD_AT_PREVIOUS", "timestamp": rfc3339(when),
    })  # fmt: skip
