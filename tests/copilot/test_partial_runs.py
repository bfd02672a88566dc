"""Partial runs: what passes above and fails below narrows the cause to what lies between (spec/prd.md §13)."""

from dataclasses import replace

import pytest

from tests.scenarios.expecting import Json, assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form
from tests.scenarios.scenario_fleet import fleet, noon, tonight
from tests.scenarios.scenario_runs import Batch, Night

BRONZE = Batch(
    "job://spark/orders_bronze", "ds://bronze/orders", start="00:30", minutes=10,
    gates=("G1_RESOLUTION", "G3_SCHEMA"),
)  # fmt: skip
SILVER = Batch(
    "job://spark/orders_silver", "ds://silver/orders", (BRONZE.writes,), start="01:00", minutes=20,
    gates=("G4_CONTRACT", "G5_PII"),
)  # fmt: skip
ROW = (BRONZE, SILVER)
NULLS = "NULL_RATE:customer_id"
SLO: dict[str, Json] = {each.writes: {"dq": {"compliance_rate": 0.99}} for each in ROW}
BAD_SILVER = {SILVER.job: Night(gate_results={"G4_CONTRACT": NULLS})}


def _bronze_of(incident: Json) -> list[Json]:
    found: list[Json] = incident["rca"]["candidates"]
    return [each for each in found if each["entity"]["key"] == BRONZE.writes]


def _cleared(incident: Json) -> list[Json]:
    return [each for each in _bronze_of(incident) if "passed its own checks" in each["summary"]]


@pytest.mark.parametrize("form", FORMS)
def test_silver_that_fails_below_a_bronze_that_passed_rules_the_source_out(form: Form) -> None:
    scenario = fleet(form, ROW, slo=SLO)
    runs = tonight(scenario, ROW, BAD_SILVER)
    incident = assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", SILVER.writes)
    rca = incident["rca"]
    assert f"points at {SILVER.job}" in rca["narrative"]
    assert runs[BRONZE.job] in rca["evidence_refs"]
    (ruled_out,) = _bronze_of(incident)
    assert ruled_out["score"] < 0.4
    assert "passed its own checks (G1_RESOLUTION, G3_SCHEMA)" in ruled_out["summary"]
    (upstream,) = [each for each in rca["confidence"]["factors"] if each["name"] == "upstream"]
    assert BRONZE.writes in upstream["reason"]
    assert incident["datasets"] == [SILVER.writes]


@pytest.mark.parametrize("form", FORMS)
def test_a_deployment_of_the_transformation_is_blamed_and_the_source_ruled_out(form: Form) -> None:
    scenario = fleet(form, ROW, slo=SLO)
    scenario.deploy(noon(scenario), "silver-jobs", "4.0.0", previous_version="3.9", jobs=[SILVER.job])
    tonight(scenario, ROW, BAD_SILVER)
    incident = assert_cause(replay(scenario), "DEPLOYMENT", "silver-jobs:4.0.0")
    assert "rather than at the source" in incident["rca"]["narrative"]
    assert _bronze_of(incident)


@pytest.mark.parametrize("form", FORMS)
def test_a_bronze_that_failed_too_is_the_source(form: Form) -> None:
    scenario = fleet(form, ROW, slo=SLO)
    tonight(scenario, ROW, {BRONZE.job: Night(gate_results={"G3_SCHEMA": NULLS}), **BAD_SILVER})
    incident = assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", BRONZE.writes)
    assert "rather than at the source" not in incident["rca"]["narrative"]


@pytest.mark.parametrize("form", FORMS)
def test_a_bronze_that_is_never_checked_says_nothing(form: Form) -> None:
    row = (replace(BRONZE, gates=()), SILVER)
    scenario = fleet(form, row, slo=SLO)
    tonight(scenario, row, BAD_SILVER)
    incident = assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", SILVER.writes)
    assert "rather than at the source" not in incident["rca"]["narrative"]
    assert not _cleared(incident)


@pytest.mark.parametrize("form", FORMS)
def test_checks_of_the_night_before_say_nothing_of_tonight(form: Form) -> None:
    scenario = fleet(form, ROW, slo=SLO)
    tonight(scenario, ROW, {BRONZE.job: Night(gates=(), commits=True), **BAD_SILVER})
    (incident,) = [each for each in replay(scenario)["incidents"] if each["datasets"] == [SILVER.writes]]
    assert not _cleared(incident)
