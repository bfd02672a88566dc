"""Inputs of which nothing is heard are looked through, and a slow clock hides none."""

from dataclasses import replace

import pytest

from tests.scenarios.expecting import assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Json, day_before
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, fleet, noon, tonight
from tests.scenarios.scenario_runs import Batch, Night

RATES = Batch("job://spark/rates_load", "ds://bronze/rates", start="00:10", minutes=20)
DENIED = Night(outcome="fail", minutes=5, reason="Permission denied")
ABSENT = Night(outcome="absent")
EVE = day_before(HISTORY[0])
HOPS = ("ds://staging/rates", "ds://staging/rates_wide")


def _feeds(*ways: tuple[str, str]) -> dict[str, Json]:
    return {source: {"feeds": [table]} for source, table in ways}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("hops", [HOPS[:1], HOPS])
def test_a_cause_is_found_through_tables_that_only_registrations_name(
    hops: tuple[str, ...], form: Form
) -> None:
    prices = replace(ORDERS, reads=(hops[-1],))
    scenario = fleet(form, [RATES, prices], fields=_feeds((RATES.writes, hops[0])))
    for hop, below in zip(hops, (*hops[1:], prices.writes), strict=True):
        scenario.dataset(noon(scenario, EVE), hop, tier=3, feeds=[below])
    tonight(scenario, [RATES, prices], {RATES.job: DENIED, prices.job: ABSENT})
    incident = assert_cause(replay(scenario), "JOB_FAILED", RATES.job)
    assert incident["datasets"] == sorted([RATES.writes, prices.writes])


def test_the_path_names_the_tables_that_say_nothing() -> None:
    prices = replace(ORDERS, reads=HOPS[:1])
    fields = _feeds((RATES.writes, HOPS[0]))
    scenario = fleet("native", [RATES, prices], fields=fields, slo={RATES.writes: {}})
    scenario.dataset(noon(scenario, EVE), HOPS[0], tier=3)
    tonight(scenario, [RATES, prices], {RATES.job: DENIED, prices.job: ABSENT})
    path = assert_cause(replay(scenario), "JOB_FAILED", RATES.job)["rca"]["path"]
    fed = [(step["from"]["key"], step["to"]["key"]) for step in path if step["edge"] == "FEEDS"]
    assert fed == [(RATES.writes, HOPS[0]), (HOPS[0], prices.writes)]


@pytest.mark.parametrize("form", FORMS)
def test_an_input_that_was_in_time_is_not_blamed_through_a_table_that_says_nothing(form: Form) -> None:
    prices = replace(ORDERS, reads=HOPS[:1])
    scenario = fleet(form, [RATES, prices], fields=_feeds((RATES.writes, HOPS[0])))
    scenario.dataset(noon(scenario, EVE), HOPS[0], tier=3)
    tonight(scenario, [RATES, prices], {prices.job: ABSENT})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", prices.job)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("start", ["00:29", "00:31"])
def test_a_clock_that_puts_a_start_before_its_input_hides_no_input(start: str, form: Form) -> None:
    prices = replace(ORDERS, reads=(RATES.writes,), start=start)
    scenario = fleet(form, [RATES, prices])
    tonight(scenario, [RATES, prices], {RATES.job: DENIED, prices.job: ABSENT})
    incident = assert_cause(replay(scenario), "JOB_FAILED", RATES.job)
    assert incident["datasets"] == sorted([RATES.writes, prices.writes])


def test_a_silent_table_without_sources_explains_nothing() -> None:
    prices = replace(ORDERS, reads=HOPS[:1])
    scenario = fleet("native", [prices])
    scenario.dataset(noon(scenario, EVE), HOPS[0], tier=3)
    tonight(scenario, [prices], {prices.job: ABSENT})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", prices.job)
