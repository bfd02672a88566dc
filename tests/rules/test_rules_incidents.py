"""Contract rules 2 and 3: what opens an incident, and when the observer is the broken part."""

from dataclasses import replace

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario
from tests.scenarios.scenario_fleet import ORDERS, STORES, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Night, run
from tests.scenarios.scenario_streams import flow, steady

STREAM = "urn:dp:orders:created"
OOM = "java.lang.OutOfMemoryError: Java heap space"
BEATING = replace(ORDERS, heartbeat_minutes=1)
GATED = replace(ORDERS, gates=BATCH_GATES)


@pytest.mark.parametrize("form", FORMS)
def test_rule_02_a_failed_job_that_breaks_its_objective_opens_an_incident(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(outcome="fail", minutes=9, reason=OOM)})
    assert_cause(replay(scenario), "JOB_FAILED", ORDERS.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_rule_02_a_failed_job_whose_table_promises_nothing_is_a_signal(form: Form) -> None:
    scenario = fleet(form, slo={ORDERS.writes: {}})
    tonight(scenario, unlike={ORDERS.job: Night(outcome="fail", minutes=9, reason=OOM)})
    document = replay(scenario)
    assert_healthy(document)
    assert document["signals"]


@pytest.mark.parametrize("form", FORMS)
def test_rule_02_a_failure_whose_retry_is_in_time_breaks_no_promise(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(outcome="fail", minutes=4, reason=OOM)})
    run(scenario, ORDERS, TONIGHT, Night(start="01:10"))
    assert_healthy(replay(scenario))


def test_rule_02_failing_records_of_an_unregistered_stream_open_nothing() -> None:
    assert_healthy(replay(_failing_stream(registered=False)))


def test_rule_02_failing_records_of_a_registered_stream_open_an_incident() -> None:
    incident = assert_cause(replay(_failing_stream(registered=True)), "SCHEMA_DRIFT", "orders-svc")
    assert incident["dataset_urn"] == STREAM


def _failing_stream(*, registered: bool) -> Scenario:
    scenario = Scenario("UTC")
    if registered:
        slo = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
        scenario.dataset(scenario.at(TONIGHT, "00:00"), STREAM, service="orders-svc", slo=slo)
    start, end = scenario.at(TONIGHT, "10:00"), scenario.at(TONIGHT, "10:05")
    steady(scenario, STREAM, start)
    flow(scenario, STREAM, start, end, count=100, bad=80, service="orders-svc", version="v1.0")
    return scenario.ticks(end, scenario.at(TONIGHT, "10:10"), minutes=1)


@pytest.mark.parametrize("form", FORMS)
def test_rule_03_heartbeats_that_stop_open_an_evidence_gap(form: Form) -> None:
    scenario = fleet(form, [BEATING])
    tonight(scenario, [BEATING], {BEATING.job: Night(outcome="silent", minutes=10)}, until="01:45")
    assert_cause(replay(scenario), "EVIDENCE_GAP", BEATING.job, BEATING.writes)


@pytest.mark.parametrize("form", FORMS)
def test_rule_03_heartbeats_until_the_commit_are_no_gap(form: Form) -> None:
    scenario = fleet(form, [BEATING])
    tonight(scenario, [BEATING])
    assert_healthy(replay(scenario))


@pytest.mark.parametrize("form", FORMS)
def test_rule_03_a_job_that_never_sends_heartbeats_has_no_gap(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(minutes=55)}, until="01:50")
    assert_healthy(replay(scenario))


@pytest.mark.parametrize("form", FORMS)
def test_rule_03_stopped_heartbeats_on_a_tier_3_run_open_nothing(form: Form) -> None:
    scenario = fleet(form, [BEATING], fields={BEATING.writes: {"tier": 3}})
    tonight(scenario, [BEATING], {BEATING.job: Night(outcome="silent", minutes=10)}, until="01:45")
    assert_healthy(replay(scenario))


@pytest.mark.parametrize("form", FORMS)
def test_rule_03_gates_missing_after_a_completed_run_open_an_evidence_gap(form: Form) -> None:
    scenario = fleet(form, [GATED])
    tonight(scenario, [GATED], {GATED.job: Night(gates=("G3_SCHEMA",))})
    assert_cause(replay(scenario), "EVIDENCE_GAP", GATED.job, GATED.writes)


@pytest.mark.parametrize("form", FORMS)
def test_rule_03_a_run_with_all_its_gates_has_no_gap(form: Form) -> None:
    scenario = fleet(form, [GATED])
    tonight(scenario, [GATED])
    assert_healthy(replay(scenario))


def test_rule_03_a_bus_outage_blames_no_data() -> None:
    scenario = _busy_fleet()
    scenario.ticks(scenario.at(TONIGHT, "00:00"), scenario.at(TONIGHT, "02:30"))
    for incident in open_incidents(replay(scenario)):
        cause = incident["rca"]["root_cause"]
        stale = incident["freshness_of_evidence"] == "STALE"
        inconclusive = incident["rca"]["verdict"] == "INCONCLUSIVE"
        assert (cause is not None and cause["kind"] == "EVIDENCE_GAP") or (stale and inconclusive)


def test_rule_03_one_silent_job_among_talking_ones_is_no_bus_outage() -> None:
    scenario = _busy_fleet()
    run(scenario, STORES, TONIGHT)
    start, end = scenario.at(TONIGHT, "00:20"), scenario.at(TONIGHT, "02:30")
    flow(scenario, STREAM, start, end, count=260, service="orders-svc", version="v1.0")
    scenario.ticks(scenario.at(TONIGHT, "00:00"), end)
    incident = assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job, label="Job")
    assert incident["freshness_of_evidence"] == "FRESH"


def _busy_fleet() -> Scenario:
    """Ten nights and a stream that talks until 00:20 tonight; then nothing of anybody."""
    scenario = fleet()
    scenario.dataset(scenario.at("2026-01-04", "12:00"), STREAM, service="orders-svc")
    steady(scenario, STREAM, scenario.at(TONIGHT, "00:20"), windows=24, per_window=10)
    return scenario
