"""What stays open too long, and who is to be warned before it reaches them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.episodes import Episode
from copilot.escalation import LIMITS, escalated_at, limit_of, raised
from service.engine import Engine, store_for
from signal_factory.wire import read_line
from tests.scenarios.expecting import Json, open_incidents, the_incident
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, freshness, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, STORES, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Batch, Night, run
from tests.scenarios.scenario_streams import quarantine

MART = Batch("job://spark/orders_mart", "ds://gold/orders", (ORDERS.writes,), start="03:00", minutes=15)
DENIED = Night(outcome="fail", minutes=5, reason="Permission denied")
ABSENT = Night(outcome="absent")
LATER = freshness("05:00 ET", "15m")
BAD = Night(gates=("G4_CONTRACT",), gate_results={"G4_CONTRACT": "NULL_RATE:total"})
DQ: Json = {"dq": {"compliance_rate": 0.99}}


def _broken(tier: int) -> tuple[Scenario, datetime]:
    """A table that fails a check tonight and is not checked again; and when that was."""
    scenario = fleet(slo={ORDERS.writes: DQ, STORES.writes: {}}, fields={ORDERS.writes: {"tier": tier}})
    tonight(scenario, unlike={ORDERS.job: BAD})
    return scenario, scenario.at(TONIGHT, "01:34:30")


@pytest.mark.parametrize(("tier", "before", "after"), [(2, "SEV-2", "SEV-1"), (3, "SEV-3", "SEV-2")])
def test_an_incident_open_past_the_limit_of_its_tier_is_a_step_more_severe(
    tier: int, before: str, after: str
) -> None:
    scenario, opened = _broken(tier)
    limit = opened + LIMITS[tier]
    early = the_incident(replay(scenario, until=limit - timedelta(minutes=1)))
    assert (early["severity"], "escalation" in early["impact"]) == (before, False)
    late = the_incident(replay(scenario, until=limit))
    assert late["severity"] == after
    assert late["impact"]["escalation"]["at"] == rfc3339(limit)
    assert late["impact"]["escalation"]["limit_s"] == LIMITS[tier].total_seconds()
    assert late["rca"]["recommended_actions"][0].startswith("Escalate to data-platform: open since")


def test_the_gravest_incident_that_escalates_says_so_and_stays_the_gravest() -> None:
    scenario, opened = _broken(1)
    incident = the_incident(replay(scenario, until=opened + LIMITS[1]))
    assert incident["severity"] == "SEV-1"
    assert incident["impact"]["escalation"]


def test_a_tick_past_the_limit_escalates_as_the_end_of_the_recording_does() -> None:
    scenario, opened = _broken(2)
    limit = opened + LIMITS[2]
    by_end = the_incident(replay(scenario, until=limit))
    by_tick = the_incident(replay(scenario.tick(limit)))
    assert by_tick == by_end


def test_time_that_passes_without_any_event_escalates_too() -> None:
    scenario, opened = _broken(3)
    engine = Engine(store_for(None))
    for line in scenario.lines():
        engine.apply(read_line(line))
    limit = opened + LIMITS[3]
    engine.advance(limit - timedelta(seconds=1))
    assert engine.incidents()[0]["severity"] == "SEV-3"
    engine.advance(limit)
    assert engine.incidents()[0]["severity"] == "SEV-2"


def test_limits_are_what_the_service_sets() -> None:
    scenario, opened = _broken(3)
    engine = Engine(store_for(None))
    engine.limit({1: timedelta(hours=1), 2: timedelta(hours=1), 3: timedelta(hours=2)})
    for line in scenario.lines():
        engine.apply(read_line(line))
    engine.finish(opened + timedelta(hours=2))
    assert engine.incidents()[0]["severity"] == "SEV-2"


def test_what_was_mended_within_the_limit_never_escalates() -> None:
    scenario, _ = _broken(2)
    run(scenario, ORDERS, TONIGHT, Night(start="20:00", gates=("G4_CONTRACT",)))
    for night in ("2026-01-16", "2026-01-17", "2026-01-18"):
        tonight(scenario, unlike={ORDERS.job: Night(gates=("G4_CONTRACT",))}, day=night)
    (incident,) = replay(scenario)["incidents"]
    assert (incident["severity"], incident["status"]) == ("SEV-2", "RESOLVED")
    assert "escalation" not in incident["impact"]


def test_a_certified_view_that_is_held_past_its_limit_escalates_and_says_so() -> None:
    scenario = fleet(slo={ORDERS.writes: DQ, STORES.writes: {}}, fields={ORDERS.writes: {"tier": 2}})
    runs = tonight(scenario)
    failed = scenario.at(TONIGHT, "01:40")
    quarantine(scenario, failed, ORDERS.writes, runs[ORDERS.job], "NULL_RATE:total", "G4_CONTRACT")
    held = {"urn": ORDERS.writes, "since": rfc3339(failed)}
    now = the_incident(replay(scenario))
    assert now["impact"]["certified_views_held"] == [held]
    assert "has been held at its previous version" in now["rca"]["narrative"]
    later = the_incident(replay(scenario, until=failed + LIMITS[2]))
    assert (now["severity"], later["severity"]) == ("SEV-2", "SEV-1")


def _episode(hours: tuple[int, int], number: int) -> Episode:
    began = Scenario("UTC").at(TONIGHT, "00:00") + timedelta(hours=hours[0])
    return Episode(
        f"ds://x/{number}", "freshness", "FRESHNESS_BREACH", began, began, None, "CRITICAL", promise=True,
        resolved_at=began + timedelta(hours=hours[1]),
    )  # fmt: skip


@given(
    spans=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=6),
    limit=st.integers(1, 48),
)
def test_an_incident_escalates_exactly_when_some_hour_by_hour_stretch_is_long_enough(
    spans: list[tuple[int, int]], limit: int
) -> None:
    episodes = [_episode(each, number) for number, each in enumerate(spans)]
    hours = {hour for start, length in spans for hour in range(start, start + length)}
    runs_of = [all(start + step in hours for step in range(limit)) for start, _ in spans]
    until = Scenario("UTC").at(TONIGHT, "00:00") + timedelta(days=9)
    assert (escalated_at(episodes, until, timedelta(hours=limit)) is not None) == any(runs_of)


def test_a_tier_without_a_limit_has_that_of_tier_three() -> None:
    assert limit_of(None, LIMITS) == limit_of(4, LIMITS) == LIMITS[3]
    assert [raised(each) for each in ("SEV-4", "SEV-3", "SEV-2", "SEV-1")] == [
        "SEV-3", "SEV-2", "SEV-1", "SEV-1",
    ]  # fmt: skip


def _row(form: Form, mart: Json | None = None) -> Scenario:
    """Orders break at 02:10; what is made of them is due at 05:15 and starts at three."""
    fields: dict[str, Json] = {MART.writes: {"owner_team": "finance", "tier": 2}}
    promise = LATER if mart is None else mart
    scenario = fleet(form, (ORDERS, MART), slo={MART.writes: promise}, fields=fields)
    tonight(scenario, (ORDERS, MART), {ORDERS.job: DENIED, MART.job: ABSENT})
    return scenario


@pytest.mark.parametrize("form", FORMS)
def test_owners_below_are_warned_of_the_deadline_they_will_miss(form: Form) -> None:
    scenario = _row(form)
    incident = the_incident(replay(scenario, until=scenario.at(TONIGHT, "02:30")))
    assert incident["datasets"] == [ORDERS.writes]
    due = rfc3339(scenario.at(TONIGHT, "05:15"))
    warned = {"urn": MART.writes, "owner_team": "finance", "tier": 2, "hops": 1, "due": due}
    assert incident["impact"]["at_risk"] == [warned]
    assert [each["effect"] for each in incident["rca"]["blast_radius"]] == ["AT_RISK"]
    assert any(
        f"Warn finance: {MART.writes} will miss" in each for each in incident["rca"]["recommended_actions"]
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_warning_ends_where_the_deadline_has_passed(form: Form) -> None:
    scenario = _row(form)
    incident = the_incident(replay(scenario, until=scenario.at(TONIGHT, "05:15")))
    assert incident["datasets"] == [ORDERS.writes, MART.writes]
    assert "at_risk" not in incident["impact"]
    assert [each["urn"] for each in incident["impact"]["affected"]] == [ORDERS.writes, MART.writes]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_written_for_its_deadline_already_is_not_warned_of(form: Form) -> None:
    scenario = _row(form)
    run(scenario, replace(MART, start="02:05", minutes=5), TONIGHT)
    (incident,) = open_incidents(replay(scenario, until=scenario.at(TONIGHT, "02:30")))
    assert "at_risk" not in incident["impact"]


@pytest.mark.parametrize("form", FORMS)
def test_what_promises_no_time_is_at_risk_without_a_warning(form: Form) -> None:
    scenario = _row(form, mart=DQ)
    incident = the_incident(replay(scenario))
    assert [each["effect"] for each in incident["rca"]["blast_radius"]] == ["AT_RISK"]
    assert "at_risk" not in incident["impact"]


@pytest.mark.parametrize("form", FORMS)
def test_a_resolved_incident_warns_nobody(form: Form) -> None:
    scenario = _row(form)
    run(scenario, ORDERS, TONIGHT, Night(start="02:20"))
    (incident,) = replay(scenario, until=scenario.at(TONIGHT, "03:10"))["incidents"]
    assert incident["status"] == "RESOLVED"
    assert "at_risk" not in incident["impact"]
    assert not any(each.startswith("Warn") for each in incident["rca"]["recommended_actions"])
