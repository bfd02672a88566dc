"""When an update was due, where few days are known and some of them were off or missed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.late.habits import expected, interval
from tests.scenarios.expecting import cause_of, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, days, freshness
from tests.scenarios.scenario_fleet import ORDERS
from tests.scenarios.scenario_runs import Batch, Night, night, run

LOAD = Batch("job://cron/rates_load", "ds://bronze/rates", start="00:10", minutes=8)
CHECK = Batch("job://cron/rates_check", "ds://silver/rates", (LOAD.writes,), start="00:20", minutes=10)
PRICES = replace(ORDERS, reads=(CHECK.writes,), start="00:35", minutes=12)
CHAIN = (LOAD, CHECK, PRICES)
DENIED = Night(outcome="fail", minutes=3, reason="Permission denied")
ABSENT = Night(outcome="absent")
NOTHING_RUNS = {LOAD.job: DENIED, CHECK.job: ABSENT, PRICES.job: ABSENT}
TUESDAY, FRIDAY = "2026-01-13", "2026-01-16"
WEEKDAYS = [day for day in days("2026-01-05", FRIDAY) if day not in ("2026-01-10", "2026-01-11")]
DAY, NOON = timedelta(days=1), datetime(2026, 1, 16, 12, tzinfo=UTC)


def _weekdays(form: Form) -> Scenario:
    scenario = Scenario(form=form)
    early = scenario.at("2026-01-04", "12:00")
    scenario.dataset(early, LOAD.writes, tier=3, job=LOAD.job)
    for each, due in ((CHECK, "01:30"), (PRICES, "02:00")):
        slo = freshness(f"{due} ET", schedule=f"{due[3:]} {due[1]} * * 1-5")
        scenario.dataset(early, each.writes, job=each.job, slo=slo)
    return scenario.ticks(early, scenario.at(FRIDAY, "02:30"), 30)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mended", [False, True])
def test_a_cause_that_is_back_three_days_later_is_found_again(mended: bool, form: Form) -> None:
    scenario = _weekdays(form)
    for day in WEEKDAYS:
        night(scenario, CHAIN, day, NOTHING_RUNS if day in (TUESDAY, FRIDAY) else None)
    if mended:
        for hour, batch in enumerate(CHAIN, start=11):
            run(scenario, batch, TUESDAY, Night(start=f"{hour}:00"))
    (incident,) = open_incidents(replay(scenario))
    assert cause_of(incident) == ("JOB_FAILED", "Job", LOAD.job)
    assert incident["datasets"] == sorted([CHECK.writes, PRICES.writes])


@given(st.lists(st.sampled_from([2, 3, 4]), max_size=4).flatmap(
    lambda longer: st.permutations([*longer, *([1] * max(1, len(longer)))])
))  # fmt: skip
def test_days_off_and_misses_change_no_daily_rhythm(gaps: list[int]) -> None:
    moments = [NOON]
    for gap in gaps:
        moments.append(moments[-1] + gap * DAY)
    assert interval(moments) == DAY
    assert expected(moments)[0] == moments[-1] + DAY


def test_a_miss_that_was_mended_in_the_afternoon_makes_the_next_day_no_later() -> None:
    moments = [NOON, NOON + DAY, NOON + 2 * DAY, NOON + 3 * DAY + timedelta(hours=6)]
    due, tolerance = expected(moments)
    assert due == NOON + 4 * DAY
    assert tolerance == timedelta(minutes=15)


def test_a_weekly_update_stays_a_weekly_one() -> None:
    assert interval([NOON + week * 7 * DAY for week in range(3)]) == 7 * DAY
