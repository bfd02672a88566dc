"""Causes that take more than one look: what starves, holds back, slows, leaks or returns."""

from dataclasses import replace

import pytest

from tests.scenarios.expecting import Json, assert_cause, cause_of, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, days, freshness
from tests.scenarios.scenario_fleet import ORDERS, STORES, TONIGHT, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night, night, nights, run
from tests.scenarios.scenario_streams import flow, gate_evidence, steady

STAGE = Batch("job://spark/orders_stage", "ds://staging/orders", start="00:30", minutes=12)
BUILD = replace(ORDERS, reads=(STAGE.writes,), minutes=20)
MART = Batch("job://spark/orders_mart", "ds://gold/orders", (BUILD.writes,), start="01:30", minutes=15)
ROW = (STAGE, BUILD, MART)
GATED = replace(ORDERS, gates=BATCH_GATES)
ABSENT = Night(outcome="absent")
DENIED = Night(outcome="fail", minutes=5, reason="Permission denied")
FRESH = freshness("02:00 ET", "10m")
VOLUME: Json = {"volume": {"min_rows_per_partition": 60_000, "anomaly_threshold_pct": 40}}
CONTRACT: Json = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
STREAM, OTHER = "urn:dp:orders:created", "urn:dp:orders:cancelled"
LATE_ROW = {
    STAGE.job: Night(minutes=80),
    BUILD.job: Night(start="01:51", minutes=20),
    MART.job: Night(start="02:12", minutes=15),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_slow_first_table_explains_tables_that_started_late_and_have_recovered(form: Form) -> None:
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, LATE_ROW, until="03:00")
    incidents = replay(scenario)["incidents"]
    assert [cause_of(each) for each in incidents] == [("JOB_RUNNING_SLOW", "Job", STAGE.job)]
    assert {BUILD.writes, MART.writes} <= set(incidents[0]["datasets"])


@pytest.mark.parametrize("form", FORMS)
def test_a_deployment_that_slowed_the_first_table_explains_the_whole_row(form: Form) -> None:
    scenario = fleet(form, ROW)
    scenario.deploy(noon(scenario), "stage-jobs", "4.0.0", previous_version="3.9", jobs=[STAGE.job])
    tonight(scenario, ROW, LATE_ROW, until="03:00")
    causes = [cause_of(each) for each in replay(scenario)["incidents"]]
    assert causes == [("DEPLOYMENT", "Deployment", "stage-jobs:4.0.0")]


@pytest.mark.parametrize("form", FORMS)
def test_inputs_that_were_never_written_are_not_blamed_on_the_jobs_that_miss_them(form: Form) -> None:
    missing = "[PATH_NOT_FOUND] Path does not exist: s3://lake/{}/orders/dt=2026-01-15"
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, {
        STAGE.job: DENIED,
        BUILD.job: Night(outcome="fail", minutes=2, reason=missing.format("staging")),
        MART.job: Night(outcome="fail", minutes=2, reason=missing.format("curated")),
    })  # fmt: skip
    incident = assert_cause(replay(scenario), "JOB_FAILED", STAGE.job)
    assert {batch.writes for batch in ROW} == set(incident["datasets"])


@pytest.mark.parametrize("form", FORMS)
def test_checks_that_hold_the_data_back_explain_why_the_table_is_stale(form: Form) -> None:
    scenario = fleet(form, [GATED], slo={GATED.writes: FRESH | {"dq": {"compliance_rate": 0.99}}})
    held = Night(gate_results={"G4_CONTRACT": "NULL_RATE:customer_id"}, commits=False)
    tonight(scenario, [GATED], {GATED.job: held})
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", GATED.writes, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_an_input_of_unusual_size_explains_the_run_that_crawls(form: Form) -> None:
    scenario = fleet(form, ROW, slo={STAGE.writes: VOLUME, BUILD.writes: FRESH, MART.writes: FRESH})
    tonight(scenario, ROW, {
        STAGE.job: Night(rows=400_000), BUILD.job: Night(outcome="silent", minutes=90), MART.job: ABSENT,
    })  # fmt: skip
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", STAGE.writes, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_a_deployment_of_the_thin_table_s_writer_explains_a_drop_in_volume(form: Form) -> None:
    scenario = fleet(form, ROW, slo={batch.writes: VOLUME for batch in ROW})
    scenario.deploy(noon(scenario), "build-jobs", "4.0.0", previous_version="3.9", jobs=[BUILD.job])
    tonight(scenario, ROW, {batch.job: Night(rows=20_000) for batch in ROW[1:]})
    assert_cause(replay(scenario), "DEPLOYMENT", "build-jobs:4.0.0")


@pytest.mark.parametrize("form", FORMS)
def test_a_table_that_misses_two_updates_names_what_happened_last(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: DENIED})
    night(scenario, [ORDERS, STORES], "2026-01-16", {ORDERS.job: ABSENT})
    scenario.ticks(scenario.at(TONIGHT, "03:00"), scenario.at("2026-01-16", "02:30"), minutes=30)
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_a_late_update_is_not_counted_again_for_the_next_deadline(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: DENIED})
    run(scenario, ORDERS, TONIGHT, Night(start="03:00"))
    night(scenario, [ORDERS, STORES], "2026-01-16", {ORDERS.job: ABSENT})
    scenario.ticks(scenario.at(TONIGHT, "03:00"), scenario.at("2026-01-16", "02:30"), minutes=30)
    document = replay(scenario)
    assert_cause(document, "JOB_NOT_TRIGGERED", ORDERS.job)
    assert [each["status"] for each in document["incidents"]] == ["OPEN", "RESOLVED"]


@pytest.mark.parametrize("form", FORMS)
def test_a_new_code_version_upstream_explains_a_wrong_partition_below(form: Form) -> None:
    scenario = fleet(form, ROW)
    again = Night(partition=YESTERDAY)
    tonight(scenario, ROW, {BUILD.job: replace(again, code_ref="sha-77e01bc"), MART.job: again})
    assert_cause(replay(scenario), "DEPLOYMENT", f"{BUILD.job}:sha-77e01bc")


def _streams(*urns: str, service: str = "orders-svc", at: str = "10:00") -> Scenario:
    scenario = Scenario("UTC")
    for urn in urns:
        scenario.dataset(scenario.at(TONIGHT, "00:00"), urn, service=service, slo=CONTRACT)
        steady(scenario, urn, scenario.at(TONIGHT, at), service=service, version="v1")
    return scenario


def _bad(scenario: Scenario, urn: str, until: str, count: int, bad: int, version: str) -> None:
    start, end = scenario.at(TONIGHT, "10:00"), scenario.at(TONIGHT, until)
    flow(scenario, urn, start, end, count=count, bad=bad, service="orders-svc", version=version)


def test_one_deployment_that_breaks_two_streams_is_one_incident() -> None:
    scenario = _streams(STREAM, OTHER)
    scenario.deploy(scenario.at(TONIGHT, "09:59"), "orders-svc", "v2", previous_version="v1")
    for urn in (STREAM, OTHER):
        _bad(scenario, urn, "10:05", 100, 90, "v2")
    scenario.ticks(scenario.at(TONIGHT, "10:05"), scenario.at(TONIGHT, "10:20"), minutes=1)
    incident = assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v2")
    assert set(incident["datasets"]) == {STREAM, OTHER}


def test_a_canary_is_to_blame_though_the_old_version_goes_on_being_good() -> None:
    scenario = _streams(STREAM)
    scenario.deploy(scenario.at(TONIGHT, "09:00"), "orders-svc", "v2", previous_version="v1")
    _bad(scenario, STREAM, "10:10", 300, 0, "v1")
    _bad(scenario, STREAM, "10:10", 100, 100, "v2")
    scenario.ticks(scenario.at(TONIGHT, "10:10"), scenario.at(TONIGHT, "10:20"), minutes=1)
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v2")


def test_a_leak_that_grows_for_hours_after_a_deployment_is_still_its_doing() -> None:
    scenario = _streams(STREAM, at="06:00")
    scenario.deploy(scenario.at(TONIGHT, "06:00"), "orders-svc", "v2", previous_version="v1")
    for hour in range(6, 10):
        start, end = scenario.at(TONIGHT, f"{hour:02d}:00"), scenario.at(TONIGHT, f"{hour + 1:02d}:00")
        flow(
            scenario, STREAM, start, end, count=1_200, bad=36 * (hour - 5), service="orders-svc",
            version="v2", reason="NULL_RATE:customer_id",
        )  # fmt: skip
    scenario.ticks(scenario.at(TONIGHT, "10:00"), scenario.at(TONIGHT, "10:20"), minutes=1)
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v2")


def test_a_rollback_that_helps_resolves_the_incident_and_is_not_blamed() -> None:
    scenario = _streams(STREAM)
    scenario.deploy(scenario.at(TONIGHT, "09:59"), "orders-svc", "v2", previous_version="v1")
    _bad(scenario, STREAM, "10:15", 300, 250, "v2")
    back = scenario.at(TONIGHT, "10:15")
    scenario.deploy(back, "orders-svc", "v1", previous_version="v2")
    end = scenario.at(TONIGHT, "10:40")
    flow(scenario, STREAM, back, end, count=500, bad=0, service="orders-svc", version="v1")
    scenario.ticks(end, scenario.at(TONIGHT, "10:50"), minutes=1)
    document = replay(scenario)
    assert not open_incidents(document)
    assert [cause_of(each) for each in document["incidents"]] == [
        ("DEPLOYMENT", "Deployment", "orders-svc:v2")
    ]


def test_a_deployment_that_breaks_a_stream_and_tonight_s_batch_is_one_incident() -> None:
    scenario = Scenario("UTC")
    early = scenario.at("2026-01-01", "00:00")
    land = Batch("job://spark/land", "ds://bronze/o", (STREAM,), start="12:00", minutes=10)
    silver = Batch("job://spark/silver", "ds://silver/o", (land.writes,), start="13:00", minutes=10)
    scenario.dataset(early, STREAM, service="orders-svc", slo=CONTRACT, feeds=[land.writes])
    scenario.dataset(early, land.writes, job=land.job, feeds=[silver.writes])
    scenario.dataset(early, silver.writes, job=silver.job, slo={"dq": {"compliance_rate": 0.99}})
    nights(scenario, [land, silver], days("2026-01-05", "2026-01-14"))
    steady(scenario, STREAM, scenario.at(TONIGHT, "10:00"), service="orders-svc", version="v1")
    scenario.deploy(scenario.at(TONIGHT, "09:59:30"), "orders-svc", "v2", previous_version="v1")
    _bad(scenario, STREAM, "10:20", 800, 700, "v2")
    run(scenario, land, TONIGHT)
    run_id = run(scenario, silver, TONIGHT)
    gate_evidence(
        scenario, scenario.at(TONIGHT, "13:09"), silver.writes, silver.job, run_id, "G4_CONTRACT", "FAIL",
        "MISSING_FIELD:customer_id",
    )  # fmt: skip
    scenario.ticks(scenario.at(TONIGHT, "10:20"), scenario.at(TONIGHT, "14:00"))
    incident = assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v2")
    assert set(incident["datasets"]) == {STREAM, silver.writes}
