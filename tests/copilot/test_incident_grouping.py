"""One cause is one incident: across tests, tables, runs and silent nodes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.episodes import Episode
from copilot.flapping import CALM
from copilot.grouping import SAME_CAUSE, grouped, lead_of
from copilot.settled import Settled
from tests.scenarios.expecting import Json, assert_cause, open_incidents, the_incident
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, day_before, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, fleet, noon, tonight
from tests.scenarios.scenario_runs import BATCH_GATES, Batch, Night, run

SILENT = Batch("job://spark/orders_stage", "ds://staging/orders", (ORDERS.writes,), start="01:40", minutes=5)
MART = Batch("job://spark/orders_mart", "ds://gold/orders", (SILENT.writes,), start="01:46", minutes=5)
OTHER = Batch("job://spark/prices_build", "ds://curated/prices", start="00:40", minutes=15)
ROW = (ORDERS, SILENT, MART)
DENIED = Night(outcome="fail", minutes=5, reason="Permission denied")
ABSENT = Night(outcome="absent")
DQ: Json = {"dq": {"compliance_rate": 0.99}}
START = datetime(2026, 1, 15, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize("form", FORMS)
def test_one_cause_is_one_incident_also_through_a_table_that_raises_no_alert(form: Form) -> None:
    scenario = fleet(form, ROW, slo={SILENT.writes: {}})
    tonight(scenario, ROW, {ORDERS.job: DENIED, SILENT.job: ABSENT, MART.job: ABSENT})
    incident = assert_cause(replay(scenario), "JOB_FAILED", ORDERS.job)
    assert incident["datasets"] == sorted([ORDERS.writes, MART.writes])
    assert incident["dataset_urn"] == ORDERS.writes


@pytest.mark.parametrize("form", FORMS)
def test_two_causes_on_one_night_are_two_incidents(form: Form) -> None:
    scenario = fleet(form, (ORDERS, OTHER))
    tonight(scenario, (ORDERS, OTHER), {ORDERS.job: DENIED, OTHER.job: ABSENT})
    found = {
        each["dataset_urn"]: each["rca"]["root_cause"]["kind"] for each in open_incidents(replay(scenario))
    }
    assert found == {ORDERS.writes: "JOB_FAILED", OTHER.writes: "JOB_NOT_TRIGGERED"}


@pytest.mark.parametrize("form", FORMS)
def test_a_dag_that_was_not_started_is_one_incident_with_all_that_stands_below_it(form: Form) -> None:
    dag = [replace(each, dag="orders_nightly", start="01:00") for each in (ORDERS, OTHER)]
    below = [
        replace(SILENT, reads=(each.writes,), writes=f"{each.writes}_mart", job=f"{each.job}_mart")
        for each in dag
    ]
    scenario = fleet(form, (*dag, *below), slo={each.writes: {} for each in below})
    tonight(scenario, (*dag, *below), {each.job: ABSENT for each in (*dag, *below)})
    incident = assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", ORDERS.job)
    assert incident["datasets"] == sorted(each.writes for each in dag)
    hops = {each["urn"]: each["hops"] for each in incident["rca"]["blast_radius"]}
    assert hops == {OTHER.writes: 0, **{each.writes: 1 for each in below}}


@pytest.mark.parametrize("form", FORMS)
def test_two_tasks_of_one_dag_that_were_not_started_are_no_rivals(form: Form) -> None:
    first, second = (replace(each, dag="orders_nightly", start="01:00") for each in (ORDERS, OTHER))
    both = replace(MART, reads=(first.writes, second.writes))
    scenario = fleet(form, (first, second, both), slo={first.writes: {}, second.writes: {}})
    tonight(scenario, (first, second, both), {each.job: ABSENT for each in (first, second, both)})
    incident = assert_cause(replay(scenario), "JOB_NOT_TRIGGERED", first.job, second.job)
    assert incident["datasets"] == [MART.writes]


@pytest.mark.parametrize("form", FORMS)
def test_two_dags_that_were_not_started_are_two_incidents(form: Form) -> None:
    dags = [replace(ORDERS, dag="orders_nightly"), replace(OTHER, dag="prices_nightly")]
    scenario = fleet(form, dags)
    tonight(scenario, dags, {each.job: ABSENT for each in dags})
    assert len(open_incidents(replay(scenario))) == 2


@pytest.mark.parametrize("form", FORMS)
def test_many_failed_checks_of_many_runs_are_one_incident(form: Form) -> None:
    batch = replace(ORDERS, gates=BATCH_GATES)
    scenario = fleet(form, [batch], slo={batch.writes: DQ})
    bad = Night(gate_results={"G3_SCHEMA": "NULL_RATE:total", "G4_CONTRACT": "NULL_RATE:total"})
    first, second = (tonight(scenario, [batch], {batch.job: bad}, day=day) for day in (TONIGHT, "2026-01-16"))
    incident = the_incident(replay(scenario))
    assert incident["created_at"] < rfc3339(scenario.at(TONIGHT, "02:00"))
    assert {first[batch.job], second[batch.job]} <= set(incident["rca"]["evidence_refs"])


@pytest.mark.parametrize("form", FORMS)
def test_each_data_set_of_an_incident_has_its_own_boundaries(form: Form) -> None:
    scenario = fleet(form, ROW)
    tonight(scenario, ROW, {ORDERS.job: DENIED, SILENT.job: ABSENT, MART.job: ABSENT})
    run(scenario, ORDERS, TONIGHT, Night(start="02:15", minutes=5))
    (incident,) = replay(scenario)["incidents"]
    rows = {each["urn"]: each for each in incident["impact"]["affected"]}
    assert sorted(rows) == incident["datasets"]
    bad, mended = rfc3339(scenario.at(TONIGHT, "02:10")), rfc3339(scenario.at(TONIGHT, "02:20"))
    assert {each["first_bad"] for each in rows.values()} == {bad}
    assert rows[ORDERS.writes]["last_good"].startswith("2026-01-14T06:3")
    assert rows[MART.writes]["last_good"].startswith("2026-01-14T06:5")
    assert (rows[ORDERS.writes]["status"], rows[ORDERS.writes]["resolved_at"]) == ("RESOLVED", mended)
    assert (rows[MART.writes]["status"], "resolved_at" in rows[MART.writes]) == ("OPEN", False)


def test_tables_of_which_nothing_is_known_are_not_one_incident() -> None:
    scenario = fleet()
    for urn in ("ds://lake/a", "ds://lake/b"):
        slo = {"freshness": {"expected_update_by": "01:00 ET daily", "grace_period": "10m"}}
        scenario.dataset(scenario.at("2026-01-10", "12:00"), urn, slo=slo)
    tonight(scenario)
    found = [
        each for each in open_incidents(replay(scenario)) if each["dataset_urn"].startswith("ds://lake/")
    ]
    assert sorted(each["datasets"] for each in found) == [["ds://lake/a"], ["ds://lake/b"]]
    assert {each["rca"]["verdict"] for each in found} == {"INCONCLUSIVE"}


def _settled(cause: str, dataset: str) -> Settled:
    group = ["cause", "JOB_FAILED", "Job", cause] if cause else ["open"]
    return Settled(
        group,
        {"root_cause": {"summary": cause} if cause else None, "path": [], "timeline": []},
        {"name": dataset},
    )


def _told(number: int, dataset: str, cause: str, begins: int, lasts: int) -> tuple[Episode, Settled]:
    opened = START + timedelta(minutes=begins)
    episode = Episode(
        f"ds://x/{dataset}", "contract", "CONTRACT_BREACH", opened, opened, None, "CRITICAL", promise=True,
        resolved_at=opened + timedelta(minutes=lasts), signal_ids=[f"sig-{number}"],
    )  # fmt: skip
    return episode, _settled(cause, dataset)


TOLD = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["", "one", "two"]), st.integers(0, 900), st.integers(1, 90)),
    max_size=12,
)  # fmt: skip


@given(rows=TOLD)
def test_every_episode_is_in_one_incident_and_known_causes_are_never_mixed(
    rows: list[tuple[str, str, int, int]],
) -> None:
    told = sorted(
        (_told(number, *row) for number, row in enumerate(rows)), key=lambda each: each[0].opened_at
    )
    groups = grouped(told)
    assert sorted(id(each[0]) for group in groups for each in group) == sorted(id(each[0]) for each in told)
    for group in groups:
        causes = {tuple(verdict.group) for _, verdict in group if len(verdict.group) > 1}
        assert len(causes) <= 1
        if causes:
            assert len(lead_of(group)[1].group) > 1
        if not causes:
            assert len({episode.dataset for episode, _ in group}) == 1


@pytest.mark.parametrize("causes", [("", "one"), ("one", ""), ("", "")])
def test_a_promise_broken_again_before_it_was_calm_is_the_same_incident(causes: tuple[str, str]) -> None:
    calm = int(CALM / timedelta(minutes=1))
    for gap, count in ((calm, 1), (calm + 1, 1 if causes == ("", "") else 2)):
        told = [_told(0, "a", causes[0], 0, 10), _told(1, "a", causes[1], 10 + gap, 10)]
        assert len(grouped(told)) == count


def test_the_very_same_failure_that_is_back_is_one_incident_and_its_last_cause_stands() -> None:
    (first, one), (second, two) = _told(0, "a", "one", 0, 10), _told(1, "a", "two", 40, 10)
    for names, count in (("MISSING_FIELD:id", 1), ("NULL_VALUE:id", 2)):
        told = [
            (replace(first, signatures=["MISSING_FIELD:id"]), one),
            (replace(second, signatures=[names]), two),
        ]
        groups = grouped(told)
        assert len(groups) == count
        assert lead_of(groups[-1])[1] is two


def test_a_cause_that_is_back_after_three_hours_is_another_incident() -> None:
    hours = int(SAME_CAUSE / timedelta(minutes=1))
    for gap, count in ((hours, 1), (hours + 1, 2)):
        assert len(grouped([_told(0, "a", "one", 0, 10), _told(1, "b", "one", 10 + gap, 10)])) == count


def test_another_promise_of_the_same_table_does_not_flap_with_it() -> None:
    (first, settled), (second, unknown) = _told(0, "a", "one", 0, 10), _told(1, "a", "", 20, 10)
    assert len(grouped([(first, settled), (replace(second, track="freshness"), unknown)])) == 2


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("minutes", "expected"), [((120, 110), 1), ((120, 35, 120), 2)])
def test_a_version_that_breaks_the_next_night_as_well_had_not_gone(
    minutes: tuple[int, ...], expected: int, form: Form
) -> None:
    scenario = fleet(form)
    scenario.deploy(noon(scenario), "orders-build", "v2", jobs=[ORDERS.job])
    for number, each in enumerate(minutes):
        day = day_before(TONIGHT, -number)
        tonight(scenario, unlike={ORDERS.job: Night(minutes=each)}, day=day, until="03:30")
    incidents = replay(scenario)["incidents"]
    assert incidents[-1]["rca"]["root_cause"]["entity"]["key"] == "orders-build:v2"
    assert [each["status"] for each in incidents] == ["RESOLVED"] * expected
