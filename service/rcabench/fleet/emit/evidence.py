"""Evidence: a verdict with its gates for each run that checks, a record at a time for streams."""

from datetime import datetime, timedelta
from typing import Any

from ..model import DataSet
from ..streams import Record, windows
from ..world import Part, Run, World, is_shape
from .names import uuid
from .native import run_name
from .post import Post

STREAM_GATES = ("G1_RESOLUTION", "G2_IDENTITY", "G3_SCHEMA", "G4_CONTRACT", "G5_PII")
SHOWN_FROM = 0.01


def send_run(world: World, run: Run, post: Post) -> None:
    """The verdict on what ``run`` wrote, and a few of the records it found wrong."""
    part = run.part
    style = world.fleet.dags[run.job.dag].style
    if part is None or not part.reported or style == "dbt":
        return
    base = _base(world, run)
    at = run.ended - timedelta(seconds=8)
    post.send(at, "evidence", _verdict(world, part, at, base, post))
    for code, share in part.measured:
        if share >= SHOWN_FROM or post.chance.yes(0.08, "sample", run.run_id, code):
            for number in range(min(6, 1 + int(share * 40))):
                sample = _sample(run, code, number, at, base, post)
                post.send(at - timedelta(seconds=5 * number), "evidence", sample, slow=True)


def _base(world: World, run: Run) -> dict[str, Any]:
    is_native = world.fleet.dags[run.job.dag].style == "native"
    run_id = run_name(run) if is_native else uuid(run.run_id)
    lineage: dict[str, Any] = {"job_urn": run.job.urn, "dag_run_id": run.dag_run_id}
    if run.job.inputs:
        lineage["upstream_dataset"] = run.job.inputs[0]
    producer = {"id": run.job.urn, "confidence": "HIGH", "run_id": run_id}
    return {"dataset_urn": run.job.output, "producer": producer, "lineage": lineage}


def _verdict(world: World, part: Part, at: datetime, base: dict[str, Any], post: Post) -> dict[str, Any]:
    promise = world.fleet.objectives.get(part.urn)
    allowed = 1 - (promise.dq_rate if promise and promise.dq_rate else 0.95)
    failing = part.failing > allowed
    codes = [code for code, share in part.measured if share >= SHOWN_FROM] if failing else []
    shapes = [code for code in codes if is_shape(code)]
    values = [code for code in codes if not is_shape(code)]
    gates = [
        _gate(gate, {"G3_SCHEMA": shapes, "G4_CONTRACT": values}.get(gate, []), part)
        for gate in part.reported
    ]
    validation: dict[str, Any] = {"result": "FAIL" if failing else "PASS", "gates": gates}
    if failing:
        failed = [gate["gate"] for gate in gates if gate["result"] == "FAIL"]
        validation |= {"failed_gates": failed or [part.reported[-1]], "reason_codes": codes}
    return {
        "evidence_id": post.evidence_id(at, part.urn, str(part.day), "verdict"),
        "timestamp": post.clock(part.urn, at),
        **base,
        "validation": validation,
        "source": {},
    }


def _gate(gate: str, codes: list[str], part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"gate": gate, "result": "FAIL" if codes else "PASS"}
    if codes:
        found["reason_code"] = codes[0]
    if gate == "G4_CONTRACT":
        found["details"] = {"compliance_rate": round(1 - part.failing, 5), "records_processed": part.rows}
    return found


def _sample(
    run: Run, code: str, number: int, at: datetime, base: dict[str, Any], post: Post
) -> dict[str, Any]:
    moment = at - timedelta(seconds=5 * number)
    return {
        "evidence_id": post.evidence_id(moment, run.run_id, code, str(number)),
        "timestamp": post.clock(run.job.output, moment),
        **base,
        "validation": {"result": "FAIL", "failed_gates": ["CONTRACT"], "reason_codes": [code]},
        "source": {
            "source_record_id": f"rec-{post.chance.hexadecimal(8, 'record', run.run_id, code, number)}"
        },
    }


def send_streams(world: World, post: Post, until: datetime) -> None:
    """Every kept record of every stream."""
    for target in world.fleet.sets.values():
        if target.kind == "stream":
            for window in windows(world, target.urn, until):
                for record in window.records:
                    post.send(
                        record.at, "evidence", _record(target, record, post), slow=record.verdict == "PASS"
                    )


def _record(target: DataSet, record: Record, post: Post) -> dict[str, Any]:
    producer: dict[str, Any] = {"id": record.service, "confidence": "HIGH"}
    if not target.attributed:
        producer = {"id": "UNKNOWN", "confidence": "NONE"}
    elif target.versioned:
        producer["version"] = record.version
    rng = post.chance.of("offset", target.urn, record.at.isoformat())
    validation: dict[str, Any] = {"result": record.verdict, "gates": _stream_gates(record)}
    if record.verdict == "FAIL":
        gate = "G3_SCHEMA" if record.code.startswith("SCHEMA") else "G4_CONTRACT"
        validation |= {"failed_gates": [gate], "reason_codes": [record.code]}
    return {
        "evidence_id": post.evidence_id(record.at, target.urn, str(record.number)),
        "timestamp": post.clock("enforcer", record.at),
        "dataset_urn": target.urn,
        "producer": producer,
        "validation": validation,
        "source": {
            "topic": target.ol[1],
            "partition": rng.randrange(8),
            "offset": 1_000_000 + int(record.at.timestamp() * 10) % 10**8,
            "timestamp_type": "CREATE_TIME",
        },
        "otel": {"trace_id": f"{rng.getrandbits(128):032x}"},
    }


def _stream_gates(record: Record) -> list[dict[str, Any]]:
    hit = "G3_SCHEMA" if record.code.startswith("SCHEMA") else "G4_CONTRACT"
    found: list[dict[str, Any]] = []
    for gate in STREAM_GATES:
        is_hit = gate == hit and record.verdict != "PASS"
        found.append({"gate": gate, "result": record.verdict if is_hit else "PASS"})
        if is_hit:
            found[-1]["reason_code"] = record.code
    return found
