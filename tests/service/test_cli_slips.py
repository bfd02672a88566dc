"""What a newcomer types wrongly on the command line, and what he is told."""

from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from service.replay import replay_lines

BROKEN = Path(__file__).parents[2] / "fixtures" / "001-contract-break" / "events.ndjson"


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


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("kept")
    replay_lines(BROKEN.read_text(encoding="utf-8").splitlines(), data_dir=folder)
    return ("--data-dir", str(folder))


def test_a_data_set_may_be_called_by_a_name_that_fits_it_alone(typed: Typed, kept: tuple[str, str]) -> None:
    by_urn = typed("blast", "urn:delta:prod:sales:orders_silver", *kept)
    assert by_urn[0] == 0
    assert typed("blast", "orders_silver", *kept) == typed("blast", "silver", *kept) == by_urn
    assert typed("blast", "sales:orders_silver", *kept) == by_urn
    assert typed("incidents", "--dataset", "created", "--status", "open", *kept)[0] == 1


@pytest.mark.parametrize("command", [["incidents", "--dataset"], ["blast"]])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("orders", "urn:dp:orders:created"),
        ("nothing_like_it", "no data set has 'nothing_like_it'"),
        ("ds://a/b c", "white space"),
    ],
)
def test_a_name_that_fits_no_data_set_or_several_is_told(
    typed: Typed, kept: tuple[str, str], command: list[str], name: str, words: str
) -> None:
    code, out, err = typed(*command, name, *kept)
    assert (code, out, words in err) == (2, "", True)


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
