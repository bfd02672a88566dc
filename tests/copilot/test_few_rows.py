"""Few rows far down are seen back to their cause: past tables without an alarm, and to failed checks."""

from dataclasses import replace

import pytest

from tests.scenarios.expecting import Json, assert_cause, cause_of, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night, night

RAW = Batch("job://spark/orders_load", "ds://bronze/orders", start="00:10", minutes=10, gates=BATCH_GATES)
BUILD = replace(ORDERS, reads=(RAW.writes,), minutes=20)
MART = Batch("job://spark/orders_mart", "ds://gold/orders", (BUILD.writes,), start="01:30", minutes=15)
ROW = (RAW, BUILD, MART)
FEW = 30_000
VOLUME: Json = {"volume": {"anomaly_threshold_pct": 40}}
LOOSE: Json = {"volume": {"anomaly_threshold_pct": 95}}
DQ: Json = {"dq": {"compliance_rate": 0.99}}
FAILED = {"G4_CONTRACT": "NULL_RATE:customer_id"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("between", [LOOSE, {}])
def test_few_rows_pass_through_a_table_that_raises_no_alarm(between: Json, form: Form) -> None:
    scenario = fleet(form, ROW, slo={RAW.writes: VOLUME, BUILD.writes: between, MART.writes: VOLUME})
    tonight(scenario, ROW, {each.job: Night(rows=FEW) for each in ROW})
    incident = assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", RAW.writes)
    assert incident["datasets"] == sorted([RAW.writes, MART.writes])


@pytest.mark.parametrize("form", FORMS)
def test_few_rows_do_not_pass_through_a_table_that_had_as_many_as_ever(form: Form) -> None:
    scenario = fleet(form, ROW, slo={RAW.writes: VOLUME, BUILD.writes: LOOSE, MART.writes: VOLUME})
    tonight(scenario, ROW, {RAW.job: Night(rows=FEW), MART.job: Night(rows=FEW)})
    found = [cause_of(each) for each in open_incidents(replay(scenario))]
    kind = "SOURCE_DATA_ANOMALY"
    assert sorted(each for each in found if each) == [
        (kind, "Dataset", RAW.writes), (kind, "Dataset", MART.writes),
    ]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_what_an_input_failed_explains_the_few_rows_below_it(form: Form) -> None:
    scenario = fleet(form, ROW, slo={RAW.writes: DQ, BUILD.writes: {}, MART.writes: VOLUME})
    few = Night(rows=FEW)
    tonight(scenario, ROW, {RAW.job: Night(gate_results=FAILED), BUILD.job: few, MART.job: few})
    incident = assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", RAW.writes)
    assert incident["datasets"] == sorted([RAW.writes, MART.writes])


@pytest.mark.parametrize("form", FORMS)
def test_a_deployment_explains_few_rows_whatever_the_input_failed(form: Form) -> None:
    scenario = fleet(form, ROW, slo={RAW.writes: DQ, BUILD.writes: {}, MART.writes: VOLUME})
    scenario.deploy(noon(scenario, YESTERDAY), "orders-mart", "v2", jobs=[MART.job])
    tonight(scenario, ROW, {RAW.job: Night(gate_results=FAILED), MART.job: Night(rows=FEW)})
    found = {each["dataset_urn"]: cause_of(each) for each in open_incidents(replay(scenario))}
    assert found == {
        RAW.writes: ("SOURCE_DATA_ANOMALY", "Dataset", RAW.writes),
        MART.writes: ("DEPLOYMENT", "Deployment", "orders-mart:v2"),
    }


@pytest.mark.parametrize("form", FORMS)
def test_an_input_that_failed_while_the_rows_were_as_many_as_ever_explains_none(form: Form) -> None:
    scenario = fleet(form, ROW, slo={RAW.writes: DQ, BUILD.writes: {}, MART.writes: VOLUME})
    failing = Night(gate_results=FAILED)
    night(scenario, ROW, TONIGHT, {RAW.job: failing})
    few = {BUILD.job: Night(rows=FEW), MART.job: Night(rows=FEW)}
    tonight(scenario, ROW, {RAW.job: failing, **few}, day="2026-01-16")
    found = {cause_of(each) for each in open_incidents(replay(scenario))}
    assert ("SOURCE_DATA_ANOMALY", "Dataset", RAW.writes) in found
    assert len(found) == 2
