"""Deadlines in local time: daylight saving and zones far from UTC."""

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, day_before, days, freshness
from tests.scenarios.scenario_fleet import ORDERS, fleet, tonight
from tests.scenarios.scenario_runs import Batch, Night

EARLY = Batch("job://spark/orders_build", "ds://curated/orders", start="05:00", minutes=30)
SPRING, AUTUMN = "2026-03-08", "2026-11-01"


def _morning(form: Form, day: str, batch: Batch, night: Night, due: str, zone: str, until: str) -> Scenario:
    history = days(day_before(day, 9), day_before(day))
    scenario = fleet(form, [batch], slo={batch.writes: freshness(due, "10m")}, history=history, zone=zone)
    tonight(scenario, [batch], {batch.job: night}, day=day, until=until)
    return scenario


def _new_york(form: Form, day: str, night: Night) -> Scenario:
    return _morning(form, day, EARLY, night, "06:00 ET", "America/New_York", "06:30")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("day", "first_bad"), [(SPRING, "10:10"), (AUTUMN, "11:10")])
def test_a_deadline_moves_with_daylight_saving(day: str, first_bad: str, form: Form) -> None:
    document = replay(_new_york(form, day, Night(outcome="silent", minutes=85)))
    incident = assert_cause(document, "JOB_RUNNING_SLOW", EARLY.job)
    assert incident["first_bad"] == f"{day}T{first_bad}:00.000Z"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_run_in_time_by_the_local_clock_is_in_time_on_the_days_the_clock_changes(
    day: str, form: Form
) -> None:
    assert_healthy(replay(_new_york(form, day, Night(minutes=65))))


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("due", ["02:00 ET", "02:30 America/New_York", "01:45 ET"])
def test_a_deadline_that_does_not_exist_or_comes_twice_raises_no_false_alarm(day: str, due: str) -> None:
    scenario = _morning("native", day, ORDERS, Night(), due, "America/New_York", "05:00")
    assert_healthy(replay(scenario))


KOLKATA = Batch("job://spark/orders_build", "ds://curated/orders", start="05:00", minutes=30)
ZONES = [
    pytest.param("06:30 Asia/Kolkata", "Asia/Kolkata", "2026-01-15T01:10:00.000Z", id="Kolkata"),
    pytest.param("06:30 Pacific/Auckland", "Pacific/Auckland", "2026-01-14T17:40:00.000Z", id="Auckland"),
    pytest.param("06:30 UTC", "UTC", "2026-01-15T06:40:00.000Z", id="UTC"),
    pytest.param("06:30 PT", "America/Los_Angeles", "2026-01-15T14:40:00.000Z", id="PT"),
    pytest.param("06:30 MT", "America/Denver", "2026-01-15T13:40:00.000Z", id="MT"),
    pytest.param("06:30 CT", "America/Chicago", "2026-01-15T12:40:00.000Z", id="CT"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("due", "zone", "_first_bad"), ZONES)
def test_a_local_day_that_is_another_one_in_utc_is_fresh(
    due: str, zone: str, _first_bad: str, form: Form
) -> None:
    assert_healthy(replay(_morning(form, "2026-01-15", KOLKATA, Night(), due, zone, "07:00")))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("due", "zone", "first_bad"), ZONES)
def test_a_missed_deadline_is_missed_on_its_local_clock(
    due: str, zone: str, first_bad: str, form: Form
) -> None:
    absent = Night(outcome="absent")
    document = replay(_morning(form, "2026-01-15", KOLKATA, absent, due, zone, "07:00"))
    incident = assert_cause(document, "JOB_NOT_TRIGGERED", KOLKATA.job)
    assert incident["first_bad"] == first_bad


def test_the_zone_may_stand_in_its_own_field() -> None:
    objective = {"expected_update_by": "02:00 daily", "grace_period": "10m", "timezone": "America/New_York"}
    scenario = fleet(slo={ORDERS.writes: {"freshness": objective}})
    tonight(scenario, unlike={ORDERS.job: Night(outcome="absent")})
    incident = assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)
    assert incident["first_bad"] == "2026-01-15T07:10:00.000Z"
