"""Every example payload of the specification parses and keeps what it says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from signal_factory.wire import Evidence, OpenLineageEvent, parse_body

PAYLOADS = Path(__file__).parent / "payloads"
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
NESTED = ["evidence_contract_fail", "evidence_realtime_warn", "evidence_batch_fail"]
LINEAGE = [
    "openlineage_batch_lineage",
    "openlineage_kafka_to_bronze",
    "openlineage_spark_start",
    "openlineage_spark_complete",
]


def payload(name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def evidence(name: str) -> Evidence:
    parsed = parse_body("evidence", payload(name))
    assert isinstance(parsed, Evidence)
    return parsed


def lineage(name: str) -> OpenLineageEvent:
    parsed = parse_body("openlineage", payload(name))
    assert isinstance(parsed, OpenLineageEvent)
    return parsed


@pytest.mark.parametrize("name", NESTED)
def test_nested_evidence_goes_through_unchanged(name: str):
    assert evidence(name).to_wire() == {"source": {}, **payload(name)}


def test_the_contract_failure_names_its_producer_and_reason():
    found = evidence("evidence_contract_fail")
    assert (found.producer.id, found.producer.version) == ("orders-svc", "v3.17")
    assert found.reasons == ("MISSING_FIELD:customer_id",)
    assert found.is_record_sample
    assert [gate.gate for gate in found.validation.gates if gate.result == "FAIL"] == ["G4_CONTRACT"]
    assert found.validation.gates[3].details["violated_rule"]["field"] == "customer_id"


def test_the_realtime_warning_takes_its_reason_from_the_gate_that_warned():
    found = evidence("evidence_realtime_warn")
    assert found.validation.result == "WARN"
    assert found.reasons == ("UNKNOWN_ENUM:discount_type:FLASH_SALE",)
    assert not found.is_record_sample
    assert found.producer.id is None


def test_the_batch_failure_is_tied_to_its_run_and_input():
    found = evidence("evidence_batch_fail")
    assert found.run_id == "spark-orders-silver-20240115-020005"
    assert found.lineage.dag_run_id == "scheduled__2024-01-15T02:00:00+00:00"
    assert found.upstreams == ("urn:dp:orders:bronze", "s3://data-lake-prod/bronze/orders/2024-01-14/")
    assert found.is_record_sample


def test_the_quarantine_record_is_folded_into_the_nested_form():
    found = evidence("evidence_quarantine")
    assert found.is_flat
    assert found.run_id == "run_20260215_abc123"
    assert found.validation.result == "FAIL"
    assert found.validation.reason_codes == ("SCHEMA_BREAK:order_total:DECIMAL→STRING",)
    assert [gate.gate for gate in found.validation.gates] == ["G3_SCHEMA"]
    assert found.quarantine_table == "quarantine.orders_20260215_run_abc123"
    assert (found.certified_view_status, found.previous_certified_version) == ("HELD_AT_PREVIOUS", "v42")
    assert not found.is_record_sample


def test_the_row_that_the_specs_spark_code_writes_is_evidence_of_one_record():
    row = {
        "prefix": "evd-",
        "source_id": "ORD-2024-0114-55555",
        "dataset_urn": "urn:dp:orders:silver",
        "result": "FAIL",
        "reason_code": "UNKNOWN_ENUM:discount_type:FLASH_SALE",
        "timestamp": "2024-01-15T02:05:30.000Z",
        "producer": "spark:orders_silver_transform",
        "run_id": "spark-orders-silver-20240115-020005",
    }
    found = parse_body("evidence", row)
    assert isinstance(found, Evidence)
    assert (found.producer.id, found.run_id) == ("spark:orders_silver_transform", row["run_id"])
    assert found.source.source_record_id == row["source_id"]
    assert found.reasons == (row["reason_code"],)
    assert found.is_flat
    assert found.is_record_sample


def test_the_correlation_chain_is_read():
    body = {**payload("evidence_realtime_warn"), **payload("correlation_chain")}
    found = parse_body("evidence", {**body, "evidence_id": "evd-01HQX"})
    assert isinstance(found, Evidence)
    assert [step.relationship for step in found.correlation_chain.causal_chain] == [
        "DERIVED_FROM",
        "AGGREGATED_WITH",
    ]


def test_what_we_emit_satisfies_the_published_evidence_schema():
    schema = payload("evidence_schema_2")
    jsonschema.validate(evidence("evidence_contract_fail").to_wire(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"evidence_id": "evd-1"}, schema)


def test_folded_evidence_satisfies_the_published_schema_once_it_has_an_id():
    flat = {**payload("evidence_quarantine"), "dataset_urn": "urn:dp:orders:silver"}
    found = parse_body("evidence", {**flat, "evidence_id": "evd-01HQXY8MNP4QR7ST9VW2XYZ456"})
    assert isinstance(found, Evidence)
    jsonschema.validate(found.to_wire(), payload("evidence_schema_2"))


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        *(("evidence", name) for name in NESTED),
        *(("openlineage", name) for name in LINEAGE),
        ("evidence_flat", "evidence_quarantine"),
    ],
)
def test_our_schemas_accept_the_specs_payloads(schema: str, name: str):
    described = json.loads((SCHEMAS / f"{schema}.json").read_text(encoding="utf-8"))
    jsonschema.validate(payload(name), described)


@pytest.mark.parametrize("name", LINEAGE)
def test_lineage_events_keep_their_names_and_facets(name: str):
    found, sent = lineage(name), payload(name)
    assert found.event_kind == "run"
    assert found.event_type == sent["eventType"]
    assert found.run is not None
    assert found.run.run_id == sent["run"]["runId"]
    assert found.run.facets == sent["run"]["facets"]
    assert found.job is not None
    assert (found.job.namespace, found.job.name) == (sent["job"]["namespace"], sent["job"]["name"])
    assert [data.name for data in found.outputs] == [data["name"] for data in sent["outputs"]]
    assert found.unplaced == ()


def test_the_observability_facet_and_output_statistics_are_kept():
    found = lineage("openlineage_spark_complete")
    assert found.run is not None
    summary = found.run.facets["observability_evidence"]["summary"]
    assert (summary["records_processed"], summary["records_failed"]) == (45230, 380)
    assert found.outputs[0].output_facets["outputStatistics"]["rowCount"] == 44850
    assert found.inputs[0].input_facets["dataQualityMetrics"]["rowCount"] == 45230
