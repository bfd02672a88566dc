"""Contract rules 4 and 5: what counts into a rate."""

from typing import Any

import pytest

from tests.scenarios.expecting import assert_healthy, the_incident
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Scenario, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, fleet, tonight
from tests.scenarios.scenario_runs import Night
from tests.scenarios.scenario_streams import flow, quarantine, steady

STREAM = "urn:dp:orders:created"
CONTRACT = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
DQ = {ORDERS.writes: {"dq": {"compliance_rate": 0.99}}}


def _window(count: int, bad: int, result: str) -> Scenario:
    scenario = Scenario("UTC")
    scenario.dataset(scenario.at(TONIGHT, "00:00"), STREAM, service="orders-svc", slo=CONTRACT)
    start, end = scenario.at(TONIGHT, "10:00"), scenario.at(TONIGHT, "10:05")
    steady(scenario, STREAM, start, per_window=10)
    flow(
        scenario, STREAM, start, end, count=count, bad=bad, service="orders-svc", version="v1.0",
        result=result, reason="UNKNOWN_ENUM:channel:KIOSK",
    )  # fmt: skip
    return scenario.ticks(end, scenario.at(TONIGHT, "10:10"), minutes=1)


def test_rule_04_a_window_full_of_warnings_is_compliant() -> None:
    assert_healthy(replay(_window(200, 160, "WARN")))


def test_rule_04_the_same_window_full_of_failures_is_not() -> None:
    incident = the_incident(replay(_window(200, 160, "FAIL")))
    assert incident["severity"] == "SEV-1"
    assert incident["failure_signature"] == "UNKNOWN_ENUM:channel:KIOSK"


def test_rule_04_one_failure_of_two_is_no_rate() -> None:
    assert_healthy(replay(_window(2, 1, "FAIL")))


def test_rule_04_half_of_two_hundred_is_a_rate() -> None:
    the_incident(replay(_window(200, 100, "FAIL")))


def _summary(failed: int) -> dict[str, Any]:
    total = 100_000
    return {
        "records_processed": total, "records_passed": total - failed, "records_failed": failed,
        "compliance_rate": 1 - failed / total,
        "failure_signatures": [{"reason_code": "UNKNOWN_ENUM:channel:KIOSK", "count": failed}],
    }  # fmt: skip


def _sampled(scenario: Scenario, run_id: str, count: int) -> None:
    moment = scenario.at(TONIGHT, "01:30")
    for number in range(count):
        scenario.emit(moment, "evidence", {
            "evidence_id": scenario.next_evidence_id(), "timestamp": rfc3339(moment),
            "dataset_urn": ORDERS.writes,
            "producer": {"id": ORDERS.job, "confidence": "HIGH", "run_id": run_id},
            "validation": {
                "result": "FAIL", "failed_gates": ["CONTRACT"],
                "reason_codes": ["UNKNOWN_ENUM:channel:KIOSK"],
            },
            "source": {"input_dataset": "s3://lake/bronze/orders", "source_record_id": f"ORD-{number}"},
        })  # fmt: skip


@pytest.mark.parametrize(("failed", "sampled"), [(100, 100), (700, 400)])
def test_rule_05_many_sampled_failures_of_a_good_run_break_nothing(failed: int, sampled: int) -> None:
    scenario = fleet("openlineage", slo=DQ)
    run_ids = tonight(scenario, unlike={ORDERS.job: Night(summary=_summary(failed))})
    _sampled(scenario, run_ids[ORDERS.job], sampled)
    assert_healthy(replay(scenario))


@pytest.mark.parametrize("sampled", [0, 3])
def test_rule_05_a_bad_summary_breaks_the_objective_however_few_were_sampled(sampled: int) -> None:
    scenario = fleet("openlineage", slo=DQ)
    run_ids = tonight(scenario, unlike={ORDERS.job: Night(summary=_summary(5_000))})
    _sampled(scenario, run_ids[ORDERS.job], sampled)
    incident = the_incident(replay(scenario))
    assert incident["dataset_urn"] == ORDERS.writes
    assert incident["failure_signature"] == "UNKNOWN_ENUM:channel:KIOSK"


def test_rule_05_sampled_failures_without_a_summary_are_no_rate() -> None:
    scenario = fleet(slo=DQ)
    run_ids = tonight(scenario)
    _sampled(scenario, run_ids[ORDERS.job], 200)
    assert_healthy(replay(scenario))


def test_rule_05_a_run_whose_verdict_is_fail_breaks_the_objective() -> None:
    scenario = fleet(slo=DQ)
    run_ids = tonight(scenario)
    moment = scenario.at(TONIGHT, "01:34")
    quarantine(
        scenario, moment, ORDERS.writes, run_ids[ORDERS.job], "UNKNOWN_ENUM:channel:KIOSK", "G4_CONTRACT"
    )
    assert the_incident(replay(scenario))["failure_signature"] == "UNKNOWN_ENUM:channel:KIOSK"
