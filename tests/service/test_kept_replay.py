"""``sf replay --data-dir``: what is replayed stays, for every other command and for ``sf serve``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.lease import take_directory
from service.replay import replay_lines
from service.settings import load_settings
from service.sources import opened
from signal_factory.errors import BackendUnavailable

BROKEN = Path(__file__).parents[2] / "fixtures" / "001-contract-break" / "events.ndjson"
LINES = BROKEN.read_text(encoding="utf-8").splitlines()
BEFORE = "2024-01-15T09:00:00Z"


def told(document: dict[str, Any]) -> dict[str, Any]:
    counts = {name: document["stats"][name] for name in ("events", "nodes", "edges", "graph_hash")}
    return {**document, "stats": counts}


def test_a_kept_replay_says_what_one_in_memory_says_however_it_was_cut(tmp_path: Path) -> None:
    known = told(replay_lines(LINES))
    assert told(replay_lines(LINES, data_dir=tmp_path / "whole")) == known
    replay_lines(LINES[:900], data_dir=tmp_path / "parts")
    assert told(replay_lines(LINES[900:], data_dir=tmp_path / "parts")) == known
    replay_lines(LINES, until=BEFORE, data_dir=tmp_path / "until")
    assert told(replay_lines(LINES, data_dir=tmp_path / "until")) == known


def test_what_a_data_directory_knows_already_is_a_duplicate(tmp_path: Path) -> None:
    first = replay_lines(LINES, data_dir=tmp_path)
    again = replay_lines(LINES, data_dir=tmp_path)
    assert (first["stats"]["duplicates"], again["stats"]["duplicates"]) == (0, len(LINES))
    assert told(again) == told(first)


def test_other_commands_and_the_server_go_on_from_a_kept_replay(tmp_path: Path, start: Any) -> None:
    (known,) = replay_lines(LINES, data_dir=tmp_path)["incidents"]
    with opened(load_settings({"data_dir": tmp_path}, {})) as source:
        assert source.read_model.incident(known["incident_id"]) == known
        assert not source.note
    served = start(tmp_path).client.get(f"/api/v1/incidents/{known['incident_id']}").json()
    assert served["rca"]["root_cause"] == known["rca"]["root_cause"]


def test_lines_that_cannot_be_read_are_named_and_not_kept(tmp_path: Path) -> None:
    bad = '{"time": "2024-01-15T09:58:02Z", "kind": "evidence", "body": {}}'
    document = replay_lines(["garbage", *LINES[:3], bad], data_dir=tmp_path)
    assert [each["line"] for each in document["rejected"]] == [1, 5]
    assert document["stats"]["events"] == 3


def test_a_data_directory_that_another_process_writes_to_is_left_alone(tmp_path: Path) -> None:
    lease = take_directory(tmp_path, lambda: datetime(2026, 1, 19, tzinfo=UTC))
    with pytest.raises(BackendUnavailable, match="in use"):
        replay_lines(LINES[:2], data_dir=tmp_path)
    lease.release()
    assert not (tmp_path / "events.db").exists()
