"""From the read model and the registrations to what routing looks at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.application import Application
from service.documents import read_lines
from service.routing.config import Routes
from service.routing.directory import Directory
from service.routing.model import Gate
from service.routing.snapshots import ended, open_incidents
from service.settings import load_settings

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 19, 4, 0, tzinfo=UTC)
DAILY = {
    "owner_team": "finance",
    "tier": "TIER_2",
    "slo": {"freshness": {"expected_update_by": "06:00 UTC daily", "grace_period": "30m"}},
}


def directory(registrations: dict[str, dict[str, Any]], **routes: Any) -> Directory:
    return Directory(registrations.get, Routes.model_validate(routes), lambda: NOW)


def test_owner_and_tier_are_as_registered() -> None:
    found = directory({"ds://a/b": DAILY})
    assert (found.get("ds://a/b").team, found.get("ds://a/b").tier) == ("finance", 2)
    assert (found.get("ds://a/unknown").team, found.get("ds://a/unknown").tier) == ("", None)


@pytest.mark.parametrize(
    ("told", "gate"),
    [("G0", Gate.G0), ("G3", Gate.G3), ("G9", Gate.G2), (None, Gate.G2), (["G0"], Gate.G2), ({}, Gate.G2)],
)
def test_a_gate_is_as_registered_or_the_default(told: object, gate: Gate) -> None:
    assert directory({"ds://a/b": {"gate": told}}).get("ds://a/b").gate is gate


def test_the_operator_s_gate_stands_above_the_registration_s() -> None:
    found = directory(
        {"ds://gold/x": {"gate": "G0"}}, gates={"ds://gold/*": "G3", "*": "G1"}, default_gate="G0"
    )
    assert found.get("ds://gold/x").gate is Gate.G3
    assert found.get("ds://raw/x").gate is Gate.G1


def test_a_registration_that_cannot_be_read_names_nobody() -> None:
    found = directory({"ds://a/b": {"slo": "tomorrow", "gate": "G1"}}).get("ds://a/b")
    assert (found.team, found.tier, found.gate) == ("", None, Gate.G1)


def test_what_is_remembered_is_looked_up_again_after_a_minute() -> None:
    now, known = [NOW], {"ds://a/b": {"owner_team": "one"}}
    found = Directory(known.get, Routes(), lambda: now[0])
    assert found.get("ds://a/b").team == "one"
    known["ds://a/b"] = {"owner_team": "two"}
    now[0] += timedelta(seconds=59)
    assert found.get("ds://a/b").team == "one"
    now[0] += timedelta(seconds=1)
    assert found.get("ds://a/b").team == "two"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = Application(
        load_settings({"data_dir": tmp_path_factory.mktemp("data"), "clock": "auto"}, {}).settings
    )
    lines = (ROOT / "fixtures" / "001-contract-break" / "events.ndjson").read_text(encoding="utf-8")
    gold = (
        '{"time": "2024-01-15T08:00:00Z", "kind": "dataset", "body": {"urn": "urn:delta:prod:sales:orders_silver",'
        ' "owner_team": "sales", "tier": 2, "slo": {"freshness": {"expected_update_by": "11:00 UTC daily"}}}}'
    )
    made.ingest(made.sort(read_lines(f"{lines.rstrip()}\n{gold}\n"), kind=None, source="test"))
    assert made.wait_applied(made.log.last_seq, 30)
    yield made
    made.close()


def looked_up(application: Application) -> Directory:
    def registration(urn: str) -> dict[str, Any] | None:
        from signal_factory.errors import NotFound

        try:
            return application.log.told.registration(urn)
        except NotFound:
            return None

    return Directory(registration, Routes(), lambda: NOW)


def test_an_incident_is_seen_with_its_cause_its_owner_and_who_is_at_risk(application: Application) -> None:
    (seen,) = open_incidents(application.read_model, looked_up(application))
    assert (seen.severity, seen.teams, seen.tier, seen.is_open) == ("SEV-1", ("orders",), 1, True)
    assert seen.cause == "orders-svc v3.17 went live 17 seconds before the first failure"
    assert seen.narrative
    (asset,) = seen.at_risk
    assert (asset.team, asset.due) == ("sales", datetime(2024, 1, 15, 11, 0, tzinfo=UTC))


def test_an_incident_that_is_gone_has_become_part_of_the_one_that_tells_of_its_data(
    application: Application,
) -> None:
    (seen,) = open_incidents(application.read_model, looked_up(application))
    gone = ended(replace(seen, incident_id="inc-0"), application.read_model, looked_up(application))
    assert (gone.is_open, gone.successor) == (False, seen.incident_id)
    elsewhere = replace(seen, incident_id="inc-0", dataset="ds://other/data")
    assert ended(elsewhere, application.read_model, looked_up(application)).successor == ""
