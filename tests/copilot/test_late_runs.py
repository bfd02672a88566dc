"""What kept a table from its update: which run was for it, and what of several faults cost it the update."""

from dataclasses import replace
from typing import Any

import pytest

from service.replay import replay_lines
from tests.scenarios.expecting import assert_cause, cause_of
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Json, Scenario, day_before, days, freshness, rfc3339
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, STORES, TONIGHT, YESTERDAY, fleet, tonight
from tests.scenarios.scenario_runs import Batch, Night, deliver, night, run

STAGE = Batch("job://spark/orders_stage", "ds://staging/orders", start="00:30", minutes=12)
BUILD = replace(ORDERS, reads=(STAGE.writes,), minutes=20)
MART = Batch("job://spark/orders_mart", "ds://gold/orders", (BUILD.writes,), start="01:30", minutes=15)
ROW = (STAGE, BUILD, MART)
ABSENT = Night(outcome="absent")
BROKEN = Night(outcome="fail", minutes=5, reason="TypeError: 'NoneType' object is not subscriptable")
FORMER = day_before(YESTERDAY)


@pytest.mark.parametrize("form", FORMS)
def test_a_run_that_ends_well_without_the_commit_that_good_runs_bring_has_failed(form: Form) -> None:
    scenario = fleet(form)
    run_id = tonight(scenario, unlike={ORDERS.job: Night(commits=False)})[ORDERS.job]
    incident = assert_cause(replay(scenario), "JOB_FAILED", ORDERS.job, label="Job")
    assert run_id in incident["rca"]["root_cause"]["evidence_refs"]


@pytest.mark.parametrize("form", FORMS)
def test_a_rerun_of_an_old_night_is_not_the_run_that_was_due(form: Form) -> None:
    scenario = fleet(form)
    run(scenario, ORDERS, YESTERDAY, Night(start="13:00", partition=FORMER, run_id="rerun"))
    tonight(scenario, unlike={ORDERS.job: ABSENT})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_a_night_that_was_mended_by_hand_does_not_move_the_usual_start(form: Form) -> None:
    scenario = fleet(form, history=HISTORY[:-1])
    run(scenario, ORDERS, YESTERDAY, BROKEN)
    run(scenario, ORDERS, YESTERDAY, Night(start="22:00", partition=YESTERDAY, run_id="by-hand"))
    tonight(scenario, unlike={ORDERS.job: Night(outcome="silent", minutes=90)})
    causes = [cause_of(each) for each in replay(scenario)["incidents"]]
    assert causes[0] == ("JOB_RUNNING_SLOW", "Job", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Night(start="01:21", partition=YESTERDAY), "WRONG_PARTITION"),
        (Night(start="01:21", outcome="silent", minutes=60), "JOB_RUNNING_SLOW"),
        (Night(start="01:40", outcome="silent", minutes=60), "JOB_NOT_TRIGGERED"),
    ],
)
def test_a_task_is_late_by_its_own_habit_where_its_schedule_is_that_of_the_whole_dag(
    trouble: Night, kind: str, form: Form
) -> None:
    scenario = fleet(form, usual=Night(start="01:20"))
    tonight(scenario, unlike={ORDERS.job: trouble})
    assert_cause(replay(scenario), kind, ORDERS.job, label="Job")


@pytest.mark.parametrize("form", FORMS)
def test_what_was_committed_without_advancing_outweighs_that_it_began_late(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(start="01:20", partition=YESTERDAY)})
    assert_cause(replay(scenario), "WRONG_PARTITION", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_a_second_try_that_writes_the_old_day_is_not_the_failure_of_the_first(form: Form) -> None:
    scenario = fleet(form)
    run(scenario, ORDERS, TONIGHT, replace(BROKEN, minutes=2))
    tonight(scenario, unlike={ORDERS.job: Night(start="01:05", partition=YESTERDAY)})
    assert_cause(replay(scenario), "WRONG_PARTITION", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_a_second_try_that_crawls_is_slow_where_the_first_cost_little(form: Form) -> None:
    scenario = fleet(form)
    run(scenario, ORDERS, TONIGHT, replace(BROKEN, minutes=2))
    tonight(scenario, unlike={ORDERS.job: Night(start="01:05", outcome="silent", minutes=90)}, until="02:40")
    assert_cause(replay(scenario), "JOB_RUNNING_SLOW", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_a_second_try_as_long_as_ever_is_late_for_the_failure_of_the_first(form: Form) -> None:
    scenario = fleet(form)
    run(scenario, ORDERS, TONIGHT, replace(BROKEN, minutes=40))
    tonight(scenario, unlike={ORDERS.job: Night(start="01:45", outcome="silent", minutes=30)}, until="02:15")
    assert_cause(replay(scenario), "JOB_FAILED", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_the_night_after_does_not_explain_the_night_that_was_missed(form: Form) -> None:
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, {STAGE.job: BROKEN, BUILD.job: ABSENT, MART.job: ABSENT})
    night(scenario, (*ROW, STORES), "2026-01-16")
    scenario.ticks(scenario.at(TONIGHT, "03:00"), scenario.at("2026-01-16", "02:30"), minutes=30)
    incidents = replay(scenario)["incidents"]
    assert [cause_of(each) for each in incidents] == [("JOB_FAILED", "Job", STAGE.job)]
    assert incidents[0]["status"] == "RESOLVED"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("until", ["02:30", "07:00"])
def test_a_schedule_that_was_moved_by_hours_starts_the_job_too_late(until: str, form: Form) -> None:
    scenario = fleet(form)
    run(scenario, replace(ORDERS, start="06:00"), TONIGHT)
    tonight(scenario, unlike={ORDERS.job: ABSENT}, until=until)
    document = replay(scenario, until=scenario.at(TONIGHT, until))
    assert [cause_of(each) for each in document["incidents"]] == [("JOB_NOT_TRIGGERED", "Job", ORDERS.job)]


def test_it_is_less_sure_that_nothing_started_where_starts_are_never_told() -> None:
    scenario, usual = fleet("native"), fleet("native")
    for each in (scenario, usual):
        tonight(each, unlike={ORDERS.job: ABSENT})
    lines = [line for line in scenario.lines() if "JobRunStarted" not in line]
    quiet = replay_lines(lines)["incidents"][0]["rca"]
    told = replay(usual)["incidents"][0]["rca"]
    assert quiet["confidence"]["score"] < told["confidence"]["score"]
    assert any("starts of" in each for each in quiet["missing_evidence"])


def _twice(scenario: Scenario, day: str, batch: Batch, minutes: float) -> None:
    """The table's own log tells the commit as well, under another id and a moment before."""
    start = scenario.at(day, batch.start).timestamp()
    moment = scenario.at(day, "00:00")
    moment = moment.fromtimestamp(start + minutes * 60 - 0.2, moment.tzinfo)
    deliver(scenario, moment, batch.writes, day)


def test_commits_told_twice_do_not_hide_that_an_input_is_missing() -> None:
    scenario = fleet("openlineage", ROW, slo={STAGE.writes: {}})
    for day in HISTORY:
        _twice(scenario, day, STAGE, STAGE.minutes)
    tonight(scenario, ROW, {STAGE.job: BROKEN, BUILD.job: ABSENT, MART.job: ABSENT})
    incident = assert_cause(replay(scenario), "JOB_FAILED", STAGE.job)
    assert STAGE.writes in {step["to"]["key"] for step in incident["rca"]["path"]}


def test_a_late_commit_told_twice_is_slow_and_no_wrong_partition() -> None:
    scenario = fleet("openlineage", ROW, slo={STAGE.writes: {}, BUILD.writes: {}})
    slow = Night(minutes=75)
    _twice(scenario, TONIGHT, STAGE, 75)
    late = {STAGE.job: slow, BUILD.job: Night(start="01:46"), MART.job: Night(start="02:12")}
    tonight(scenario, ROW, late, until="03:00")
    causes = [cause_of(each) for each in replay(scenario)["incidents"]]
    assert causes == [("JOB_RUNNING_SLOW", "Job", STAGE.job)]


FIRST = Batch("job://airflow/orders.first", "ds://scratch/first", dag="orders", start="01:00", minutes=10)
SECOND = replace(ORDERS, job="job://airflow/orders.second", dag="orders", start="01:00")


@pytest.mark.parametrize("form", FORMS)
def test_a_start_that_waited_for_a_slow_step_of_its_dag_is_blamed_on_that_step(form: Form) -> None:
    pair = (FIRST, SECOND)
    scenario = fleet(form, (), history=HISTORY)
    for batch in pair:
        slo = freshness("02:00 ET", "10m") if batch is SECOND else {}
        scenario.dataset(scenario.at("2026-01-04", "12:00"), batch.writes, job=batch.job, slo=slo)
    for number, day in enumerate(HISTORY):
        run(scenario, FIRST, day, Night(minutes=9 + number % 3))
        run(scenario, SECOND, day, Night(start="01:12", minutes=34 + number % 3))
    tonight(scenario, pair, {
        FIRST.job: Night(minutes=45), SECOND.job: Night(start="01:46", minutes=35),
    })  # fmt: skip
    causes = [cause_of(each) for each in replay(scenario)["incidents"]]
    assert causes == [("JOB_RUNNING_SLOW", "Job", FIRST.job)]


APP, WRITE = "job://spark/nightly", "job://spark/nightly.write_orders"


def _openlineage(kind: str, moment: str, name: str, run_id: str, **more: Any) -> Json:
    return {
        "eventType": kind, "eventTime": moment, "producer": "https://example.com/spark",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id, "facets": more.get("facets", {})}, "job": {"namespace": "spark", "name": name},
        "inputs": [], "outputs": more.get("outputs", []),
    }  # fmt: skip


def _application(scenario: Scenario, day: str, clock: str, *, writes: bool) -> None:
    """An application of five minutes; what it writes is a run below its own."""
    began, ended = rfc3339(scenario.at(day, clock)), rfc3339(scenario.at(day, f"{clock[:3]}05"))
    app, job = f"app-{day}-{clock}", f"write-{day}-{clock}"
    parent = {"parent": {"job": {"namespace": "spark", "name": "nightly"}, "run": {"runId": app}}}
    statistics: Json = {"outputStatistics": {"rowCount": 100}}
    out: Json = {"namespace": "s3://lake", "name": "curated/orders", "outputFacets": statistics}
    told = [_openlineage("START", began, "nightly", app), _openlineage("COMPLETE", ended, "nightly", app)]
    if writes:
        told += [
            _openlineage(kind, moment, "nightly.write_orders", job, facets=parent, outputs=[out])
            for kind, moment in (("START", began), ("COMPLETE", ended))
        ]
    for event in told:
        scenario.emit(scenario.at(day, f"{clock[:3]}06"), "openlineage", event)


def _nightly(*, hourly: bool) -> Scenario:
    scenario = Scenario()
    early = scenario.at("2026-01-04", "12:00")
    scenario.dataset(early, "ds://curated/orders", slo=freshness("02:00 ET", "10m"))
    for day in days(HISTORY[-6], YESTERDAY):
        _application(scenario, day, "01:00", writes=True)
        for hour in range(8, 20) if hourly else ():
            _application(scenario, day, f"{hour:02d}:00", writes=False)
    return scenario


def test_an_application_that_ran_without_coming_to_its_write_has_failed() -> None:
    scenario = _nightly(hourly=False)
    _application(scenario, TONIGHT, "01:00", writes=False)
    scenario.ticks(scenario.at(TONIGHT, "00:00"), scenario.at(TONIGHT, "02:30"))
    incident = assert_cause(replay(scenario), "JOB_FAILED", WRITE, APP)
    assert f"app-{TONIGHT}-01:00" in incident["rca"]["evidence_refs"]


def test_an_application_that_did_not_run_was_not_triggered() -> None:
    scenario = _nightly(hourly=False)
    scenario.ticks(scenario.at(TONIGHT, "00:00"), scenario.at(TONIGHT, "02:30"))
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", WRITE, APP)


def test_an_application_that_mostly_runs_without_the_write_tells_nothing_of_it() -> None:
    scenario = _nightly(hourly=True)
    scenario.ticks(scenario.at(TONIGHT, "00:00"), scenario.at(TONIGHT, "02:30"))
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", WRITE)
