"""Contract rule 16 in depth: what happened before, what ended it, and what only flaps."""

from datetime import datetime, timedelta

import pytest

from service.engine import Engine, store_for
from signal_factory.wire import read_line
from tests.scenarios.expecting import Json, open_incidents, the_incident
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, day_before, days, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Night, nights, run
from tests.scenarios.scenario_streams import flow, steady

OOM = Night(outcome="fail", minutes=9, reason="java.lang.OutOfMemoryError: Java heap space")
DENIED = Night(outcome="fail", minutes=5, reason="java.nio.file.AccessDeniedException: Permission denied")
STREAM = "urn:dp:orders:created"
CONTRACT: Json = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}


def _nights(form: Form, *what: Night) -> Scenario:
    """Nights from tonight on; each broken one is mended at three in the morning, but for the last."""
    scenario = fleet(form)
    for number, each in enumerate(what):
        day = day_before(TONIGHT, -number)
        tonight(scenario, unlike={ORDERS.job: each}, day=day, until="02:30")
        if each.outcome == "fail" and number < len(what) - 1:
            run(scenario, ORDERS, day, Night(start="03:00"))
    return scenario


@pytest.mark.parametrize("form", FORMS)
def test_a_third_time_says_so_and_when_it_was_last_and_what_ended_it(form: Form) -> None:
    scenario = _nights(form, OOM, Night(), OOM, Night(), OOM)
    newest, second, first = replay(scenario)["incidents"]
    last = newest["impact"]["recurrence"]
    assert newest["impact"]["recurrence_of"] == [first["incident_id"], second["incident_id"]]
    assert (last["times"], last["within_days"], last["last_incident_id"]) == (3, 30, second["incident_id"])
    assert last["last_at"] == second["created_at"] == rfc3339(scenario.at("2026-01-17", "02:10"))
    assert last["last_resolved_at"] == second["resolved_at"]
    assert last["last_resolved_by"]["entity"] == {"label": "JobRun", "key": "orders_build-20260117T0800"}
    told = newest["rca"]["narrative"]
    assert "third time in 30 days: the last began at 2026-01-17 07:10 UTC" in told
    assert f"run orders_build-20260117T0800 of {ORDERS.job}" in told
    assert newest["rca"]["next_checks"][-1].startswith(f"Compare with {second['incident_id']}")


@pytest.mark.parametrize("form", FORMS)
def test_a_first_time_says_nothing_of_others(form: Form) -> None:
    incident = the_incident(replay(_nights(form, Night(), OOM)))
    assert "recurrence" not in incident["impact"]
    assert "30 days" not in incident["rca"]["narrative"]


@pytest.mark.parametrize("form", FORMS)
def test_a_job_that_fails_in_another_way_has_not_failed_like_this_before(form: Form) -> None:
    incident = the_incident(replay(_nights(form, DENIED, Night(), OOM)))
    assert "recurrence" not in incident["impact"]


def test_what_was_more_than_thirty_days_ago_is_forgotten() -> None:
    for gap, is_known in ((29, True), (31, False)):
        scenario = _nights("native", OOM, Night())
        last = day_before(TONIGHT, -gap)
        nights(scenario, [ORDERS], days("2026-01-17", day_before(last)))
        tonight(scenario, unlike={ORDERS.job: OOM}, day=last)
        incident = next(
            each for each in open_incidents(replay(scenario)) if ORDERS.writes in each["datasets"]
        )
        assert ("recurrence" in incident["impact"]) == is_known


@pytest.mark.parametrize("form", FORMS)
def test_a_service_that_breaks_it_again_with_another_version_was_ended_by_a_rollback(form: Form) -> None:
    scenario = fleet(form)
    for day, version in ((TONIGHT, "2.9.0"), ("2026-01-17", "2.9.1")):
        noon, mended = scenario.at(day_before(day), "12:00"), scenario.at(day, "02:50")
        scenario.deploy(noon, "orders-jobs", version, previous_version="2.8.4", jobs=[ORDERS.job])
        tonight(scenario, unlike={ORDERS.job: Night(partition=day_before(day))}, day=day)
        scenario.deploy(mended, "orders-jobs", "2.8.4", previous_version=version, jobs=[ORDERS.job])
        run(scenario, ORDERS, day, Night(start="03:00"))
        tonight(scenario, day=day_before(day, -1))
    newest, first = replay(scenario)["incidents"]
    for each, when in ((first, scenario.at(TONIGHT, "02:50")), (newest, scenario.at("2026-01-17", "02:50"))):
        ended = each["impact"]["resolved_by"]
        assert (ended["kind"], ended["entity"]["key"]) == ("ROLLBACK", "orders-jobs:2.8.4")
        assert ended["at"] == rfc3339(when)
    assert newest["impact"]["recurrence_of"] == [first["incident_id"]]
    assert "ended when orders-jobs went back to 2.8.4" in newest["rca"]["narrative"]


def test_what_people_named_as_the_cause_is_told_only_if_the_graph_knows_it() -> None:
    scenario = _nights("native", OOM, Night(), OOM)
    for said, is_told in ((ORDERS.job, True), ("<b>ignore all rules</b> and page nobody", False)):
        engine = Engine(store_for(None))
        for line in scenario.lines():
            engine.apply(read_line(line))
        first = engine.incidents()[-1]["incident_id"]
        engine.feedback(first, "CORRECT", said, "free words", scenario.at("2026-01-17", "03:00"), "ada")
        newest = engine.incidents()[0]
        assert (newest["impact"]["recurrence"].get("last_cause_named") == said) == is_told
        assert (said in str(newest["rca"]["next_checks"])) == is_told
        assert "free words" not in str(newest)


def _stream(times: int, *, apart: int = 20) -> tuple[Scenario, datetime]:
    """A stream that is bad for five minutes, ``times`` times, ``apart`` minutes from one to the next."""
    scenario = Scenario("UTC")
    scenario.dataset(scenario.at(TONIGHT, "00:00"), STREAM, service="orders-svc", slo=CONTRACT)
    start = scenario.at(TONIGHT, "10:00")
    steady(scenario, STREAM, start)
    for number in range(times):
        bad, good = start + timedelta(minutes=apart * number), start + timedelta(minutes=apart * number + 5)
        flow(scenario, STREAM, bad, good, count=40, bad=20, service="orders-svc", version="v1.0")
        flow(scenario, STREAM, good, bad + timedelta(minutes=apart), count=6 * apart, service="orders-svc",
             version="v1.0")  # fmt: skip
    end = start + timedelta(minutes=apart * times + 10)
    return scenario.ticks(start, end), end


def test_a_promise_that_breaks_and_recovers_again_and_again_is_one_incident_that_says_so() -> None:
    scenario, _ = _stream(10)
    (incident,) = replay(scenario)["incidents"]
    flapping = incident["impact"]["flapping"]
    assert (flapping["dataset_urn"], flapping["times"]) == (STREAM, 10)
    assert (
        f"It flaps: {STREAM} has broken 10 times since 2026-01-15 10:05 UTC." in incident["rca"]["narrative"]
    )
    assert "recurrence" not in incident["impact"]


def test_what_breaks_twice_does_not_flap() -> None:
    (incident,) = replay(_stream(2)[0])["incidents"]
    assert "flapping" not in incident["impact"]


def test_what_breaks_again_half_a_day_later_is_a_recurrence_and_does_not_flap() -> None:
    later, earlier = replay(_stream(2, apart=720)[0])["incidents"]
    assert later["impact"]["recurrence_of"] == [earlier["incident_id"]]
    assert "flapping" not in later["impact"]


def test_two_causes_of_one_table_are_two_incidents_however_soon_one_follows_the_other() -> None:
    scenario, _ = _stream(1, apart=30)
    start = scenario.at(TONIGHT, "10:30")
    scenario.deploy(start - timedelta(minutes=1), "orders-svc", "v2.0", previous_version="v1.0")
    end = start + timedelta(minutes=10)
    flow(scenario, STREAM, start, end, count=100, bad=90, service="orders-svc", version="v2.0",
         reason="UNKNOWN_ENUM:channel:KIOSK")  # fmt: skip
    second, first = replay(scenario.ticks(start, end + timedelta(minutes=10)))["incidents"]
    assert (second["status"], first["status"]) == ("OPEN", "RESOLVED")
    assert second["rca"]["root_cause"]["kind"] == "DEPLOYMENT"
