"""Which inputs a missed update was waiting for, and whose commits count."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scenarios.expecting import assert_cause, cause_of, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Json, Scenario, days, freshness
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, TONIGHT, YESTERDAY, fleet, tonight
from tests.scenarios.scenario_runs import Batch, Night, deliver, run

RATES = Batch("job://spark/rates_load", "ds://bronze/rates", start="00:20", minutes=10)
PRICED = replace(ORDERS, reads=(RATES.writes,))
NULL_REF = Night(outcome="fail", minutes=5, reason="TypeError: 'NoneType' object is not subscriptable")
ABSENT = Night(outcome="absent")
WEEKEND = {"2026-01-10", "2026-01-11"}
SUNDAY = "2026-01-18"


def _weekly(form: Form) -> Scenario:
    """Rates are loaded on weekdays only, and prices are made every night, Saturday included."""
    scenario = fleet(form, ())
    early = scenario.at("2026-01-04", "12:00")
    scenario.dataset(early, RATES.writes, tier=3, job=RATES.job)
    scenario.dataset(early, PRICED.writes, job=PRICED.job, slo=freshness("02:00 ET", "10m"))
    for day in days(HISTORY[0], "2026-01-17"):
        if day not in WEEKEND | {"2026-01-17"}:
            run(scenario, RATES, day)
        run(scenario, PRICED, day)
    return scenario


@pytest.mark.parametrize("form", FORMS)
def test_an_input_that_the_table_does_without_at_weekends_is_not_what_it_waits_for(form: Form) -> None:
    scenario = _weekly(form)
    run(scenario, PRICED, SUNDAY, NULL_REF)
    scenario.ticks(scenario.at(SUNDAY, "00:00"), scenario.at(SUNDAY, "02:30"))
    causes = [
        cause_of(each) for each in open_incidents(replay(scenario)) if PRICED.writes in each["datasets"]
    ]
    assert causes == [("JOB_FAILED", "Job", PRICED.job)]


@pytest.mark.parametrize("form", FORMS)
def test_an_input_that_every_update_had_is_what_it_waits_for(form: Form) -> None:
    scenario = fleet(form, [RATES, PRICED], slo={RATES.writes: {}})
    tonight(scenario, [RATES, PRICED], {RATES.job: ABSENT, PRICED.job: NULL_REF})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", RATES.job)


CLICKS = "ds://landing/clicks"
CLICKED = replace(ORDERS, reads=(CLICKS,))


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_that_pauses_every_night_is_not_late_at_night(form: Form) -> None:
    scenario = fleet(form, [CLICKED])
    scenario.dataset(scenario.at("2026-01-04", "12:00"), CLICKS, tier=3)
    for day in days(HISTORY[-3], YESTERDAY):
        for number in range(40):
            deliver(scenario, scenario.at(day, "09:00") + number * timedelta(minutes=15), CLICKS, day)
    tonight(scenario, [CLICKED], {CLICKED.job: Night(outcome="silent", minutes=90)})
    assert_cause(replay(scenario), "JOB_RUNNING_SLOW", CLICKED.job)


@pytest.mark.parametrize("form", FORMS)
def test_what_another_job_fills_in_for_old_days_is_not_the_writer_s_wrong_partition(form: Form) -> None:
    fill = replace(ORDERS, job="job://spark/orders_backfill", start="00:40", minutes=10)
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: ABSENT})
    run(scenario, fill, TONIGHT, Night(partition="2026-01-02"))
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)


HOURLY = "ds://curated/hourly"
EVERY_HOUR: Json = {"freshness": {"schedule": "0 * * * *", "grace_period": "30m"}}


def _hourly(form: Form, tonights: Night) -> Scenario:
    """Twelve hours of a table that is written every hour, then one hour unlike them."""
    scenario = fleet(form, (), history=[YESTERDAY])
    job = Batch("job://spark/hourly", HOURLY, minutes=10)
    scenario.dataset(scenario.at(YESTERDAY, "12:00"), HOURLY, job=job.job, slo=EVERY_HOUR)
    for hour in range(13, 23):
        at = replace(job, start=f"{hour}:00")
        run(scenario, at, YESTERDAY, Night(partition=f"{YESTERDAY}T{hour:02d}", minutes=9 + hour % 3))
    run(scenario, replace(job, start="23:00"), YESTERDAY, tonights)
    return scenario.ticks(scenario.at(YESTERDAY, "12:30"), scenario.at(YESTERDAY, "23:58"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("tonights", "kind"),
    [
        (ABSENT, "JOB_NOT_TRIGGERED"),
        (NULL_REF, "JOB_FAILED"),
        (Night(outcome="silent", minutes=55), "JOB_RUNNING_SLOW"),
        (Night(partition=f"{YESTERDAY}T21"), "WRONG_PARTITION"),
    ],
)
def test_an_hour_that_was_missed_is_explained_like_a_night(tonights: Night, kind: str, form: Form) -> None:
    assert_cause(replay(_hourly(form, tonights)), kind, "job://spark/hourly")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("arrival", "cause"), [("00:50", PRICED.job), ("01:35", RATES.job)])
def test_an_input_that_came_late_but_in_time_does_not_explain_a_job_that_hangs(
    arrival: str, cause: str, form: Form
) -> None:
    rates, priced = replace(RATES, start="00:05"), replace(PRICED, start="00:20", minutes=10)
    scenario = fleet(form, [rates, priced], slo={rates.writes: {}})
    late = Night(minutes=45 if arrival == "00:50" else 90)
    tonight(scenario, [rates, priced], {
        rates.job: late, priced.job: Night(start=f"{arrival[:4]}1", outcome="silent", minutes=200),
    })  # fmt: skip
    assert_cause(replay(scenario), "JOB_RUNNING_SLOW", cause)
