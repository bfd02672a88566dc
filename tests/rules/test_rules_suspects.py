"""Contract rules 12, 13 and 14: equal suspects, the blast radius, and what is cited."""

import pytest

from tests.scenarios.citing import unresolved
from tests.scenarios.expecting import assert_cause, the_incident
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, Json, Scenario, freshness
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night, night, run
from tests.scenarios.scenario_streams import flow, steady

STREAM = "urn:dp:orders:created"
CONTRACT: Json = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}


def _two_suspects(producer: str | None) -> Scenario:
    """Two services that write one stream go live in the same second; ``producer`` sends the bad records."""
    scenario = Scenario("UTC")
    scenario.dataset(scenario.at(TONIGHT, "00:00"), STREAM, slo=CONTRACT)
    start, end = scenario.at(TONIGHT, "10:00"), scenario.at(TONIGHT, "10:05")
    steady(scenario, STREAM, start, service=None)
    for service in ("cart-svc", "gift-svc"):
        scenario.deploy(
            scenario.at(TONIGHT, "09:59"), service, "v2", previous_version="v1", datasets=[STREAM]
        )
    flow(scenario, STREAM, start, end, count=100, bad=90, service=producer)
    return scenario.ticks(end, scenario.at(TONIGHT, "10:10"), minutes=1)


def _keys(incident: Json) -> set[str]:
    return {candidate["entity"]["key"] for candidate in incident["rca"]["candidates"]}


def test_rule_12_two_deployments_that_explain_a_stream_equally_are_inconclusive() -> None:
    incident = the_incident(replay(_two_suspects(None)))
    assert incident["rca"]["verdict"] == "INCONCLUSIVE"
    assert incident["rca"]["root_cause"] is None
    assert {"cart-svc:v2", "gift-svc:v2"} <= _keys(incident)
    assert incident["rca"]["next_checks"]


def test_rule_12_records_that_name_their_producer_decide() -> None:
    assert_cause(replay(_two_suspects("gift-svc")), "DEPLOYMENT", "gift-svc:v2", label="Deployment")


@pytest.mark.parametrize("form", FORMS)
def test_rule_12_two_deployments_of_one_job_are_inconclusive(form: Form) -> None:
    scenario = fleet(form)
    for service in ("orders-jobs", "pricing-rules"):
        scenario.deploy(noon(scenario), service, "2.9.0", previous_version="2.8.0", jobs=[ORDERS.job])
    tonight(scenario, unlike={ORDERS.job: Night(partition=YESTERDAY)})
    incident = the_incident(replay(scenario))
    assert incident["rca"]["verdict"] == "INCONCLUSIVE"
    assert {"orders-jobs:2.9.0", "pricing-rules:2.9.0"} <= _keys(incident)


@pytest.mark.parametrize("form", FORMS)
def test_rule_12_one_of_two_deployments_that_came_before_the_last_good_run_is_no_suspect(form: Form) -> None:
    scenario = fleet(form)
    scenario.deploy(noon(scenario, "2026-01-11"), "orders-jobs", "2.9.0", jobs=[ORDERS.job])
    scenario.deploy(noon(scenario), "pricing-rules", "2.9.0", jobs=[ORDERS.job])
    tonight(scenario, unlike={ORDERS.job: Night(partition=YESTERDAY)})
    assert_cause(replay(scenario), "DEPLOYMENT", "pricing-rules:2.9.0")


CHAIN = [
    Batch(
        f"job://spark/step_{letter}", f"ds://chain/{letter}",
        reads=(f"ds://chain/{before}",) if before else (), start=f"00:{10 * number:02d}", minutes=8,
    )
    for number, (before, letter) in enumerate(zip(["", *"abcde"], "abcdef", strict=True))
]  # fmt: skip


def _broken_chain(form: Form, promising: int) -> Scenario:
    """Six tables in a row, one of which promises freshness; the first job fails, the others wait."""
    slo: dict[str, Json] = {batch.writes: {} for batch in CHAIN}
    slo[CHAIN[promising].writes] = freshness("02:00 ET", "10m")
    scenario = fleet(form, CHAIN, slo=slo)
    waiting = {batch.job: Night(outcome="absent") for batch in CHAIN[1:]}
    broken = Night(outcome="fail", minutes=3, reason="java.lang.OutOfMemoryError: Java heap space")
    tonight(scenario, CHAIN, waiting | {CHAIN[0].job: broken})
    return scenario


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("promising", "radius"),
    [
        pytest.param(0, {"ds://chain/b": 1, "ds://chain/c": 2, "ds://chain/d": 3}, id="at the cause"),
        pytest.param(2, {"ds://chain/b": 1, "ds://chain/d": 3}, id="two tables further"),
    ],
)
def test_rule_13_the_radius_starts_at_the_cause_reaches_three_hops_and_leaves_the_incident_out(
    promising: int, radius: dict[str, int], form: Form
) -> None:
    incident = assert_cause(replay(_broken_chain(form, promising)), "JOB_FAILED", CHAIN[0].job)
    assert incident["dataset_urn"] == CHAIN[promising].writes
    found = {entry["urn"]: entry["hops"] for entry in incident["rca"]["blast_radius"]}
    assert found == radius


@pytest.mark.parametrize("form", FORMS)
def test_rule_13_a_descendant_that_nothing_has_hurt_yet_is_at_risk(form: Form) -> None:
    reader = Batch("job://spark/noon_report", "ds://gold/noon", (ORDERS.writes,), start="12:00")
    scenario = fleet(form, [ORDERS, reader], slo={reader.writes: freshness("13:00 ET", "10m")})
    tonight(scenario, [ORDERS], {ORDERS.job: Night(outcome="fail", minutes=5, reason="Permission denied")})
    radius = the_incident(replay(scenario))["rca"]["blast_radius"]
    assert [(entry["urn"], entry["effect"]) for entry in radius] == [(reader.writes, "AT_RISK")]


@pytest.mark.parametrize("form", FORMS)
def test_rule_13_a_descendant_that_missed_its_own_update_is_hurt(form: Form) -> None:
    reader = Batch("job://spark/report", "ds://gold/report", (ORDERS.writes,), start="01:40", minutes=10)
    scenario = fleet(form, [ORDERS, reader])
    broken = {
        ORDERS.job: Night(outcome="fail", minutes=5, reason="Permission denied"),
        reader.job: Night(outcome="absent"),
    }
    tonight(scenario, [ORDERS, reader], broken)
    incident = assert_cause(replay(scenario), "JOB_FAILED", ORDERS.job)
    effects = {entry["urn"]: entry["effect"] for entry in incident["rca"]["blast_radius"]}
    if incident["dataset_urn"] != reader.writes:
        assert effects[reader.writes] in {"STALE", "BLOCKED"}


GATED = Batch(ORDERS.job, ORDERS.writes, gates=BATCH_GATES, heartbeat_minutes=5)
NIGHTS = {
    "wrong": Night(partition=YESTERDAY),
    "slow": Night(outcome="silent", minutes=100),
    "failed": Night(outcome="fail", minutes=5, reason="Permission denied"),
    "absent": Night(outcome="absent"),
    "gap": Night(gates=()),
    "shipped": Night(partition=YESTERDAY, code_ref="sha-77e01bc"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("trouble", NIGHTS)
def test_rule_14_every_citation_names_an_event(trouble: str, form: Form) -> None:
    scenario = fleet(form, [GATED])
    scenario.deploy(noon(scenario, "2026-01-09"), "orders-jobs", "2.8.0", jobs=[ORDERS.job])
    tonight(scenario, [GATED], {GATED.job: NIGHTS[trouble]})
    document = replay(scenario)
    assert the_incident(document)["rca"]["evidence_refs"]
    assert not unresolved(document, scenario.lines())


@pytest.mark.parametrize("form", FORMS)
def test_rule_14_an_event_without_an_id_is_cited_by_its_run_or_deployment(form: Form) -> None:
    scenario = fleet(form)
    scenario.deploy(noon(scenario), "orders-jobs", "2.9.0", jobs=[ORDERS.job])
    run_id = tonight(scenario, unlike={ORDERS.job: Night(partition=YESTERDAY)})[ORDERS.job]
    refs = the_incident(replay(scenario))["rca"]["evidence_refs"]
    assert any(ref.endswith(run_id) for ref in refs)
    assert any(ref.endswith("orders-jobs:2.9.0") for ref in refs)


def test_rule_14_two_nights_of_trouble_are_cited_too() -> None:
    scenario = fleet()
    broken = {ORDERS.job: Night(outcome="fail", minutes=5, reason="Permission denied")}
    tonight(scenario, unlike=broken)
    run(scenario, ORDERS, TONIGHT, Night(start="03:00"))
    night(scenario, [ORDERS], "2026-01-16", {ORDERS.job: Night(outcome="absent")})
    scenario.ticks(scenario.at(TONIGHT, "03:00"), scenario.at("2026-01-16", "02:30"), minutes=30)
    document = replay(scenario)
    assert document["incidents"]
    assert not unresolved(document, scenario.lines())
