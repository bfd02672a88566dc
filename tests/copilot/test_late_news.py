"""News of an update that comes hours after it says nothing against the data: it was there in time."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.replay import replay_lines
from tests.scenarios.expecting import Json, assert_healthy, cause_of
from tests.scenarios.scenario import FORMS, Form, Scenario, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Batch, Night

LOAD = Batch("job://spark/orders_load", "ds://bronze/orders", start="00:20", minutes=15)
BUILD = replace(ORDERS, reads=(LOAD.writes,), minutes=20)
ROW = (LOAD, BUILD)


def _told(scenario: Scenario, *, held_until: str) -> Json:
    """What was sent tonight is delivered at ``held_until``, the last event first; time goes on meanwhile."""
    held, until = scenario.at(TONIGHT, "00:00"), scenario.at(TONIGHT, held_until)
    sent = [json.loads(line) for line in scenario.lines()]
    queued = [each for each in sent if _is_held(each, held)]
    for place, each in enumerate(reversed(queued)):
        each["time"] = rfc3339(until + timedelta(seconds=3 * place))
    return replay_lines([json.dumps(each) for each in sent])


def _is_held(envelope: Json, since: datetime) -> bool:
    return envelope["kind"] != "tick" and datetime.fromisoformat(envelope["time"]) >= since


@pytest.mark.parametrize("form", FORMS)
def test_updates_in_time_that_were_told_of_late_have_no_cause_in_the_data(form: Form) -> None:
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, until="08:00")
    found = _told(scenario, held_until="07:00")["incidents"]
    assert found
    for each in found:
        told = (each["status"], each["freshness_of_evidence"], each["rca"]["verdict"], cause_of(each))
        assert told == ("RESOLVED", "STALE", "INCONCLUSIVE", None)


@pytest.mark.parametrize("form", FORMS)
def test_an_update_after_its_deadline_is_late_however_it_was_told_of(form: Form) -> None:
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, {BUILD.job: Night(start="03:30")}, until="08:00")
    found = _told(scenario, held_until="07:00")["incidents"]
    assert "FRESH" in {each["freshness_of_evidence"] for each in found if BUILD.writes in each["datasets"]}


def test_news_within_the_grace_opens_nothing() -> None:
    scenario = fleet("native", ROW)
    tonight(scenario, ROW, until="08:00")
    assert_healthy(_told(scenario, held_until="02:05"))
