"""Senders whose clocks are minutes off: what an event says of its time is theirs, when it came is ours."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.replay import replay_lines
from tests.scenarios.expecting import assert_cause, assert_healthy
from tests.scenarios.scenario import FORMS, Form, Json, Scenario, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, fleet, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night
from tests.scenarios.scenario_streams import flow, steady

LOAD = Batch("job://cron/rates_load", "ds://bronze/rates", start="00:10", minutes=9)
PRICES = replace(ORDERS, reads=(LOAD.writes,), start="00:20", minutes=12)
STREAM = "urn:dp:orders:created"
DENIED = Night(outcome="fail", minutes=3, reason="Permission denied")
ABSENT = Night(outcome="absent")
TIMES = ("event_time", "eventTime", "actual_start_time", "timestamp", "deployed_at")
CLOCKS = [(2, 0), (4, 0), (-4, 0), (0, -4), (0, 4), (3, -3), (-3, 3)]


def _shifted(body: Json, off: timedelta) -> Json:
    told = [name for name in TIMES if name in body]
    return body | {name: rfc3339(datetime.fromisoformat(body[name]) + off) for name in told}


def _sender(envelope: Json) -> str:
    body = envelope["body"]
    match envelope["kind"]:
        case "job_event":
            return str(body["producer_urn"])
        case "write_event":
            return str(body["dataset_urn"])
        case "openlineage":
            return f"job://{body['job']['namespace']}/{body['job']['name']}"
        case _:
            return ""


def _told(scenario: Scenario, *clocks: tuple[Batch, float]) -> Json:
    lines: list[str] = []
    for envelope in scenario.envelopes():
        body = envelope["body"]
        for batch, minutes in clocks:
            if _sender(envelope) in (batch.job, batch.writes):
                body = _shifted(body, timedelta(minutes=minutes))
        lines.append(json.dumps(envelope | {"body": body}))
    return replay_lines(lines)


def _by_kind(scenario: Scenario, clocks: dict[str, float]) -> Json:
    lines = [
        json.dumps(each | {"body": _shifted(each["body"], timedelta(minutes=clocks.get(each["kind"], 0)))})
        for each in scenario.envelopes()
    ]
    return replay_lines(lines)


def _night(form: Form, clocks: tuple[float, float], unlike: dict[str, Night]) -> Json:
    scenario = fleet(form, [LOAD, PRICES], slo={LOAD.writes: {}})
    tonight(scenario, [LOAD, PRICES], unlike)
    return _told(scenario, (LOAD, clocks[0]), (PRICES, clocks[1]))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("clocks", CLOCKS)
def test_the_job_that_failed_is_found_behind_the_one_that_waits_for_it(
    clocks: tuple[float, float], form: Form
) -> None:
    document = _night(form, clocks, {LOAD.job: DENIED, PRICES.job: ABSENT})
    assert_cause(document, "JOB_FAILED", LOAD.job)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("clocks", CLOCKS)
@pytest.mark.parametrize(("night", "kind"), [(ABSENT, "JOB_NOT_TRIGGERED"), (DENIED, "JOB_FAILED")])
def test_a_job_whose_input_was_there_is_blamed_itself(
    night: Night, kind: str, clocks: tuple[float, float], form: Form
) -> None:
    assert_cause(_night(form, clocks, {PRICES.job: night}), kind, PRICES.job)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("clocks", [*CLOCKS, (300, 300), (-50, -50)])
def test_nothing_is_wrong_with_data_for_a_clock_that_is(clocks: tuple[float, float], form: Form) -> None:
    assert_healthy(_night(form, clocks, {}))


@pytest.mark.parametrize("evidence", [-12, -4, 0, 4, 40])
@pytest.mark.parametrize("deployment", [-4, 0, 4])
def test_a_version_that_records_carry_is_live_whatever_the_deployers_clock_says(
    evidence: float, deployment: float
) -> None:
    scenario = Scenario()
    start = scenario.at("2026-01-15", "10:00")
    scenario.stream_mapping(start - timedelta(hours=2), "orders", STREAM, "orders-svc")
    slo = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
    scenario.dataset(start - timedelta(hours=2), STREAM, service="orders-svc", slo=slo)
    steady(scenario, STREAM, start)
    scenario.deploy(start - timedelta(seconds=20), "orders-svc", "v2.0", previous_version="v1.0")
    end = start + timedelta(minutes=30)
    flow(scenario, STREAM, start, end, count=120, bad=110, service="orders-svc", version="v2.0")
    document = _by_kind(scenario.ticks(start, end), {"evidence": evidence, "deployment": deployment})
    assert_cause(document, "DEPLOYMENT", "orders-svc:v2.0")


@pytest.mark.parametrize("evidence", [-30, -5, 5, 30])
@pytest.mark.parametrize("job", [-30, 0, 30])
def test_gates_that_another_clock_dates_are_no_gap(evidence: float, job: float) -> None:
    gated = replace(LOAD, gates=BATCH_GATES)
    scenario = fleet("native", [gated])
    tonight(scenario, [gated])
    assert_healthy(_by_kind(scenario, {"evidence": evidence, "job_event": job, "write_event": job}))
