"""What holds of every incident: order, doubles and later events change nothing that was said."""

import random
from datetime import timedelta
from functools import cache
from json import dumps

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.replay import replay_lines
from tests.scenarios.expecting import Json, comparable
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Form, Scenario, day_before, freshness
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night, run
from tests.scenarios.scenario_streams import flow, quarantine, steady

GATED = Batch("job://spark/orders_gold", "ds://gold/orders", (ORDERS.writes,), start="03:00", minutes=15,
              gates=BATCH_GATES)  # fmt: skip
STREAM = "urn:dp:orders:created"
OOM = Night(outcome="fail", minutes=9, reason="java.lang.OutOfMemoryError: Java heap space")


@cache
def _month() -> Scenario:
    """Nights that fail and are mended, a certified view that is held, a stream that flaps, a rollback."""
    slo: dict[str, Json] = {GATED.writes: freshness("05:00 ET") | {"dq": {"compliance_rate": 0.99}}}
    scenario = fleet("native", (ORDERS, GATED), slo=slo, fields={GATED.writes: {"owner_team": "finance"}})
    contract: Json = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
    scenario.dataset(scenario.at(TONIGHT, "00:00"), STREAM, service="orders-svc", slo=contract)
    _three_nights(scenario)
    _flaps(scenario)
    last = day_before(TONIGHT, -4)
    runs = tonight(scenario, (ORDERS, GATED), day=last, until="04:00")
    failed = scenario.at(last, "03:20")
    quarantine(scenario, failed, GATED.writes, runs[GATED.job], "NULL_RATE:total", "G4_CONTRACT")
    return scenario.tick(failed + timedelta(hours=30))


def _three_nights(scenario: Scenario) -> None:
    for number in range(3):
        day = day_before(TONIGHT, -number)
        tonight(
            scenario, (ORDERS, GATED), {ORDERS.job: Night() if number == 1 else OOM}, day=day, until="02:30"
        )
        if number != 1:
            run(scenario, ORDERS, day, Night(start="02:40", minutes=15))


def _flaps(scenario: Scenario) -> None:
    start = scenario.at(day_before(TONIGHT, -3), "10:00")
    steady(scenario, STREAM, start, windows=4)
    for number in range(4):
        bad = start + timedelta(minutes=15 * number)
        good = bad + timedelta(minutes=5)
        flow(scenario, STREAM, bad, good, count=20, bad=10, service="orders-svc", version="v1.0")
        flow(
            scenario,
            STREAM,
            good,
            bad + timedelta(minutes=15),
            count=40,
            service="orders-svc",
            version="v1.0",
        )


@cache
def _straight() -> Json:
    return replay(_month())


def test_the_month_holds_what_the_laws_are_about() -> None:
    impacts = [each["impact"] for each in _straight()["incidents"]]
    for name in ("recurrence", "flapping", "escalation", "certified_views_held", "resolved_by"):
        assert any(name in each for each in impacts), name


@given(seed=st.integers(0, 2**32))
@settings(max_examples=4)
def test_any_order_with_doubles_gives_the_same_incidents(seed: int) -> None:
    chance, lines = random.Random(seed), _month().lines()
    mixed = [*lines, *chance.sample(lines, len(lines) // 3)]
    chance.shuffle(mixed)
    assert comparable(replay_lines(mixed)) == comparable(_straight())


def test_a_second_replay_gives_the_same_bytes() -> None:
    again = replay(_month())
    assert dumps(again["incidents"]) == dumps(_straight()["incidents"])


@pytest.mark.parametrize("hours", [9, 15, 33, 57, 81, 90, 100])
def test_a_resolved_incident_stays_as_it_was(hours: int) -> None:
    scenario = _month()
    early = replay(scenario, until=scenario.at(TONIGHT, "00:00") + timedelta(hours=hours))
    late = {each["incident_id"]: each for each in _straight()["incidents"]}
    found = [each for each in early["incidents"] if each["status"] == "RESOLVED"]
    assert found
    assert [late[each["incident_id"]] for each in found] == found


def test_a_registration_that_changes_later_does_not_change_a_resolved_incident() -> None:
    scenario = fleet(fields={ORDERS.writes: {"tier": 2, "name": "orders"}})
    tonight(scenario, unlike={ORDERS.job: OOM})
    run(scenario, ORDERS, TONIGHT, Night(start="02:35", minutes=15))
    until = scenario.at(TONIGHT, "04:00")
    before = replay(scenario.tick(until))["incidents"]
    scenario.dataset(until + timedelta(hours=1), ORDERS.writes, tier=1, name="renamed", owner_team="others",
                     job=ORDERS.job)  # fmt: skip
    assert [each["status"] for each in before] == ["RESOLVED"]
    assert replay(scenario)["incidents"] == before


@pytest.mark.parametrize("form", ["native", "openlineage"])
def test_an_open_incident_says_the_same_wherever_the_recording_ends_between_events(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: OOM})
    ends = [scenario.at(TONIGHT, clock) for clock in ("02:31", "05:00", "11:00")]
    first, *others = [replay(scenario, until=end)["incidents"][0] for end in ends]
    assert all(each == first for each in others)
