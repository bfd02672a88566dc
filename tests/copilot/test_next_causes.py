"""Beside the cause stands what to look at next: far behind, honest, cited, and only beside a cause."""

import pytest

from tests.scenarios.expecting import Json, assert_cause, cause_of
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form
from tests.scenarios.scenario_fleet import ORDERS, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night

RAW = Batch("job://spark/orders_load", "ds://bronze/orders", start="00:10", minutes=10, gates=BATCH_GATES)
BUILD = Batch("job://spark/orders_build", "ds://curated/orders", (RAW.writes,), start="01:00", minutes=35)
OLD = Night(partition=YESTERDAY)
DENIED = Night(outcome="fail", minutes=5, reason="Permission denied")
NULLS = Night(gate_results={"G4_CONTRACT": "NULL_RATE:customer_id"})


def _others(incident: Json) -> dict[tuple[str, str], Json]:
    found = incident["rca"]["candidates"]
    assert found[0]["entity"] == incident["rca"]["root_cause"]["entity"]
    return {(each["kind"], each["entity"]["key"]): each for each in found[1:]}


@pytest.mark.parametrize("form", FORMS)
def test_beside_a_wrong_partition_stands_the_run_that_may_not_have_come(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, [ORDERS], {ORDERS.job: OLD})
    incident = assert_cause(replay(scenario), "WRONG_PARTITION", ORDERS.job)
    other = _others(incident)["JOB_NOT_TRIGGERED", ORDERS.job]
    assert other["evidence_refs"] == incident["rca"]["root_cause"]["evidence_refs"]
    assert other["score"] < incident["rca"]["root_cause"]["score"] / 2


@pytest.mark.parametrize("form", FORMS)
def test_beside_a_job_that_failed_stands_the_input_that_failed_its_checks(form: Form) -> None:
    scenario = fleet(form, [RAW, BUILD], slo={RAW.writes: {}})
    tonight(scenario, [RAW, BUILD], {RAW.job: NULLS, BUILD.job: DENIED})
    incident = assert_cause(replay(scenario), "JOB_FAILED", BUILD.job)
    assert "NULL_VALUE" in _others(incident)["SOURCE_DATA_ANOMALY", RAW.writes]["summary"]


@pytest.mark.parametrize("form", FORMS)
def test_beside_a_job_that_was_not_started_stands_that_nobody_may_have_told(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, [ORDERS], {ORDERS.job: Night(outcome="absent")})
    incident = assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)
    assert "silence" in _others(incident)["EVIDENCE_GAP", ORDERS.job]["summary"]


def test_every_candidate_cites_and_together_they_are_no_more_than_certain() -> None:
    scenario = fleet("native", [RAW, BUILD], slo={RAW.writes: {}})
    tonight(scenario, [RAW, BUILD], {RAW.job: NULLS, BUILD.job: DENIED})
    found = replay(scenario)["incidents"][0]["rca"]["candidates"]
    assert all(each["evidence_refs"] for each in found)
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    assert sum(each["score"] for each in found) <= 1.0


def test_where_no_cause_is_named_nothing_stands_beside_the_suspects() -> None:
    scenario = fleet("native")
    for name in ("orders-app", "orders-lib"):
        scenario.deploy(noon(scenario), name, "2.0.0", jobs=[ORDERS.job])
    broken = Night(outcome="fail", minutes=5, reason="AttributeError: 'NoneType' object has no attribute 'x'")
    tonight(scenario, [ORDERS], {ORDERS.job: broken})
    (incident,) = replay(scenario)["incidents"]
    assert cause_of(incident) is None
    kinds = {each["kind"] for each in incident["rca"]["candidates"]}
    assert kinds == {"DEPLOYMENT", "JOB_FAILED"}
