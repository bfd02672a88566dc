"""A run that fails because its data was held back, and the quarantine that held it, are one incident."""

from datetime import timedelta

import pytest

from tests.scenarios.expecting import assert_cause, cause_of, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Json, Scenario, freshness, rfc3339
from tests.scenarios.scenario_fleet import DUE, GRACE, ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Night

PROMISED: Json = freshness(DUE, GRACE) | {"dq": {"compliance_rate": 0.99}}
HELD = "SchemaValidationError: gate G3_SCHEMA failed: total expected DECIMAL got STRING"
NO_MEMORY = "java.lang.OutOfMemoryError: Java heap space"


def _quarantined(scenario: Scenario, clock: str) -> None:
    """Flat evidence of a quarantine, under an id that no run has (the requirement FR-10)."""
    when = scenario.at(TONIGHT, clock) + timedelta(seconds=20)
    scenario.emit(when, "evidence", {
        "dataset_urn": ORDERS.writes, "run_id": "quarantine-0115", "gate": "G3_SCHEMA", "result": "FAIL",
        "failure_signature": "SCHEMA_BREAK:total:DECIMAL→STRING", "timestamp": rfc3339(when),
        "quarantine_table": "quarantine.orders", "certified_view_status": "HELD_AT_PREVIOUS",
    })  # fmt: skip


def _night(form: Form, reason: str) -> Scenario:
    scenario = fleet(form, slo={ORDERS.writes: PROMISED})
    _quarantined(scenario, "01:10")
    tonight(scenario, unlike={ORDERS.job: Night(outcome="fail", minutes=9, reason=reason)})
    return scenario


@pytest.mark.parametrize("form", FORMS)
def test_a_run_that_failed_as_its_data_was_quarantined_is_no_cause_of_its_own(form: Form) -> None:
    assert_cause(replay(_night(form, HELD)), "SCHEMA_DRIFT", ORDERS.writes)


@pytest.mark.parametrize("form", FORMS)
def test_a_run_without_memory_failed_whatever_was_quarantined(form: Form) -> None:
    found = [cause_of(each) for each in open_incidents(replay(_night(form, NO_MEMORY)))]
    assert ("JOB_FAILED", "Job", ORDERS.job) in found
