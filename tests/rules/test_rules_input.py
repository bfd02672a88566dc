"""Contract rule 15 and §3: the lines of a file, their order, and the clock."""

import json

import pytest

from service.replay import replay_lines
from tests.scenarios.expecting import (
    assert_cause,
    assert_healthy,
    comparable,
    exit_code,
    open_incidents,
)
from tests.scenarios.replaying import replay, shuffled_and_doubled
from tests.scenarios.scenario import FORMS, Form, Scenario, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, YESTERDAY, fleet, tonight
from tests.scenarios.scenario_runs import Night, run

UNREADABLE = [
    "{not json",
    '["an", "array"]',
    '"text"',
    '{"time": "2026-01-15T05:00:00Z", "body": {}}',
    '{"time": "yesterday", "kind": "tick", "body": {}}',
    '{"kind": "tick", "body": {}}',
    '{"time": "2026-01-15T05:00:00Z", "kind": "ti',
]


@pytest.mark.parametrize("line", UNREADABLE)
def test_rule_15_an_unreadable_line_is_counted_with_its_number_and_stops_nothing(line: str) -> None:
    scenario = fleet()
    tonight(scenario, unlike={ORDERS.job: Night(partition=YESTERDAY)})
    lines = scenario.lines()
    lines.insert(4, line)
    document = replay_lines(lines)
    assert [entry["line"] for entry in document["rejected"]] == [5]
    assert document["rejected"][0]["reason"]
    assert_cause(document, "WRONG_PARTITION", ORDERS.job)


def test_rule_15_every_unreadable_line_is_named_and_numbers_start_at_one() -> None:
    scenario = fleet()
    tonight(scenario)
    document = replay_lines([*UNREADABLE, *scenario.lines()])
    assert [entry["line"] for entry in document["rejected"]] == [1, 2, 3, 4, 5, 6, 7]
    assert_healthy(document)


def test_rule_15_a_file_of_readable_lines_rejects_nothing() -> None:
    scenario = fleet()
    tonight(scenario)
    document = replay(scenario)
    assert document["rejected"] == []
    assert document["stats"]["events"] == len(scenario.lines())


def test_rule_15_unknown_extra_fields_are_no_reason_to_refuse() -> None:
    scenario = fleet()
    tonight(scenario)
    lines = []
    for line in scenario.lines():
        envelope = json.loads(line)
        envelope["region"] = "eu-1"
        envelope["body"]["x_custom"] = {"anything": [1, None]}
        lines.append(json.dumps(envelope))
    document = replay_lines(lines)
    assert document["rejected"] == []
    assert_healthy(document)


TROUBLES = [
    Night(partition=YESTERDAY),
    Night(outcome="fail", minutes=5, reason="Permission denied"),
    Night(outcome="absent"),
    Night(),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_shuffled_and_doubled_file_gives_the_same_document(trouble: Night, form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: trouble})
    lines = scenario.lines()
    assert comparable(replay_lines(shuffled_and_doubled(lines))) == comparable(replay_lines(lines))


def test_doubled_lines_are_counted_as_duplicates() -> None:
    scenario = fleet()
    tonight(scenario)
    lines = scenario.lines()
    once, twice = replay_lines(lines), replay_lines([*lines, *lines])
    assert twice["stats"]["duplicates"] - once["stats"]["duplicates"] == len(lines)


def _started_and_silent() -> Scenario:
    """The file ends while the run is under way, half an hour before the deadline."""
    scenario = fleet()
    tonight(scenario, unlike={ORDERS.job: Night(outcome="silent")}, until="01:30")
    return scenario


def test_without_until_the_clock_stops_at_the_last_event() -> None:
    assert_healthy(replay(_started_and_silent()))


def test_until_moves_the_clock_past_the_last_event_and_the_deadline() -> None:
    scenario = _started_and_silent()
    document = replay(scenario, until=scenario.at(TONIGHT, "02:15"))
    assert_cause(document, "JOB_RUNNING_SLOW", ORDERS.job)
    assert exit_code(document) == 1


def test_until_leaves_out_what_came_later() -> None:
    scenario = fleet()
    tonight(scenario, unlike={ORDERS.job: Night(partition=YESTERDAY)})
    assert_healthy(replay(scenario, until=scenario.at(TONIGHT, "02:00")))
    assert_cause(replay(scenario, until=scenario.at(TONIGHT, "02:15")), "WRONG_PARTITION", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_a_commit_that_comes_at_last_resolves_the_incident(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(minutes=100)}, until="03:00")
    before = replay(scenario, until=scenario.at(TONIGHT, "02:35"))
    assert_cause(before, "JOB_RUNNING_SLOW", ORDERS.job)
    document = replay(scenario)
    assert [incident["status"] for incident in document["incidents"]] == ["RESOLVED"]
    assert document["incidents"][0]["resolved_at"] >= rfc3339(scenario.at(TONIGHT, "02:40"))
    assert exit_code(document) == 0


def test_a_commit_in_time_that_was_heard_of_late_resolves_the_incident() -> None:
    scenario = fleet()
    tonight(scenario, unlike={ORDERS.job: Night(outcome="absent")}, until="03:00")
    told_late = Scenario()
    run(told_late, ORDERS, TONIGHT)
    for envelope in told_late.envelopes():
        scenario.emit(scenario.at(TONIGHT, "02:45"), envelope["kind"], envelope["body"])
    assert open_incidents(replay(scenario, until=scenario.at(TONIGHT, "02:40")))
    assert not open_incidents(replay(scenario))


def test_a_commit_that_is_still_missing_keeps_the_incident_open() -> None:
    scenario = fleet()
    tonight(scenario, unlike={ORDERS.job: Night(outcome="absent")}, until="03:00")
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)
