"""Deployments that spoil little at first, on streams where a few records always fail."""

from datetime import datetime, timedelta

import pytest

from tests.scenarios.expecting import assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, LAKE, Form, Scenario, rfc3339
from tests.scenarios.scenario_fleet import HISTORY, ORDERS, TONIGHT, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_runs import Night, night
from tests.scenarios.scenario_streams import flow, steady, stream_evidence

STREAM = "urn:dp:orders:created"
CONTRACT = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
NOISE = "INVALID_FORMAT:country"


def _leaking() -> tuple[Scenario, datetime]:
    """v2 goes live at ten, spoils a record half an hour later and many after an hour.

    Of each version a record fails for another reason.
    """
    scenario = Scenario("UTC")
    scenario.dataset(scenario.at(YESTERDAY, "00:00"), STREAM, service="orders-svc", slo=CONTRACT)
    old = scenario.at(YESTERDAY, "12:00")
    steady(scenario, STREAM, old, version="v1")
    _noise(scenario, old, "v1")
    deployed = scenario.at(TONIGHT, "10:00")
    scenario.deploy(deployed, "orders-svc", "v2", previous_version="v1")
    for minutes, bad in ((0, 0), (30, 1), (55, 0), (65, 6), (70, 12)):
        first = deployed + timedelta(minutes=minutes)
        flow(scenario, STREAM, first, first + timedelta(minutes=5), count=40, bad=bad,
             service="orders-svc", version="v2")  # fmt: skip
    _noise(scenario, deployed + timedelta(minutes=66), "v2")
    end = deployed + timedelta(minutes=75)
    return scenario.tick(end), end


def _noise(scenario: Scenario, when: datetime, version: str) -> None:
    stream_evidence(
        scenario, when, STREAM, service="orders-svc", version=version, result="FAIL", reason=NOISE
    )


def test_a_version_that_alone_brings_a_failure_is_named_though_records_were_good_after_it() -> None:
    incident = assert_cause(replay(_leaking()[0]), "DEPLOYMENT", "orders-svc:v2")
    assert "was good after it" not in incident["rca"]["candidates"][0]["summary"]


def test_what_always_failed_now_and_then_does_not_tell_the_versions_apart() -> None:
    scenario, end = _leaking()
    for version in ("v1", "v2"):
        _noise(scenario, end - timedelta(minutes=9), version)
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v2")


def test_a_sender_whose_clock_is_ahead_is_believed() -> None:
    scenario = Scenario("UTC")
    scenario.dataset(scenario.at(TONIGHT, "00:00"), STREAM, service="orders-svc", slo=CONTRACT)
    start, ahead = scenario.at(TONIGHT, "10:00"), timedelta(seconds=70)
    steady(scenario, STREAM, start)
    for minutes in (-50, 1):
        _noise(scenario, start + timedelta(minutes=minutes), "v1.0")
    scenario.deploy(start, "orders-svc", "v1.1")
    for number in range(60):
        moment = start + timedelta(seconds=5 * number)
        stream_evidence(
            scenario, moment + ahead, STREAM, service="orders-svc", version="v1.1", result="FAIL",
            reason="MISSING_FIELD:customer_id", offset=number,
        )  # fmt: skip
    for envelope in scenario.envelopes():
        if envelope["kind"] == "evidence" and envelope["body"]["producer"].get("version") == "v1.1":
            envelope["time"] = rfc3339(datetime.fromisoformat(envelope["time"]) - ahead)
    scenario.tick(start + timedelta(minutes=5))
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v1.1")


@pytest.mark.parametrize(("spoilt_before", "kind"), [(0, "DEPLOYMENT"), (30, "SOURCE_DATA_ANOMALY")])
def test_a_share_of_a_table_that_grows_since_a_deployment_is_its_doing(spoilt_before: int, kind: str) -> None:
    scenario = Scenario("UTC")
    table, job = "ds://curated/orders", "job://spark/orders_build"
    scenario.dataset(scenario.at(TONIGHT, "00:00"), table, job=job, slo={"dq": {"compliance_rate": 0.97}})
    shares = [spoilt_before] * 4 + [40, 90, 160, 600]
    for hour, failed in enumerate(shares, 1):
        run_with_checks(scenario, scenario.at(TONIGHT, f"{hour:02d}:00"), table, job, 10_000, failed)
    scenario.deploy(scenario.at(TONIGHT, "04:30"), "orders-release", "2.9.0", datasets=[table])
    scenario.tick(scenario.at(TONIGHT, "08:30"))
    assert_cause(replay(scenario), kind, "orders-release:2.9.0", table)


def run_with_checks(
    scenario: Scenario, when: datetime, table: str, job: str, processed: int, failed: int
) -> None:
    summary = {
        "records_processed": processed, "records_passed": processed - failed, "records_failed": failed,
        "compliance_rate": 1 - failed / processed,
        "failure_signatures": [{"reason_code": "NULL_VALUE:total", "count": failed}] if failed else [],
    }  # fmt: skip
    about = {"_producer": "https://example.com/etl", "_schemaURL": "https://example.com/facet.json"}
    scenario.emit(when, "openlineage", {
        "eventType": "COMPLETE", "eventTime": rfc3339(when), "producer": "https://example.com/etl",
        "run": {
            "runId": f"run-{rfc3339(when)}", "facets": {"observability_evidence": about | {"summary": summary}}
        },
        "job": {"namespace": "spark", "name": job.rpartition("/")[2], "facets": {}},
        "inputs": [], "outputs": [{"namespace": LAKE, "name": table.removeprefix("ds://"), "facets": {}}],
    })  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("minutes", "kind"), [(55, "DEPLOYMENT"), (36, "JOB_RUNNING_SLOW")])
def test_runs_that_grow_longer_since_a_deployment_are_its_doing(minutes: int, kind: str, form: Form) -> None:
    scenario = fleet(form, history=HISTORY[:-2])
    scenario.deploy(noon(scenario, "2026-01-12"), "orders-jobs", "2.9.0", jobs=[ORDERS.job])
    for day in HISTORY[-2:]:
        night(scenario, [ORDERS], day, {ORDERS.job: Night(minutes=minutes)})
    tonight(scenario, unlike={ORDERS.job: Night(outcome="silent", minutes=90)})
    assert_cause(replay(scenario), kind, "orders-jobs:2.9.0", ORDERS.job)
