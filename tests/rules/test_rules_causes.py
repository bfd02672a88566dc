"""The Cause table of the contract: each kind, and the twin in which it is another one."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy, cause_of, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Json, Scenario, freshness
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, TONIGHT, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_runs import Batch, Night, deliver
from tests.scenarios.scenario_streams import gate_evidence

STAGE = Batch("job://spark/orders_stage", "ds://staging/orders", start="00:30", minutes=12)
BUILD = replace(ORDERS, reads=(STAGE.writes,), minutes=20)
MART = Batch("job://spark/orders_mart", "ds://gold/orders", (BUILD.writes,), start="01:30", minutes=15)
ROW = (STAGE, BUILD, MART)
FEED = "ds://landing/vendor_orders"
FED = replace(ORDERS, reads=(FEED,))
ABSENT = Night(outcome="absent")
OOM = Night(outcome="fail", minutes=5, reason="java.lang.OutOfMemoryError: Java heap space")
DENIED = Night(outcome="fail", minutes=5, reason="java.nio.file.AccessDeniedException: Permission denied")
ONLY_MART: dict[str, Json] = {STAGE.writes: {}, BUILD.writes: {}}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("trouble", "how"), [(OOM, "OOM"), (DENIED, "ACCESS|PERMISSION|DENIED")])
def test_kind_job_failed_says_how_in_its_signature(trouble: Night, how: str, form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: trouble})
    incident = assert_cause(replay(scenario), "JOB_FAILED", ORDERS.job, label="Job")
    assert re.search(how, incident["failure_signature"])


@pytest.mark.parametrize("form", FORMS)
def test_kind_job_failed_upstream_explains_all_tables_below_it(form: Form) -> None:
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, {STAGE.job: OOM, BUILD.job: ABSENT, MART.job: ABSENT})
    incident = assert_cause(replay(scenario), "JOB_FAILED", STAGE.job, label="Job")
    assert {batch.writes for batch in ROW} <= {*incident["datasets"], incident["dataset_urn"]}


@pytest.mark.parametrize("form", FORMS)
def test_kind_job_failed_downstream_leaves_the_healthy_upstream_alone(form: Form) -> None:
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, {MART.job: OOM})
    incident = assert_cause(replay(scenario), "JOB_FAILED", MART.job, label="Job")
    assert incident["dataset_urn"] == MART.writes


@pytest.mark.parametrize("form", FORMS)
def test_two_independent_failures_are_two_incidents(form: Form) -> None:
    costs = Batch("job://spark/costs_build", "ds://curated/costs", start="00:50", minutes=20)
    scenario = fleet(form, [ORDERS, costs])
    tonight(scenario, [ORDERS, costs], {ORDERS.job: OOM, costs.job: DENIED})
    causes = {cause_of(incident) for incident in open_incidents(replay(scenario))}
    assert causes == {("JOB_FAILED", "Job", ORDERS.job), ("JOB_FAILED", "Job", costs.job)}


@pytest.mark.parametrize("form", FORMS)
def test_kind_job_not_triggered_upstream_is_named_when_only_the_last_table_promises(form: Form) -> None:
    scenario = fleet(form, ROW, slo=ONLY_MART)
    tonight(scenario, ROW, {batch.job: ABSENT for batch in ROW})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", STAGE.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_kind_job_not_triggered_last_is_named_when_the_upstream_is_healthy(form: Form) -> None:
    scenario = fleet(form, ROW, slo=ONLY_MART)
    tonight(scenario, ROW, {MART.job: ABSENT})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", MART.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_kind_job_running_slow_is_a_run_past_its_baseline(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(outcome="silent", minutes=90)})
    assert_cause(replay(scenario), "JOB_RUNNING_SLOW", ORDERS.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_kind_job_running_slow_upstream_holds_up_the_table_below(form: Form) -> None:
    scenario = fleet(form, ROW, slo=ONLY_MART)
    slow = Night(outcome="silent", minutes=110)
    tonight(scenario, ROW, {STAGE.job: slow, BUILD.job: ABSENT, MART.job: ABSENT})
    assert_cause(replay(scenario), "JOB_RUNNING_SLOW", STAGE.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_kind_wrong_partition_upstream_explains_the_table_below_that_copied_it(form: Form) -> None:
    scenario = fleet(form, ROW, slo=ONLY_MART)
    again = Night(partition=YESTERDAY)
    tonight(scenario, ROW, {STAGE.job: again, BUILD.job: again, MART.job: again})
    assert_cause(replay(scenario), "WRONG_PARTITION", STAGE.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_kind_wrong_partition_below_a_healthy_upstream_is_its_own(form: Form) -> None:
    scenario = fleet(form, ROW, slo=ONLY_MART)
    tonight(scenario, ROW, {MART.job: Night(partition=YESTERDAY)})
    assert_cause(replay(scenario), "WRONG_PARTITION", MART.job, label="Job")


def _fed(form: Form, arrival: str, tonights: Night, until: str = "02:30") -> Scenario:
    """A table built from a vendor's delivery, which usually lies there at half past midnight."""
    scenario = fleet(form, [FED])
    scenario.dataset(scenario.at("2026-01-04", "12:00"), FEED, tier=2, feeds=[FED.writes])
    for day in HISTORY:
        deliver(scenario, scenario.at(day, "00:30"), FEED, day)
    deliver(scenario, scenario.at(TONIGHT, arrival), FEED, TONIGHT)
    tonight(scenario, [FED], {FED.job: tonights}, until=until)
    return scenario


@pytest.mark.parametrize("form", FORMS)
def test_kind_upstream_data_late_is_an_input_that_came_late_from_outside(form: Form) -> None:
    scenario = _fed(form, "02:05", Night(outcome="silent", minutes=95))
    assert_cause(replay(scenario), "UPSTREAM_DATA_LATE", FEED, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_kind_upstream_data_late_is_also_an_input_that_has_not_come_yet(form: Form) -> None:
    scenario = _fed(form, "03:30", Night(outcome="silent", minutes=170))
    document = replay(scenario, until=scenario.at(TONIGHT, "02:30"))
    assert_cause(document, "UPSTREAM_DATA_LATE", FEED, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_kind_upstream_data_late_still_explains_the_run_that_finished_after_it(form: Form) -> None:
    document = replay(_fed(form, "02:05", Night(minutes=85), until="03:00"))
    assert [cause_of(incident) for incident in document["incidents"]] == [
        ("UPSTREAM_DATA_LATE", "Dataset", FEED)
    ]
    assert not open_incidents(document)


@pytest.mark.parametrize("form", FORMS)
def test_kind_job_running_slow_when_the_delivery_was_there_in_time(form: Form) -> None:
    scenario = _fed(form, "00:31", Night(outcome="silent", minutes=95))
    assert_cause(replay(scenario), "JOB_RUNNING_SLOW", FED.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_a_late_delivery_that_breaks_no_promise_opens_nothing(form: Form) -> None:
    assert_healthy(replay(_fed(form, "00:55", Night())))


VOLUME: Json = {"volume": {"min_rows_per_partition": 60_000, "anomaly_threshold_pct": 40}}


@pytest.mark.parametrize("form", FORMS)
def test_kind_source_data_anomaly_names_the_most_upstream_wrong_table(form: Form) -> None:
    scenario = fleet(form, ROW, slo={batch.writes: VOLUME for batch in ROW})
    thin = Night(rows=25_000)
    tonight(scenario, ROW, {batch.job: thin for batch in ROW})
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", STAGE.writes, label="Dataset")


@pytest.mark.parametrize("form", FORMS)
def test_kind_source_data_anomaly_below_a_healthy_upstream_is_its_own(form: Form) -> None:
    scenario = fleet(form, ROW, slo={batch.writes: VOLUME for batch in ROW})
    tonight(scenario, ROW, {MART.job: Night(rows=25_000)})
    assert_cause(replay(scenario), "SOURCE_DATA_ANOMALY", MART.writes, label="Dataset")


BEFORE = (("order_id", "STRING"), ("order_total", "DECIMAL(10,2)"))
AFTER = (("order_id", "STRING"), ("order_total", "STRING"))
DQ: dict[str, Json] = {
    STAGE.writes: {},
    BUILD.writes: freshness("02:00 ET", "10m") | {"dq": {"compliance_rate": 0.99}},
}
SIGNATURE = "SCHEMA_BREAK:order_total:DECIMAL→STRING"


def _type_change() -> Scenario:
    """The staged table changes a type; the build that reads it breaks on it."""
    pair = (STAGE, BUILD)
    scenario = fleet("openlineage", pair, slo=DQ, usual=Night(schema=BEFORE))
    summary: dict[str, Any] = {
        "records_processed": 100_000, "records_passed": 0, "records_failed": 100_000,
        "compliance_rate": 0.0, "failure_signatures": [{"reason_code": SIGNATURE, "count": 100_000}],
    }  # fmt: skip
    broken = Night(schema=AFTER, summary=summary)
    run_ids = tonight(scenario, pair, {STAGE.job: Night(schema=AFTER), BUILD.job: broken})
    moment = scenario.at(TONIGHT, "01:19")
    gate_evidence(
        scenario, moment, BUILD.writes, BUILD.job, run_ids[BUILD.job], "G3_SCHEMA", "FAIL", SIGNATURE
    )
    return scenario


def test_kind_schema_drift_names_the_upstream_table_that_changed_type() -> None:
    assert_cause(replay(_type_change()), "SCHEMA_DRIFT", STAGE.writes, label="Dataset")


def test_kind_deployment_when_the_writer_of_the_changed_table_was_shipped() -> None:
    scenario = _type_change()
    scenario.deploy(noon(scenario), "stage-jobs", "4.0.0", previous_version="3.9.2", jobs=[STAGE.job])
    assert_cause(replay(scenario), "DEPLOYMENT", "stage-jobs:4.0.0", label="Deployment")


@pytest.mark.parametrize("form", FORMS)
def test_kind_deployment_upstream_outranks_the_jobs_that_starve_below(form: Form) -> None:
    scenario = fleet(form, ROW)
    scenario.deploy(noon(scenario), "stage-jobs", "4.0.0", previous_version="3.9.2", jobs=[STAGE.job])
    crash = Night(
        outcome="fail", minutes=4, reason="KeyError: 'total'",
        stack_trace="Traceback (most recent call last):\n  File 'stage.py', line 12\nKeyError: 'total'",
    )  # fmt: skip
    tonight(scenario, ROW, {STAGE.job: crash, BUILD.job: ABSENT, MART.job: ABSENT})
    assert_cause(replay(scenario), "DEPLOYMENT", "stage-jobs:4.0.0", label="Deployment")


def test_a_table_whose_commits_name_no_partition_is_fresh_when_it_is_written_in_time() -> None:
    scenario = fleet("openlineage", [_plain()])
    tonight(scenario, [_plain()])
    for envelope in scenario.envelopes():
        _forget_partitions(envelope)
    assert_healthy(replay(scenario))


def _plain() -> Batch:
    return Batch("job://dbt/orders_model", "ds://marts/orders", start="01:00", minutes=5)


def _forget_partitions(envelope: Json) -> None:
    for side in ("inputs", "outputs"):
        for dataset in envelope["body"].get(side, []):
            dataset["name"] = dataset["name"].partition("/dt=")[0]
