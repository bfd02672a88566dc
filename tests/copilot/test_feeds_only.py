"""Fleets of which only commits are seen, and who feeds whom is only declared."""

from datetime import timedelta

import pytest

from tests.scenarios.expecting import assert_cause, assert_healthy, cause_of
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import Json, Scenario, day_before, days, freshness
from tests.scenarios.scenario_runs import deliver
from tests.scenarios.scenario_streams import quarantine

VENDOR, CLEAN, JOINED, SERVED = CHAIN = (
    "ds://vendor/rates", "ds://lake/rates", "ds://lake/prices", "ds://serve/prices",
)  # fmt: skip
USUAL: dict[str, str] = dict(zip(CHAIN, ("22:10", "23:00", "23:20", "23:35"), strict=True))
MONDAY = "2026-01-19"
ALL_DAYS = days("2026-01-05", day_before(MONDAY))
WEEKDAYS = [day for day in ALL_DAYS if day not in ("2026-01-10", "2026-01-11", "2026-01-17", "2026-01-18")]
DUE, GRACE = "24:30", 10


def _mesh(over: list[str], tables: tuple[str, ...] = CHAIN, **job: str) -> Scenario:
    """Tables fed in a row, with healthy evenings; the last two are due half an hour after midnight."""
    scenario = Scenario()
    early = scenario.at("2026-01-04", "12:00")
    schedule = "30 0 * * *" if over == ALL_DAYS else "30 0 * * 2-6"
    for urn, below in zip(tables, (*tables[1:], "urn:api:prices"), strict=True):
        promises = urn in (JOINED, SERVED)
        slo: Json = freshness("00:30 ET", f"{GRACE}m", schedule=schedule) if promises else {}
        fields = job if urn == JOINED else {}
        scenario.dataset(early, urn, tier=2 if promises else 3, feeds=[below], slo=slo, **fields)
    for number, day in enumerate(over):
        _evening(scenario, day, {}, number)
    return scenario


def _evening(scenario: Scenario, day: str, unlike: dict[str, str], number: int = 0) -> Scenario:
    for urn, usual in USUAL.items():
        at = unlike.get(urn, usual)
        if at:
            wobble = timedelta(minutes=(number * 7 + len(urn)) % 5 - 2)
            deliver(scenario, scenario.at(day, at) + wobble, urn, day)
    return scenario


def _watched(scenario: Scenario, until: str = "28:00") -> Json:
    scenario.ticks(scenario.at(MONDAY, "20:00"), scenario.at(MONDAY, until))
    return replay(scenario)


LATE = dict(zip(CHAIN, ("25:40", "26:00", "26:20", "26:35"), strict=True))
BARELY = dict(zip(CHAIN, ("23:50", "24:30", "24:50", "25:05"), strict=True))
NEVER = dict.fromkeys(USUAL, "")


@pytest.mark.parametrize("over", [ALL_DAYS, WEEKDAYS])
@pytest.mark.parametrize("evening", [LATE, BARELY, NEVER])
def test_a_source_that_is_late_is_one_incident_however_many_tables_wait_for_it(
    evening: dict[str, str], over: list[str]
) -> None:
    document = _watched(_evening(_mesh(over), MONDAY, evening))
    (incident,) = document["incidents"]
    assert cause_of(incident) == ("UPSTREAM_DATA_LATE", "Dataset", VENDOR)
    assert {JOINED, SERVED} <= set(incident["datasets"])
    assert [step["from"]["key"] for step in incident["rca"]["path"][:3]] == [VENDOR, CLEAN, JOINED]


@pytest.mark.parametrize("over", [ALL_DAYS, WEEKDAYS])
def test_a_table_that_was_not_written_though_what_feeds_it_was_there_is_the_cause(over: list[str]) -> None:
    scenario = _evening(_mesh(over), MONDAY, {VENDOR: "22:14", JOINED: "", SERVED: ""})
    assert_cause(_watched(scenario), "UPSTREAM_DATA_LATE", JOINED)


@pytest.mark.parametrize("over", [ALL_DAYS, WEEKDAYS])
def test_a_source_that_is_a_little_late_breaks_nothing(over: list[str]) -> None:
    assert_healthy(_watched(_evening(_mesh(over), MONDAY, {VENDOR: "22:50"})))


def test_a_job_that_only_a_registration_names_waits_for_what_feeds_its_table() -> None:
    scenario = _evening(_mesh(ALL_DAYS, job="job://cron/join"), MONDAY, NEVER)
    assert_cause(_watched(scenario), "UPSTREAM_DATA_LATE", VENDOR)


def test_tables_that_fail_by_what_they_are_fed_are_one_incident_of_the_first_that_is_wrong() -> None:
    scenario = _mesh(ALL_DAYS)
    early = scenario.at("2026-01-04", "12:01")
    for urn, below in zip(CHAIN[1:], (*CHAIN[2:], "urn:api:prices"), strict=True):
        scenario.dataset(early, urn, tier=2, feeds=[below], slo={"dq": {"compliance_rate": 0.99}})
    _evening(scenario, MONDAY, {})
    for urn in CHAIN[1:]:
        when = scenario.at(MONDAY, USUAL[urn]) + timedelta(minutes=4)
        quarantine(scenario, when, urn, f"check-{when:%H%M}", "NULL_RATE:price", "G4_CONTRACT")
    incident = assert_cause(_watched(scenario), "SOURCE_DATA_ANOMALY", CLEAN)
    assert set(CHAIN[1:]) <= set(incident["datasets"])


def _hours(last: dict[str, int]) -> Json:
    """Two days of hours; in the last one, each table comes so many minutes late, or not at all."""
    scenario, every = Scenario("UTC"), {VENDOR: 15, JOINED: 30, SERVED: 45}
    start = scenario.at("2026-01-13", "00:00")
    slo: Json = {"freshness": {"schedule": "0 * * * *", "grace_period": "10m"}}
    scenario.dataset(start, VENDOR, tier=3, feeds=[JOINED])
    scenario.dataset(start, JOINED, tier=2, feeds=[SERVED], slo=slo)
    scenario.dataset(start, SERVED, tier=1, slo=slo)
    for number in range(48):
        hour = start + timedelta(hours=number)
        for urn, minute in every.items():
            if number < 47 or urn in last:
                late = last[urn] if number == 47 else number * 7 % 3
                deliver(scenario, hour + timedelta(minutes=minute + late), urn, f"{hour:%Y-%m-%dT%H}")
    end = start + timedelta(hours=48)
    return replay(scenario.ticks(end - timedelta(hours=1), end + timedelta(minutes=45)))


@pytest.mark.parametrize(
    ("last", "cause"),
    [
        ({}, VENDOR),
        (dict.fromkeys((VENDOR, JOINED, SERVED), 50), VENDOR),
        ({VENDOR: 1}, JOINED),
        ({VENDOR: 1, JOINED: 2}, SERVED),
    ],
)
def test_an_hour_that_did_not_come_is_seen_back_to_the_first_late_table(
    last: dict[str, int], cause: str
) -> None:
    (incident,) = _hours(last)["incidents"]
    assert cause_of(incident) == ("UPSTREAM_DATA_LATE", "Dataset", cause)
