"""Contract rule 16: a cause that returns, and one that only seems to."""

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy, cause_of, exit_code, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, day_before
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Night, run

NEXT, AFTER = "2026-01-16", "2026-01-17"
DENIED = Night(outcome="fail", minutes=5, reason="java.nio.file.AccessDeniedException: Permission denied")
OOM = Night(outcome="fail", minutes=9, reason="java.lang.OutOfMemoryError: Java heap space")
ABSENT = Night(outcome="absent")


def _three_nights(form: Form, first: Night, second: Night, third: Night) -> Scenario:
    """A broken night, mended at three in the morning, and the two nights after it."""
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: first}, until="04:00")
    run(scenario, ORDERS, TONIGHT, Night(start="03:00"))
    tonight(scenario, unlike={ORDERS.job: second}, day=NEXT, until="04:00")
    tonight(scenario, unlike={ORDERS.job: third}, day=AFTER)
    return scenario


@pytest.mark.parametrize("form", FORMS)
def test_rule_16_a_cause_that_returns_is_open_again_and_named(form: Form) -> None:
    document = replay(_three_nights(form, OOM, Night(), OOM))
    assert_cause(document, "JOB_FAILED", ORDERS.job)
    assert len(document["incidents"]) <= 2


@pytest.mark.parametrize("form", FORMS)
def test_rule_16_the_open_incident_names_the_cause_of_today(form: Form) -> None:
    incident = assert_cause(
        replay(_three_nights(form, OOM, Night(), ABSENT)), "JOB_NOT_TRIGGERED", ORDERS.job
    )
    assert incident["rca"]["root_cause"]["kind"] == "JOB_NOT_TRIGGERED"


@pytest.mark.parametrize("form", FORMS)
def test_rule_16_another_failure_of_the_same_job_has_the_signature_of_today(form: Form) -> None:
    incident = assert_cause(replay(_three_nights(form, DENIED, Night(), OOM)), "JOB_FAILED", ORDERS.job)
    assert incident["failure_signature"].startswith("OOM")


@pytest.mark.parametrize("form", FORMS)
def test_rule_16_a_cause_that_does_not_return_stays_resolved(form: Form) -> None:
    document = replay(_three_nights(form, OOM, Night(), Night()))
    assert exit_code(document) == 0
    assert [cause_of(incident) for incident in document["incidents"]] == [("JOB_FAILED", "Job", ORDERS.job)]


@pytest.mark.parametrize("form", FORMS)
def test_rule_16_a_deployment_that_was_rolled_back_is_not_todays_cause(form: Form) -> None:
    scenario = fleet(form)
    noon = scenario.at(HISTORY[-1], "12:00")
    scenario.deploy(noon, "orders-jobs", "2.9.0", previous_version="2.8.4", jobs=[ORDERS.job])
    tonight(scenario, unlike={ORDERS.job: Night(partition=day_before(TONIGHT))}, until="04:00")
    mended = scenario.at(TONIGHT, "02:50")
    scenario.deploy(mended, "orders-jobs", "2.8.4", previous_version="2.9.0", jobs=[ORDERS.job])
    run(scenario, ORDERS, TONIGHT, Night(start="03:00"))
    tonight(scenario, day=NEXT, until="04:00")
    tonight(scenario, unlike={ORDERS.job: ABSENT}, day=AFTER)
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)


def test_rule_16_healthy_nights_have_nothing_to_recur() -> None:
    scenario = fleet()
    for day in (TONIGHT, NEXT, AFTER):
        tonight(scenario, day=day)
    document = replay(scenario)
    assert_healthy(document)
    assert not open_incidents(document)
