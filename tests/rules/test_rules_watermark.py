"""Contract rule 1: freshness follows the watermark, learned per table."""

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, freshness
from tests.scenarios.scenario_fleet import FIRST_BAD, ORDERS, TONIGHT, YESTERDAY, fleet, tonight
from tests.scenarios.scenario_runs import Batch, Night

LAGGED = Batch("job://spark/orders_build", "ds://curated/orders", lag_days=1)
LATE_EVENING = Batch("job://spark/orders_build", "ds://curated/orders", start="23:30")


@pytest.mark.parametrize("form", FORMS)
def test_rule_01_a_table_that_writes_the_day_before_is_fresh(form: Form) -> None:
    scenario = fleet(form, [LAGGED])
    tonight(scenario, [LAGGED])
    assert_healthy(replay(scenario))


@pytest.mark.parametrize("form", FORMS)
def test_rule_01_a_lagged_table_that_writes_two_days_before_has_not_advanced(form: Form) -> None:
    scenario = fleet(form, [LAGGED])
    tonight(scenario, [LAGGED], {LAGGED.job: Night(partition="2026-01-13")})
    incident = assert_cause(replay(scenario), "WRONG_PARTITION", LAGGED.job, label="Job")
    assert incident["first_bad"] == FIRST_BAD


@pytest.mark.parametrize("form", FORMS)
def test_rule_01_a_table_of_the_same_day_that_writes_yesterday_again_has_not_advanced(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(partition=YESTERDAY)})
    assert_cause(replay(scenario), "WRONG_PARTITION", ORDERS.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_rule_01_a_table_of_the_same_day_that_writes_its_day_is_fresh(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(partition=TONIGHT)})
    assert_healthy(replay(scenario))


@pytest.mark.parametrize("form", FORMS)
def test_rule_01_the_partition_is_the_local_date_of_the_run_and_not_the_utc_date(form: Form) -> None:
    scenario = fleet(form, [LATE_EVENING], slo={LATE_EVENING.writes: freshness("00:30 ET", "15m")})
    tonight(scenario, [LATE_EVENING], until="24:55")
    assert_healthy(replay(scenario))


@pytest.mark.parametrize("form", FORMS)
def test_rule_01_a_late_evening_run_that_repeats_a_partition_has_not_advanced(form: Form) -> None:
    scenario = fleet(form, [LATE_EVENING], slo={LATE_EVENING.writes: freshness("00:30 ET", "15m")})
    tonight(scenario, [LATE_EVENING], {LATE_EVENING.job: Night(partition=YESTERDAY)}, until="24:55")
    assert_cause(replay(scenario), "WRONG_PARTITION", LATE_EVENING.job, label="Job")
