"""A deployment is found by whatever it names: the job, what starts it, its table, its service."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.expecting import assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Scenario, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, fleet, noon, tonight
from tests.scenarios.scenario_runs import Night

CRASH = Night(
    outcome="fail", minutes=7, reason="java.lang.NullPointerException: Cannot invoke String.length()"
)


@pytest.mark.parametrize("named", [{"jobs": [ORDERS.job]}, {"datasets": [ORDERS.writes]}])
def test_a_deployment_is_found_by_job_or_table(named: dict[str, Any]) -> None:
    scenario = fleet("openlineage")
    scenario.deploy(noon(scenario), "orders-release", "2.9.0", **named)
    tonight(scenario, unlike={ORDERS.job: CRASH})
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-release:2.9.0")


def test_records_may_name_the_job_that_failed_them_by_its_bare_name() -> None:
    scenario = Scenario("UTC")
    table, job = "ds://curated/orders", "job://spark/orders_build"
    scenario.dataset(scenario.at(TONIGHT, "00:00"), table, job=job, slo={"dq": {"compliance_rate": 0.99}})
    for hour in range(1, 6):
        when = scenario.at(TONIGHT, f"{hour:02d}:00")
        _verdict(scenario, when, table, job, "PASS" if hour < 5 else "FAIL")
    scenario.deploy(scenario.at(TONIGHT, "04:30"), "orders-release", "2.9.0", datasets=[table])
    scenario.tick(scenario.at(TONIGHT, "05:30"))
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-release:2.9.0")


def _verdict(scenario: Scenario, when: Any, table: str, job: str, result: str) -> None:
    run_id = f"run-{rfc3339(when)}"
    run: dict[str, Any] = {"producer_urn": job, "run_id": run_id, "output_datasets": [table]}
    start = {"event_type": "JobRunStarted", "event_time": rfc3339(when - timedelta(minutes=9))}
    scenario.emit(when - timedelta(minutes=9), "job_event", run | start)
    failed = {"failed_gates": ["CONTRACT"], "reason_codes": ["NULL_VALUE:total"]} if result == "FAIL" else {}
    scenario.emit(when, "evidence", {
        "evidence_id": scenario.next_evidence_id(), "timestamp": rfc3339(when), "dataset_urn": table,
        "producer": {"id": job.rpartition("/")[2], "confidence": "HIGH", "run_id": run_id},
        "validation": {"result": result, "gates": [{"gate": "CONTRACT", "result": result}], **failed},
        "source": {}, "lineage": {"job_urn": job},
    })  # fmt: skip
    end = {"event_type": "JobRunCompleted", "event_time": rfc3339(when)}
    scenario.emit(when + timedelta(seconds=1), "job_event", run | end)
