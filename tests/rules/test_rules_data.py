"""Contract rules 10 and 11: volume of streams, and drift against anomaly."""

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Json, Scenario, days
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, TONIGHT, YESTERDAY, fleet, tonight
from tests.scenarios.scenario_openlineage import BROKER
from tests.scenarios.scenario_runs import Batch, Night
from tests.scenarios.scenario_streams import flow, gate_evidence, quarantine, steady

CLICKS = "urn:dp:web:clicks"
LANDED = Batch("job://spark/land_clicks", "ds://bronze/clicks", (CLICKS,), start="00:45", minutes=12)
VOLUME: Json = {"volume": {"min_rows_per_partition": 60_000, "anomaly_threshold_pct": 40}}


def _landing(form: Form, tonight_in_stream: int, rows: int) -> Scenario:
    """A stream that lands in a table each night: sixty records an hour, a hundred thousand rows."""
    scenario = fleet(form, [LANDED], slo={LANDED.writes: VOLUME})
    early = scenario.at("2026-01-04", "12:00")
    scenario.dataset(early, CLICKS, service="web-svc", feeds=[LANDED.writes])
    scenario.mapping(early, BROKER, "web.clicks", CLICKS)
    for day in days(HISTORY[0], TONIGHT):
        count = tonight_in_stream if day == TONIGHT else 60
        start, end = scenario.at(day, "-1:00"), scenario.at(day, "00:00")
        flow(scenario, CLICKS, start, end, count=count, service="web-svc", version="v12")
    tonight(scenario, [LANDED], {LANDED.job: Night(rows=rows)})
    return scenario


@pytest.mark.parametrize("form", FORMS)
def test_rule_10_a_thin_stream_may_be_named_itself_or_by_its_first_landed_table(form: Form) -> None:
    document = replay(_landing(form, tonight_in_stream=12, rows=20_000))
    assert_cause(document, "SOURCE_DATA_ANOMALY", CLICKS, LANDED.writes, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_rule_10_a_thin_table_on_a_steady_stream_is_named_itself(form: Form) -> None:
    document = replay(_landing(form, tonight_in_stream=60, rows=20_000))
    assert_cause(document, "SOURCE_DATA_ANOMALY", LANDED.writes, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_rule_10_a_steady_stream_and_table_are_healthy(form: Form) -> None:
    assert_healthy(replay(_landing(form, tonight_in_stream=60, rows=98_500)))


DRIFT = ["MISSING_FIELD:customer_id", "UNKNOWN_ENUM:channel:KIOSK", "SCHEMA_BREAK:total:DECIMAL→STRING"]
ANOMALY = ["NULL_RATE:customer_id", "OUT_OF_RANGE:amount", "INVALID_FORMAT:email", "DUPLICATE_KEY:order_id"]
CONTRACT: Json = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}


def _breaking_stream(reason: str) -> Scenario:
    scenario = Scenario("UTC")
    scenario.dataset(scenario.at(TONIGHT, "00:00"), CLICKS, service="web-svc", slo=CONTRACT)
    start, end = scenario.at(TONIGHT, "10:00"), scenario.at(TONIGHT, "10:05")
    steady(scenario, CLICKS, start, service="web-svc")
    flow(scenario, CLICKS, start, end, count=100, bad=90, service="web-svc", version="v1.0", reason=reason)
    return scenario.ticks(end, scenario.at(TONIGHT, "10:10"), minutes=1)


@pytest.mark.parametrize("reason", DRIFT)
def test_rule_11_fields_types_and_enums_of_a_stream_are_drift_of_its_producer(reason: str) -> None:
    assert_cause(replay(_breaking_stream(reason)), "SCHEMA_DRIFT", "web-svc", label="Producer")


@pytest.mark.parametrize("reason", ANOMALY)
def test_rule_11_nulls_ranges_formats_and_duplicates_of_a_stream_are_an_anomaly(reason: str) -> None:
    assert_cause(replay(_breaking_stream(reason)), "SOURCE_DATA_ANOMALY", CLICKS, label="Dataset")


def _breaking_batch(form: Form, reason: str, gate: str) -> Scenario:
    scenario = fleet(form, slo={ORDERS.writes: {"dq": {"compliance_rate": 0.99}}})
    run_id = tonight(scenario)[ORDERS.job]
    moment = scenario.at(TONIGHT, "01:34")
    gate_evidence(scenario, moment, ORDERS.writes, ORDERS.job, run_id, gate, "FAIL", reason)
    quarantine(scenario, moment, ORDERS.writes, run_id, reason, gate)
    return scenario


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reason", DRIFT)
def test_rule_11_fields_types_and_enums_of_a_batch_are_drift(reason: str, form: Form) -> None:
    document = replay(_breaking_batch(form, reason, "G3_SCHEMA"))
    assert_cause(document, "SCHEMA_DRIFT", ORDERS.writes, ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reason", ANOMALY)
def test_rule_11_nulls_ranges_formats_and_duplicates_of_a_batch_are_an_anomaly(
    reason: str, form: Form
) -> None:
    document = replay(_breaking_batch(form, reason, "G4_CONTRACT"))
    assert_cause(document, "SOURCE_DATA_ANOMALY", ORDERS.writes, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_rule_11_a_drop_in_volume_is_an_anomaly(form: Form) -> None:
    scenario = fleet(form, slo={ORDERS.writes: VOLUME})
    tonight(scenario, unlike={ORDERS.job: Night(rows=30_000)})
    incident = assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", ORDERS.writes, label="Dataset")
    assert incident["dataset_urn"] == ORDERS.writes
    assert YESTERDAY in incident["last_good"]
