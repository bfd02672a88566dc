"""Budgets of false alarms over REST, on the command line, in metrics; and that a reset is not forgotten."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.application import Application
from service.cli.program import run as sf
from service.documents import read_lines
from service.keys import add_key
from service.settings import load_settings
from signal_factory.errors import NotFound

DAY = datetime(2026, 3, 2, tzinfo=UTC)


@contextmanager
def _application(data_dir: Path, **options: Any) -> Generator[Application]:
    opened = Application(load_settings({"data_dir": data_dir, "tick_s": 0.05}, {}).settings, **options)
    try:
        yield opened
    finally:
        opened.close()


def _broken_streams() -> str:
    """Twenty streams that break their contract, an incident each."""
    told: list[dict[str, Any]] = []
    for number in range(20):
        urn = f"urn:dp:budget:stream_{number:02d}"
        slo = {"contract": {"compliance_rate": 0.95}}
        told.append({"time": DAY.isoformat(), "kind": "dataset", "body": {"urn": urn, "tier": 1, "slo": slo}})
        for second in range(30):
            at = (DAY + timedelta(hours=10, seconds=second)).isoformat()
            body = {
                "evidence_id": f"evd-budget{number:02d}x{second:02d}", "timestamp": at, "dataset_urn": urn,
                "validation": {"result": "FAIL", "failed_gates": ["CONTRACT"], "reason_codes": ["NULL_VALUE:a"]},
            }  # fmt: skip
            told.append({"time": at, "kind": "evidence", "body": body})
    told.append({"time": (DAY + timedelta(hours=10, minutes=6)).isoformat(), "kind": "tick", "body": {}})
    return "\n".join(json.dumps(each) for each in told)


def _overspend(app: Application) -> None:
    done = app.ingest(app.sort(read_lines(_broken_streams()), kind=None, source="test"))
    assert app.wait_applied(done.last, 20.0)
    mine = [
        each["incident_id"]
        for each in app.read_model.incidents(limit=100)["items"]
        if each["dataset_urn"].startswith("urn:dp:budget:")
    ]
    assert len(mine) == 20
    for number, incident in enumerate(mine):
        verdict, cause = ("WRONG", "false alarm") if number < 2 else ("CORRECT", None)
        app.feedback(incident, verdict, cause, None, by="tests")


def _of(document: Any, name: str = "CONTRACT_BREACH") -> dict[str, Any]:
    return next(each for each in document["items"] if each["signal_type"] == name)


def test_every_engine_that_opens_incidents_is_listed_also_where_nobody_has_said_anything(tmp_path: Path):
    with _application(tmp_path) as app:
        found = app.budgets()
    assert {each["signal_type"] for each in found["items"]} >= {"VOLUME_ANOMALY", "FRESHNESS_BREACH"}
    assert all(each["demoted_at"] is None and each["answers"] == 0 for each in found["items"])
    assert found["confidence"]["verdicts"] == 0
    with pytest.raises(NotFound), _application(tmp_path) as app:
        app.reset_budget("VOLUME_ANOMALY", "tests")


def test_a_reset_outlives_a_restart_and_a_rebuild_and_may_be_said_twice(tmp_path: Path):
    with _application(tmp_path) as app:
        _overspend(app)
        assert _of(app.budgets())["demoted_at"] is not None
        assert _of(app.reset_budget("CONTRACT_BREACH", "tests"))["demoted_at"] is None
        app.reset_budget("CONTRACT_BREACH", "tests")
    for options in ({}, {"rebuild": True}):
        with _application(tmp_path, **options) as app:
            assert _of(app.budgets()) == {
                "signal_type": "CONTRACT_BREACH", "answers": 0, "false_alarms": 0, "share": 0.0,
                "demoted_at": None,
            }  # fmt: skip


def test_over_rest_readers_see_budgets_and_approvers_reset_them(live: Any):
    _overspend(live.application)
    assert _of(live.client.get("/api/v1/budgets").json())["share"] == 0.1
    assert 'sf_budget_demoted{signal_type="CONTRACT_BREACH"} 1.0' in live.client.get("/metrics").text
    for role, expected in (("reader", 403), ("operator", 403), ("approver", 200)):
        key = add_key(live.data_dir, f"budget-{role}", role, DAY, os.urandom)
        headers = {"Authorization": f"Bearer {key}"}
        reset = f"{live.url}/api/v1/budgets/CONTRACT_BREACH/reset"
        done = httpx.post(reset, headers=headers, trust_env=False)
        assert done.status_code == expected, done.text
    assert 'sf_budget_demoted{signal_type="CONTRACT_BREACH"} 0.0' in live.client.get("/metrics").text
    assert live.client.post("/api/v1/budgets/NO_SUCH/reset").status_code == 404


def test_on_the_command_line_they_are_listed_and_reset_in_the_data_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    with _application(tmp_path) as app:
        _overspend(app)
    monkeypatch.setenv("SF_PORT", "1")
    at = ["--data-dir", str(tmp_path)]
    assert sf(["doctor", "--format", "json", *at]) == 0
    assert set(json.loads(capsys.readouterr().out)["data"]["demoted"]) == {"CONTRACT_BREACH"}
    assert sf(["budget", *at]) == 0
    told = capsys.readouterr()
    assert "2 of 20 answers" in told.out
    assert "of 20 explanations right" in told.err
    assert sf(["budget", "reset", "contract_breach", *at]) == 0
    assert "demoted" not in capsys.readouterr().out
    assert sf(["budget", "--format", "json", *at]) == 0
    assert _of(json.loads(capsys.readouterr().out))["demoted_at"] is None
    assert sf(["budget", "reset", "NO_SUCH", *at]) == 2
