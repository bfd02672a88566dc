"""Contract rules 6 and 7: when a deployment is the cause, and what it is called."""

from typing import Any

import pytest

from tests.scenarios.expecting import assert_cause, cause_of, the_incident
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Scenario, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_runs import Night
from tests.scenarios.scenario_streams import flow, steady

STREAM = "urn:dp:orders:created"
CONTRACT = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
WRONG = Night(partition=YESTERDAY)
SLOW = Night(outcome="silent", minutes=80)
CRASH = Night(
    outcome="fail", minutes=7, reason="java.lang.NullPointerException: Cannot invoke String.length()",
    stack_trace="java.lang.NullPointerException\n\tat com.example.orders.OrderMapper.map(OrderMapper.java)",
)  # fmt: skip
TROUBLES = [
    pytest.param(WRONG, "WRONG_PARTITION", id="wrong partition"),
    pytest.param(SLOW, "JOB_RUNNING_SLOW", id="slow"),
    pytest.param(CRASH, "JOB_FAILED", id="failed"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("trouble", "_kind"), TROUBLES)
def test_rule_06_a_known_deployment_outranks_what_it_caused(trouble: Night, _kind: str, form: Form) -> None:
    scenario = fleet(form)
    scenario.deploy(noon(scenario), "orders-jobs", "2.9.0", previous_version="2.8.4", jobs=[ORDERS.job])
    tonight(scenario, unlike={ORDERS.job: trouble})
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-jobs:2.9.0", label="Deployment")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("trouble", "kind"), TROUBLES)
def test_rule_06_without_a_deployment_the_trouble_itself_is_named(
    trouble: Night, kind: str, form: Form
) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: trouble})
    assert_cause(replay(scenario), kind, ORDERS.job, label="Job")


@pytest.mark.parametrize(("trouble", "kind"), TROUBLES)
def test_rule_06_a_deployment_before_the_last_good_run_is_not_to_blame(trouble: Night, kind: str) -> None:
    scenario = fleet()
    scenario.deploy(noon(scenario, "2026-01-10"), "orders-jobs", "2.9.0", jobs=[ORDERS.job])
    tonight(scenario, unlike={ORDERS.job: trouble})
    assert_cause(replay(scenario), kind, ORDERS.job)


@pytest.mark.parametrize(("trouble", "kind"), TROUBLES)
def test_rule_06_a_deployment_of_something_else_is_not_to_blame(trouble: Night, kind: str) -> None:
    scenario = fleet()
    scenario.deploy(noon(scenario), "stores-jobs", "5.0.1", jobs=["job://spark/stores_build"])
    tonight(scenario, unlike={ORDERS.job: trouble})
    assert_cause(replay(scenario), kind, ORDERS.job)


def test_rule_06_a_known_deployment_outranks_schema_drift() -> None:
    scenario = _stream("v1.1")
    scenario.deploy(scenario.at(TONIGHT, "09:59"), "orders-svc", "v1.1", previous_version="v1.0")
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v1.1", label="Deployment")


def test_rule_06_without_a_deployment_it_is_schema_drift() -> None:
    assert_cause(replay(_stream("v1.0")), "SCHEMA_DRIFT", "orders-svc", label="Producer")


def test_rule_06_a_deployment_of_another_producer_does_not_outrank_schema_drift() -> None:
    scenario = _stream("v1.0")
    scenario.deploy(scenario.at(TONIGHT, "09:59"), "billing-svc", "v9", previous_version="v8")
    assert_cause(replay(scenario), "SCHEMA_DRIFT", "orders-svc", label="Producer")


def test_rule_07_a_version_seen_only_in_evidence_may_be_a_deployment_or_drift() -> None:
    incident = the_incident(replay(_stream("v1.1")))
    assert cause_of(incident) in {
        ("DEPLOYMENT", "Deployment", "orders-svc:v1.1"),
        ("SCHEMA_DRIFT", "Producer", "orders-svc"),
    }


@pytest.mark.parametrize("form", FORMS)
def test_rule_07_a_job_deployed_under_its_urn_keeps_that_name(form: Form) -> None:
    scenario = fleet(form)
    scenario.deploy(noon(scenario), ORDERS.job, "2.9.0", previous_version="2.8.4")
    tonight(scenario, unlike={ORDERS.job: WRONG})
    assert_cause(replay(scenario), "DEPLOYMENT", f"{ORDERS.job}:2.9.0", label="Deployment")


@pytest.mark.parametrize("form", FORMS)
def test_rule_07_a_code_version_that_changes_between_runs_is_a_deployment(form: Form) -> None:
    scenario = fleet(form)
    tonight(scenario, unlike={ORDERS.job: Night(partition=YESTERDAY, code_ref="sha-77e01bc")})
    incident = assert_cause(replay(scenario), "DEPLOYMENT", label="Deployment")
    assert incident["rca"]["root_cause"]["entity"]["key"].endswith(":sha-77e01bc")


@pytest.mark.parametrize("verb", ["deployed", "upgraded", "rolledback"])
def test_rule_07_a_cdevent_names_the_service_by_subject_and_the_version_by_purl(verb: str) -> None:
    scenario = _stream("v1.1")
    moment = scenario.at(TONIGHT, "09:59")
    scenario.emit(moment, "deployment", _cdevent(verb, moment))
    assert_cause(replay(scenario), "DEPLOYMENT", "orders-svc:v1.1", label="Deployment")


def test_rule_07_a_cdevent_of_another_service_is_not_the_cause() -> None:
    scenario = _stream("v1.0")
    moment = scenario.at(TONIGHT, "09:59")
    event = _cdevent("deployed", moment)
    event["data"]["subject"]["id"] = "billing-svc"
    scenario.emit(moment, "deployment", event)
    assert_cause(replay(scenario), "SCHEMA_DRIFT", "orders-svc")


def _stream(version: str) -> Scenario:
    """Healthy under v1.0 for an hour, then most records miss a field, sent by ``version``."""
    scenario = Scenario("UTC")
    scenario.dataset(scenario.at(TONIGHT, "00:00"), STREAM, service="orders-svc", slo=CONTRACT)
    start, end = scenario.at(TONIGHT, "10:00"), scenario.at(TONIGHT, "10:05")
    steady(scenario, STREAM, start)
    flow(scenario, STREAM, start, end, count=100, bad=90, service="orders-svc", version=version)
    return scenario.ticks(end, scenario.at(TONIGHT, "10:10"), minutes=1)


def _cdevent(verb: str, moment: Any) -> dict[str, Any]:
    kind = f"dev.cdevents.service.{verb}.0.2.0"
    subject = {
        "id": "orders-svc", "source": "/cluster/prod", "type": "service",
        "content": {
            "environment": {"id": "production"},
            "artifactId": "pkg:oci/orders-svc@v1.1?repository_url=registry.example.com/orders",
        },
    }  # fmt: skip
    context = {
        "version": "0.4.1", "id": "271069a8-fc18-44f1-b38f-9d70a1695819", "source": "/ci/argo",
        "type": kind, "timestamp": rfc3339(moment),
    }  # fmt: skip
    return {
        "specversion": "1.0", "id": context["id"], "source": "/ci/argo", "type": kind,
        "time": rfc3339(moment), "datacontenttype": "application/json",
        "data": {"context": context, "subject": subject},
    }  # fmt: skip
