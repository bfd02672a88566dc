"""Contract rules 8, 9 and 17: runs that did not start, started late, or were not due."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy, cause_of, open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, days, freshness
from tests.scenarios.scenario_fleet import FIRST_BAD, ORDERS, fleet, tonight
from tests.scenarios.scenario_runs import Batch, Night, run

EXTRACT = Batch(
    "job://airflow/sales_daily.extract", "ds://bronze/sales", dag="sales_daily", start="00:40", minutes=10
)
BUILD = Batch(
    "job://airflow/sales_daily.build", "ds://silver/sales", ("ds://bronze/sales",), dag="sales_daily",
    start="00:52", minutes=15,
)  # fmt: skip
PUBLISH = Batch(
    "job://airflow/sales_daily.publish", "ds://gold/sales", ("ds://silver/sales",), dag="sales_daily",
    start="01:10", minutes=10,
)  # fmt: skip
DAG = (EXTRACT, BUILD, PUBLISH)
COSTS = Batch("job://airflow/costs_daily.load", "ds://bronze/costs", dag="costs_daily", minutes=12)
COSTS_MART = Batch(
    "job://airflow/costs_daily.mart", "ds://gold/costs", ("ds://bronze/costs",), dag="costs_daily",
    start="01:15", minutes=12,
)  # fmt: skip
ABSENT = Night(outcome="absent")


@pytest.mark.parametrize("form", FORMS)
def test_rule_08_one_paused_dag_is_one_incident_named_by_the_dag_or_its_root_task(form: Form) -> None:
    scenario = fleet(form, DAG)
    tonight(scenario, DAG, {batch.job: ABSENT for batch in DAG})
    incident = assert_cause(
        replay(scenario), "JOB_NOT_TRIGGERED", "job://airflow/sales_daily", EXTRACT.job, label="Job"
    )
    assert {batch.writes for batch in DAG} <= {*incident["datasets"], incident["dataset_urn"]}


@pytest.mark.parametrize("form", FORMS)
def test_rule_08_two_paused_dags_are_two_incidents(form: Form) -> None:
    both = (*DAG, COSTS, COSTS_MART)
    scenario = fleet(form, both)
    tonight(scenario, both, {batch.job: ABSENT for batch in both})
    found = sorted(cause_of(incident) or ("", "", "") for incident in open_incidents(replay(scenario)))
    assert [kind for kind, _, _ in found] == ["JOB_NOT_TRIGGERED", "JOB_NOT_TRIGGERED"]
    assert found[0][2] in {"job://airflow/costs_daily", COSTS.job}
    assert found[1][2] in {"job://airflow/sales_daily", EXTRACT.job}


@pytest.mark.parametrize("form", FORMS)
def test_rule_08_a_dag_whose_second_task_did_not_start_is_named_by_that_task(form: Form) -> None:
    scenario = fleet(form, DAG)
    tonight(scenario, DAG, {BUILD.job: ABSENT, PUBLISH.job: ABSENT})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", BUILD.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_rule_08_a_dag_of_spark_jobs_is_named_by_its_orchestrator_or_root_job(form: Form) -> None:
    spark = [replace(batch, job=f"job://spark/{batch.job.rpartition('.')[2]}") for batch in DAG]
    scenario = fleet(form, spark)
    tonight(scenario, spark, {batch.job: ABSENT for batch in spark})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", "job://airflow/sales_daily", "job://spark/extract")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("start", "until"), [("02:15", "02:40"), ("01:45", "02:15")])
def test_rule_09_a_start_after_schedule_plus_grace_is_a_trigger_that_came_too_late(
    start: str, until: str, form: Form
) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(start=start)}, until=until)
    document = replay(scenario, until=scenario.at("2026-01-15", until))
    assert_cause(document, "JOB_NOT_TRIGGERED", ORDERS.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_rule_09_a_start_within_the_grace_that_runs_long_is_slow(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(outcome="silent", start="01:05")})
    assert_cause(replay(scenario), "JOB_RUNNING_SLOW", ORDERS.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_rule_09_a_late_start_that_is_done_in_time_breaks_nothing(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(start="01:20")})
    assert_healthy(replay(scenario))


WEEKDAYS = [day for day in days("2026-01-05", "2026-01-16") if day not in {"2026-01-10", "2026-01-11"}]
FRIDAY, SATURDAY, SUNDAY, MONDAY = "2026-01-16", "2026-01-17", "2026-01-18", "2026-01-19"


def _on(nights_run: Sequence[str], batch: Batch, due: str = "02:00 ET", **objective: Any) -> Scenario:
    """The unrelated table runs every day, ``batch`` on the given days only."""
    scenario = fleet(batches=(), history=days("2026-01-05", SUNDAY))
    early = scenario.at(min(*nights_run, "2026-01-04"), "00:00")
    scenario.dataset(early, batch.writes, job=batch.job, slo=freshness(due, "10m", **objective))
    for day in nights_run:
        run(scenario, batch, day)
    return scenario


def _until(scenario: Scenario, first: str, last: str, clock: str) -> Scenario:
    return scenario.ticks(scenario.at(first, "00:00"), scenario.at(last, clock), minutes=10)


def test_rule_17_a_job_scheduled_on_weekdays_is_not_due_at_the_weekend() -> None:
    scenario = _on(WEEKDAYS, ORDERS, schedule="0 1 * * 1-5")
    assert_healthy(replay(_until(scenario, SATURDAY, SUNDAY, "12:00")))


def test_rule_17_the_same_job_is_due_on_monday() -> None:
    scenario = _on(WEEKDAYS, ORDERS, schedule="0 1 * * 1-5")
    tonight(scenario, (), day=MONDAY)
    incident = assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)
    assert incident["first_bad"] == "2026-01-19T07:10:00.000Z"


def test_rule_17_the_same_job_without_a_schedule_is_due_on_saturday() -> None:
    scenario = _on(WEEKDAYS, ORDERS)
    incident = assert_cause(
        replay(_until(scenario, SATURDAY, SATURDAY, "03:00")), "JOB_NOT_TRIGGERED", ORDERS.job
    )
    assert incident["first_bad"] == "2026-01-17T07:10:00.000Z"


FRIDAYS = [f"2025-11-{day}" for day in (14, 21, 28)] + [f"2025-12-{day}" for day in ("05", 12, 19, 26)]
FRIDAYS += ["2026-01-02", "2026-01-09"]
EVENING = replace(ORDERS, start="22:30")


def test_rule_17_the_schedule_is_read_in_the_zone_of_the_objective() -> None:
    scenario = _on(FRIDAYS, EVENING, due="23:30 ET", schedule="30 22 * * 5")
    incident = assert_cause(
        replay(_until(scenario, FRIDAY, FRIDAY, "23:55")), "JOB_NOT_TRIGGERED", EVENING.job
    )
    assert incident["first_bad"] == "2026-01-17T04:40:00.000Z"


def test_rule_17_a_weekly_job_is_not_due_on_the_other_days() -> None:
    scenario = _on([*FRIDAYS, FRIDAY], EVENING, due="23:30 ET", schedule="30 22 * * 5")
    assert_healthy(replay(_until(scenario, FRIDAY, SUNDAY, "23:55")))


LATE = replace(ORDERS, start="23:30")
SUNDAY_TO_THURSDAY = ["2026-01-04", *days("2026-01-05", "2026-01-08"), *days("2026-01-11", "2026-01-15")]


def test_rule_17_a_run_before_midnight_is_due_on_the_next_day() -> None:
    scenario = _on(SUNDAY_TO_THURSDAY, LATE, schedule="30 23 * * 0-4")
    assert_healthy(replay(_until(scenario, FRIDAY, SUNDAY, "12:00")))


def test_rule_17_a_missing_run_before_midnight_is_missed_on_the_next_day() -> None:
    scenario = _on(SUNDAY_TO_THURSDAY[:-1], LATE, schedule="30 23 * * 0-4")
    incident = assert_cause(replay(_until(scenario, FRIDAY, FRIDAY, "03:00")), "JOB_NOT_TRIGGERED", LATE.job)
    assert incident["first_bad"] == "2026-01-16T07:10:00.000Z"


def test_first_bad_of_a_missed_deadline_is_deadline_plus_grace() -> None:
    scenario = fleet()
    tonight(scenario, unlike={ORDERS.job: ABSENT})
    assert assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)["first_bad"] == FIRST_BAD
