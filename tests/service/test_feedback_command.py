"""What people say of explanations on the command line, to a server and to the data directory."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from service.replay import replay_lines

BROKEN = Path(__file__).parents[2] / "fixtures" / "001-contract-break" / "events.ndjson"


@pytest.fixture
def incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in [name for name in os.environ if name.startswith("SF_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SF_DATA_DIR", str(tmp_path))
    document = replay_lines(BROKEN.read_text(encoding="utf-8").splitlines(), data_dir=tmp_path)
    return str(document["incidents"][0]["incident_id"])


def test_a_verdict_is_kept_and_counted_among_false_alarms(
    incident: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback", incident, "wrong", "--cause", "none", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["actual_cause"], told["by"]) == ("WRONG", "none", "local")
    assert main(["budget", "--format", "json"]) == 0
    spent = {each["signal_type"]: each for each in json.loads(capsys.readouterr().out)["items"]}
    assert spent["CONTRACT_BREACH"]["false_alarms"] == 1


def test_a_verdict_on_what_is_no_incident_is_told(incident: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feedback", f"{incident}x", "correct"]) == 2
    assert "no incident" in capsys.readouterr().err


def test_a_verdict_may_be_correct_or_wrong_and_nothing_else(
    incident: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback", incident, "perhaps"]) == 2
    assert "CORRECT" in capsys.readouterr().err


def test_a_running_server_is_told(
    incident: str, start: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = start(data_dir=tmp_path)
    port = server.url.rpartition(":")[2]
    said = ("--cause", "orders-svc:v3.17", "--comment", "rolled back")
    assert main(["feedback", incident, "correct", *said, "--port", port]) == 0
    assert f"the explanation of {incident} was correct" in capsys.readouterr().out
    spent = server.client.get("/api/v1/budgets").json()["items"]
    assert sum(each["answers"] for each in spent) == 1
