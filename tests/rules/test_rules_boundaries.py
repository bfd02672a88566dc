"""First bad, last good and counts: the Team A and Team B example of spec/team_expectations.md, and twins."""

from datetime import datetime, timedelta

from tests.scenarios.expecting import assert_cause, the_incident
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Scenario
from tests.scenarios.scenario_fleet import TONIGHT
from tests.scenarios.scenario_streams import flow, stream_evidence

ORDERS = "urn:dp:orders:orders_v1"
SERVICE, REASON = "checkout-service", "REQUIRED_FIELD_MISSING:customer_id"


def _checkout(*, good_before: bool = True) -> tuple[Scenario, datetime]:
    """From 10:21:04 on about a fifth of the records miss their customer; the last good is six seconds old."""
    scenario = Scenario("UTC")
    slo = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
    scenario.dataset(scenario.at(TONIGHT, "00:00"), ORDERS, service=SERVICE, slo=slo)
    first_bad = scenario.at(TONIGHT, "10:21:04")
    if good_before:
        start = scenario.at(TONIGHT, "09:20:04")
        flow(scenario, ORDERS, start, first_bad, count=610, service=SERVICE, version="v2.8.0")
    for number in range(600):
        moment = first_bad + timedelta(seconds=number)
        bad = number % 11 in {0, 5}
        stream_evidence(
            scenario, moment, ORDERS, service=SERVICE, version="v2.8.1", offset=number,
            result="FAIL" if bad else "PASS", reason=REASON if bad else None,
        )  # fmt: skip
    scenario.ticks(scenario.at(TONIGHT, "10:31"), scenario.at(TONIGHT, "10:36"), minutes=1)
    return scenario, first_bad


def test_the_first_bad_record_right_after_a_deployment_points_at_it() -> None:
    scenario, first_bad = _checkout()
    scenario.deploy(first_bad - timedelta(seconds=64), SERVICE, "v2.8.1", previous_version="v2.8.0")
    incident = assert_cause(replay(scenario), "DEPLOYMENT", f"{SERVICE}:v2.8.1", label="Deployment")
    assert incident["first_bad"] == "2026-01-15T10:21:04.000Z"
    assert incident["last_good"] == "2026-01-15T10:20:58.000Z"
    assert incident["failure_signature"].endswith(":customer_id")


def test_a_deployment_after_the_first_bad_record_is_not_its_cause() -> None:
    scenario, first_bad = _checkout()
    scenario.deploy(first_bad + timedelta(seconds=64), SERVICE, "v2.8.2", previous_version="v2.8.1")
    cause = the_incident(replay(scenario))["rca"]["root_cause"]
    assert cause is not None
    assert cause["entity"]["key"] != f"{SERVICE}:v2.8.2"


def test_a_stream_that_was_never_seen_good_has_no_last_good() -> None:
    scenario, _ = _checkout(good_before=False)
    incident = the_incident(replay(scenario))
    assert incident["first_bad"] == "2026-01-15T10:21:04.000Z"
    assert incident["last_good"] is None


def test_a_rate_between_warning_and_objective_is_less_severe_than_a_broken_one() -> None:
    mild, _ = _checkout()
    severe, first_bad = _checkout()
    flow(
        severe, ORDERS, first_bad, first_bad + timedelta(minutes=9), count=1200, bad=1200,
        service=SERVICE, version="v2.8.1", reason=REASON,
    )  # fmt: skip
    assert the_incident(replay(severe))["severity"] < the_incident(replay(mild))["severity"]
