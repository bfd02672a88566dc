"""What a newcomer types wrongly on the command line, and what he is told."""

from pathlib import Path
from typing import Any

import pytest

from service.cli import main


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> "Typed":
    monkeypatch.setenv("SF_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SF_PORT", "1")
    return Typed(capsys)


class Typed:
    """Runs a command line; what it printed and its exit code."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        said = self._capsys.readouterr()
        return code, said.out, said.err


def test_a_file_that_holds_no_envelope_is_not_passed_over_in_silence(typed: Typed, tmp_path: Path) -> None:
    wrong = tmp_path / "orders.csv"
    wrong.write_text("id,total\n1,2\n", encoding="utf-8")
    code, out, err = typed("replay", str(wrong))
    assert (code, "Rejected: 2 lines" in out) == (0, True)
    assert "2 lines could not be read, and nothing else was there" in err


def test_a_few_unreadable_lines_are_counted_on_standard_error(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text(
        'garbage\n{"time": "2026-01-19t02:00:00z", "kind": "tick", "body": {}}\n', encoding="utf-8"
    )
    assert typed("replay", str(file), "--format", "json")[2] == "sf: 1 line could not be read\n"


def test_doctor_says_that_a_file_is_no_data_directory(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    code, out, _ = typed("doctor", "--data-dir", str(file))
    assert (code, "is not a directory" in out) == (3, True)


def test_a_setting_that_does_not_fit_is_told_without_sending_to_a_command_that_fails_alike(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_PORT", "many")
    code, _, err = typed("doctor")
    assert (code, "port (from environment)" in err, "sf doctor" in err) == (2, True, False)


def test_a_data_set_that_cannot_be_one_is_told_by_every_reading_command(typed: Typed, tmp_path: Path) -> None:
    assert typed("replay", "-h")[0] == 0
    file = tmp_path / "events.ndjson"
    file.write_text('{"time": "2026-01-19T02:00:00Z", "kind": "tick", "body": {}}\n', encoding="utf-8")
    data = ("--data-dir", str(tmp_path / "kept"))
    assert typed("replay", str(file), *data)[0] == 0
    for command in (("incidents", "--dataset", "orders"), ("blast", "orders")):
        code, _, err = typed(*command, *data)
        assert (code, "no scheme such as ds://" in err) == (2, True)


def test_a_key_that_the_server_does_not_know_is_told_where_to_set_one(
    typed: Typed, live: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_API_KEY", "sf_wrong")
    code, out, err = typed("incidents", "--port", live.url.rpartition(":")[2])
    assert (code, out) == (2, "")
    assert "Set SF_API_KEY" in err


def test_a_data_directory_that_cannot_be_made_is_told_with_what_to_do(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    code, _, err = typed("serve", "--port", "0", "--data-dir", str(file))
    assert (code, "Give another --data-dir" in err) == (3, True)
