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


def _verdict(
    scenario: Scenario, when: Any, table: str, job: str, result: str, source: str = "", code: str = ""
) -> None:
    """A run of nine minutes; what it wrote is ``result``, "" where nobody looks."""
    run_id = f"run-{rfc3339(when)}"
    run: dict[str, Any] = {"producer_urn": job, "run_id": run_id, "output_datasets": [table]}
    run |= {"input_datasets": [source]} if source else {}
    run |= {"code_ref": f"git:{code}"} if code else {}
    start = {"event_type": "JobRunStarted", "event_time": rfc3339(when - timedelta(minutes=9))}
    scenario.emit(when - timedelta(minutes=9), "job_event", run | start)
    failed = {"failed_gates": ["CONTRACT"], "reason_codes": ["NULL_VALUE:total"]} if result == "FAIL" else {}
    if result:
        scenario.emit(when, "evidence", {
            "evidence_id": scenario.next_evidence_id(), "timestamp": rfc3339(when), "dataset_urn": table,
            "producer": {"id": job.rpartition("/")[2], "confidence": "HIGH", "run_id": run_id},
            "validation": {"result": result, "gates": [{"gate": "CONTRACT", "result": result}], **failed},
            "source": {}, "lineage": {"job_urn": job},
        })  # fmt: skip
    end = {"event_type": "JobRunCompleted", "event_time": rfc3339(when)}
    scenario.emit(when + timedelta(seconds=1), "job_event", run | end)


@pytest.mark.parametrize(("middle", "kind"), [("unmeasured", "DEPLOYMENT"), ("good", "SOURCE_DATA_ANOMALY")])
def test_a_deployment_above_is_the_cause_where_nobody_measures_what_is_between(
    middle: str, kind: str
) -> None:
    scenario = Scenario("UTC")
    names = [f"ds://shop/{layer}" for layer in ("landed", "joined", "totals")]
    jobs = [f"job://spark/build_{layer}" for layer in ("landed", "joined", "totals")]
    for table, job in zip(names, jobs, strict=True):
        slo = {"dq": {"compliance_rate": 0.99}} if table == names[2] else {}
        scenario.dataset(scenario.at(TONIGHT, "00:00"), table, job=job, slo=slo)
    for hour in range(1, 6):
        for step, (table, job) in enumerate(zip(names, jobs, strict=True)):
            when = scenario.at(TONIGHT, f"{hour:02d}:{15 * step + 10}")
            verdict = "FAIL" if step == 2 and hour == 5 else "PASS" if step == 2 or middle == "good" else ""
            _verdict(scenario, when, table, job, verdict, names[step - 1] if step else "")
    scenario.deploy(scenario.at(TONIGHT, "04:50"), "landing-release", "2.9.0", jobs=[jobs[0]])
    scenario.tick(scenario.at(TONIGHT, "06:00"))
    keys = ("landing-release:2.9.0", names[2])
    assert_cause(replay(scenario), kind, *keys)


def test_code_that_a_job_runs_is_no_second_suspect_beside_its_deployment() -> None:
    scenario = Scenario("UTC")
    table, job = "ds://curated/orders", "job://spark/orders_build"
    scenario.dataset(scenario.at(TONIGHT, "00:00"), table, job=job, slo={"dq": {"compliance_rate": 0.99}})
    for hour in range(1, 6):
        when = scenario.at(TONIGHT, f"{hour:02d}:00")
        _verdict(scenario, when, table, job, "PASS" if hour < 5 else "FAIL", code="a1" if hour < 5 else "b2")
    scenario.deploy(scenario.at(TONIGHT, "04:30"), "orders-release", "2.9.0", datasets=[table])
    scenario.tick(scenario.at(TONIGHT, "05:30"))
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-release:2.9.0")
