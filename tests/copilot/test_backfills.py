"""Runs for older partitions in the way of tonight's: it is tonight's run that is missing, or late."""

import pytest

from service.replay import replay_lines
from tests.scenarios.expecting import Json, assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Night, run

OLD = ("2026-01-08", "2026-01-09", "2026-01-10", "2026-01-14")
STARTS = ("01:00", "01:20", "01:40", "02:00")


def _backfill(scenario: Scenario, partitions: tuple[str, ...] = OLD) -> list[str]:
    """One run after the other, each for a partition that was there before."""
    return [
        run(scenario, ORDERS, TONIGHT, Night(start=start, minutes=19, partition=partition))
        for start, partition in zip(STARTS, partitions, strict=False)
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_run_that_waited_for_a_backfill_was_started_late(form: Form) -> None:
    scenario = fleet(form)
    filling = _backfill(scenario)
    tonight(scenario, [ORDERS], {ORDERS.job: Night(start="02:21")})
    looked = scenario.at(TONIGHT, "02:30")
    incident = assert_cause(replay(scenario, looked), "JOB_NOT_TRIGGERED", ORDERS.job)
    cause: Json = incident["rca"]["root_cause"]
    assert "older partitions" in cause["summary"]
    assert set(filling) & set(cause["evidence_refs"])


@pytest.mark.parametrize("form", FORMS)
def test_a_backfill_alone_is_no_run_for_tonight(form: Form) -> None:
    scenario = fleet(form)
    _backfill(scenario)
    tonight(scenario, [ORDERS], {ORDERS.job: Night(outcome="absent")})
    assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
def test_the_failure_of_tonights_run_stands_beside_a_backfill(form: Form) -> None:
    scenario = fleet(form)
    _backfill(scenario, OLD[:2])
    denied = Night(outcome="fail", start="01:45", minutes=5, reason="Permission denied")
    tonight(scenario, [ORDERS], {ORDERS.job: denied})
    assert_cause(replay(scenario), "JOB_FAILED", ORDERS.job)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("partition", ["2026-01-14", "2026-01-12"])
def test_one_run_that_writes_an_older_partition_wrote_the_wrong_one(partition: str, form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, [ORDERS], {ORDERS.job: Night(partition=partition)})
    assert_cause(replay(scenario), "WRONG_PARTITION", ORDERS.job)


def test_the_one_run_that_nothing_scheduled_is_not_the_one_that_was_due() -> None:
    scenario = fleet("native")
    told = run(scenario, ORDERS, TONIGHT, Night(partition="2026-01-10"))
    tonight(scenario, [ORDERS], {ORDERS.job: Night(outcome="absent")})
    lines = [line for line in scenario.lines() if not ("JobRunStarted" in line and told in line)]
    unscheduled = [_by_hand(line) for line in scenario.lines() if line not in lines]
    assert unscheduled
    assert_cause(replay_lines([*lines, *unscheduled]), "JOB_NOT_TRIGGERED", ORDERS.job)


def _by_hand(line: str) -> str:
    head, _, rest = line.partition('"scheduled_time":')
    return head + rest.partition(",")[2]
