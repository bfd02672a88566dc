"""Evidence beyond the specification's examples: tolerance, convenience, refusal."""

from datetime import UTC, datetime
from typing import Any

import pytest

from signal_factory.errors import InvalidEvent
from signal_factory.wire import Evidence, parse_body


def parsed(**changes: Any) -> Evidence:
    body = {"dataset_urn": "urn:dp:orders:created", "validation": {"result": "PASS"}, **changes}
    found = parse_body("evidence", body)
    assert isinstance(found, Evidence)
    return found


def test_parts_that_were_not_sent_are_empty():
    found = parsed()
    assert (found.producer.id, found.source.topic, found.otel.trace_id) == (None, None, None)
    assert (found.run_id, found.reasons, found.upstreams) == (None, (), ())
    assert (found.is_flat, found.is_record_sample, found.stream.window) == (False, False, None)


PARTS = ["producer", "source", "otel", "lineage", "stream", "correlation_chain", "timestamp", "evidence_id"]


@pytest.mark.parametrize("part", PARTS)
def test_null_is_absent(part: str):
    assert parsed(**{part: None}) == parsed()


def test_nulls_within_parts_are_absent():
    gates = [None, {"gate": "G3_SCHEMA", "result": None, "reason_code": None, "details": None}]
    found = parsed(
        validation={"result": "PASS", "gates": gates, "failed_gates": None, "reason_codes": None},
        lineage={"upstream_urns": None, "job_urn": None},
        producer={"id": None, "confidence": None},
    )
    assert [(gate.gate, gate.result, gate.details) for gate in found.validation.gates] == [
        ("G3_SCHEMA", "SKIP", {})
    ]
    assert found.upstreams == ()


def test_verdicts_are_read_in_any_case_and_in_the_past_tense():
    assert parsed(validation={"result": "failed"}).validation.result == "FAIL"
    assert parsed(validation={"result": "Warning"}).validation.result == "WARN"


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (["PASS", "FAIL", "WARN"], "FAIL"),
        (["PASS", "WARN"], "WARN"),
        (["PASS", "SKIP"], "PASS"),
        (["failed"], "FAIL"),
    ],
)
def test_a_missing_verdict_follows_from_the_gates(results: list[str], verdict: str):
    gates = [{"gate": f"G{n}", "result": result} for n, result in enumerate(results)]
    assert parsed(validation={"gates": gates}).validation.result == verdict


def test_a_producer_may_be_a_plain_name():
    assert parsed(producer="spark:orders").producer.id == "spark:orders"


def test_a_confidence_nobody_knows_says_nothing():
    assert parsed(producer={"id": "a", "confidence": "certain"}).producer.confidence is None
    assert parsed(producer={"id": "a", "confidence": "high"}).producer.confidence == "HIGH"


def test_numbers_stand_for_text_and_text_for_numbers():
    found = parsed(producer={"version": 3}, source={"topic": "t", "partition": "4", "offset": 17.0})
    assert found.producer.version == "3"
    assert (found.source.partition, found.source.offset) == (4, 17)
    assert found.is_record_sample


def test_reasons_come_once_and_only_from_gates_that_failed_or_warned():
    gates = [
        {"gate": "G3", "result": "WARN", "reason_code": "B"},
        {"gate": "G4", "result": "FAIL", "reason_code": "A"},
        {"gate": "G5", "result": "PASS", "reason_code": "C"},
    ]
    assert parsed(validation={"result": "FAIL", "gates": gates, "reason_codes": ["A"]}).reasons == ("A", "B")


@pytest.mark.parametrize(
    "place", [{"producer": {"run_id": "r"}}, {"lineage": {"spark_run_id": "r"}}, {"run_id": "r"}]
)
def test_the_run_is_found_wherever_it_is_named(place: dict[str, Any]):
    assert parsed(**place).run_id == "r"


def test_a_stream_context_is_read_also_with_flinks_numbers():
    window = {"type": "TUMBLING", "start": "2024-01-15T09:55:00Z", "end": "2024-01-15T10:00:00Z"}
    found = parsed(
        stream={"topology_id": "t", "window": window, "watermark": 1_705_312_680_000, "late_data": True}
    )
    assert found.stream.watermark == datetime(2024, 1, 15, 9, 58, tzinfo=UTC)
    assert found.stream.window is not None
    assert found.stream.window.end == datetime(2024, 1, 15, 10, tzinfo=UTC)
    assert parsed(stream={"watermark": -(2**63)}).stream.watermark is None


def test_unknown_fields_are_kept_and_cannot_pose_as_ours():
    found = parsed(team={"a": 1}, is_flat=True, reasons=["made up"], source={"shard": 7})
    assert found.model_extra == {"team": {"a": 1}, "reasons": ["made up"]}
    assert (found.is_flat, found.reasons) == (False, ())
    assert found.source.model_extra == {"shard": 7}


def test_evidence_read_again_from_its_wire_form_is_the_same():
    found = parsed(
        timestamp="2024-01-15T09:58:02.312+00:00",
        producer={"id": "p", "version": "v1"},
        source={"topic": "t", "partition": 0, "offset": 1},
        extra=[1],
    )
    assert parse_body("evidence", found.to_wire()) == found


def test_times_are_written_in_one_form():
    assert parsed(timestamp="2024-01-15T04:58:02-05:00").to_wire()["timestamp"] == "2024-01-15T09:58:02.000Z"


SECRET = "4111-1111-1111-1111" * 3


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"dataset_urn": None}, "dataset_urn"),
        ({"dataset_urn": ""}, "dataset_urn"),
        ({"dataset_urn": SECRET}, "dataset_urn"),
        ({"dataset_urn": f"ds://a/{SECRET}\nDROP"}, "dataset_urn"),
        ({"validation": None}, "validation"),
        ({"validation": {"result": SECRET}}, "validation.result"),
        ({"validation": {}}, "validation.result"),
        (
            {"validation": {"result": "PASS", "gates": [{"gate": "G1", "result": SECRET}]}},
            "validation.gates[0].result",
        ),
        ({"validation": {"result": "PASS", "gates": {"a": SECRET}}}, "validation.gates"),
        ({"validation": {"result": "PASS", "gates": SECRET}}, "validation.gates[0]"),
        ({"timestamp": SECRET}, "timestamp"),
        ({"evidence_id": SECRET}, "evidence_id"),
        ({"evidence_id": "evd-" + "a" * 65}, "evidence_id"),
        ({"source": SECRET}, "source"),
        ({"source": {"offset": 2**70}}, "source.offset"),
        ({"source": {"offset": SECRET}}, "source.offset"),
        ({"producer": {"id": f"{SECRET}\x00"}}, "producer.id"),
        ({"lineage": {"job_urn": f"{SECRET} '"}}, "lineage.job_urn"),
        ({"lineage": {"upstream_urns": ["urn:dp:a:b", f"{SECRET}`"]}}, "lineage.upstream_urns[1]"),
    ],
)
def test_a_refusal_names_the_field_and_not_its_value(changes: dict[str, Any], path: str):
    with pytest.raises(InvalidEvent) as refused:
        parsed(**changes)
    assert str(refused.value).startswith(f"evidence: {path}: ")
    assert SECRET[:10] not in str(refused.value)
    assert refused.value.hint


def test_many_faults_are_summed_up():
    with pytest.raises(InvalidEvent, match="and 7 more"):
        parsed(validation={"result": "PASS", "gates": [{}] * 10})
