"""``sf bench rca`` as people and programs call it."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.cli.program import run
from service.rcabench import fleet
from service.rcabench.fleet import FAMILIES
from service.rcabench.suite import asks, chosen, scores
from signal_factory.errors import CallerError


def sf(*typed: str) -> int:
    return run(["bench", "rca", *typed])


def outcome(seeds: Sequence[int], processes: int) -> list[object]:
    found = scores([each for seed in seeds for each in asks(1, 0, seed)], processes)
    return [each and (each.case_id, each.grades, each.false, each.pairs, each.baselines) for each in found]


def test_a_program_gets_one_document_with_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert sf("--cases", "2", "--healthy", "1", "--seed", "3", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["cases"], document["healthy"], document["seed"]) == (2, 1, 3)
    assert set(document["methods"]) == {"all", "tuned on", "held out"}
    assert len(document["methods"]["all"]) == 3
    assert {"curve", "error", "precision_at", "levels"} <= set(document["calibration"])
    assert {"false_incidents_on_healthy_days", "wrong_merges", "citations_resolved"} <= set(
        document["conduct"]
    )


def test_people_get_a_table_and_a_file_to_fit_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "pairs.ndjson"
    assert sf("--cases", "2", "--healthy", "0", "--export", str(file)) == 0
    told = capsys.readouterr()
    assert "top-1" in told.out
    assert "latest deployment upstream" in told.out
    assert "2 recordings" in told.err
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert all({"score", "level", "factors", "right", "held_out", "seed"} <= set(row) for row in rows)


@pytest.mark.parametrize(
    "typed",
    [
        ["--cases", "-1"],
        ["--cases", "0", "--healthy", "0"],
        ["--processes", "0"],
        ["--families", "no_such_family"],
        ["--held-out", "perhaps"],
    ],
)
def test_what_cannot_be_run_is_usage(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert sf(*typed) == 2
    assert "hint:" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert sf("--cases", "0", "--healthy", "1", "--export", str(tmp_path / "no" / "where")) == 3
    assert "cannot write" in capsys.readouterr().err


def test_held_out_families_can_be_left_out_or_taken_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, *rest = FAMILIES
    monkeypatch.setattr(fleet, "HELD_OUT", frozenset({kept}))
    assert chosen(None, "with") is None
    assert chosen(None, "only") == (kept,)
    assert chosen(None, "without") == tuple(rest)
    assert chosen([kept], "with") == (kept,)
    with pytest.raises(CallerError):
        chosen([kept], "without")


def test_several_processes_give_what_one_gives_in_the_same_order() -> None:
    assert outcome([5, 3], processes=2) == outcome([5, 3], processes=1)
