"""Fitting confidence to labelled answers: it finds planted risks, and rests on no handful of cases."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.precedents import MOST, table_of
from copilot.suspects import ABSTAIN
from service.rcabench import fit
from service.rcabench.additive import COSTS, Labelled, fitted
from service.rcabench.calibration import calibration_error, reliability
from service.rcabench.fit import judged, main, said, split

SURE, SHAKY = "JOB_FAILED/freshness/here", "WRONG_PARTITION/freshness/here"
NO_DOUBT: Mapping[str, float] = dict.fromkeys(COSTS, 0.0)


def _labelled(basis: str, doubt: float, right: bool) -> Labelled:
    return Labelled(basis, dict.fromkeys(COSTS, doubt), right)


LABELLED = st.lists(
    st.builds(
        _labelled,
        st.sampled_from([SURE, SHAKY, "DEPLOYMENT/contract/here"]), st.floats(0, 1), st.booleans(),
    ),
    max_size=40,
)  # fmt: skip


def answers(basis: str, right: int, wrong: int, **doubts: float) -> list[Labelled]:
    told = {**NO_DOUBT, **doubts}
    return [Labelled(basis, told, True)] * right + [Labelled(basis, told, False)] * wrong


def row(seed: int, score: float, right: bool, basis: str = SURE, held_out: bool = False) -> dict[str, Any]:
    factors = {"precedent": 0.9, "link": 1.0, "timing": 1.0, "rivals": 1.0, "completeness": 1.0}
    return {
        "seed": seed, "score": score, "right": right, "basis": basis, "held_out": held_out,
        "case_id": f"case-{seed}", "factors": factors, "family": f"f{seed % 3}",
    }  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(LABELLED)
def test_a_table_is_one_whatever_it_was_taught(taught: list[Labelled]) -> None:
    table = fitted(taught, "t")
    assert sum(table.weights.values()) == pytest.approx(MOST, abs=1e-3)
    assert all(weight > 0 for weight in table.weights.values())
    assert all(0 <= each.value <= 1 for each in table.precedents.values())
    assert all(0 <= said(table, each) <= MOST + 1e-3 for each in taught)


@settings(max_examples=10, deadline=None)
@given(LABELLED, st.randoms())
def test_the_order_of_answers_teaches_nothing(taught: list[Labelled], chance: random.Random) -> None:
    mixed = chance.sample(taught, len(taught))
    one, other = fitted(taught, "t"), fitted(mixed, "t")
    assert one.weights == pytest.approx(other.weights, abs=2e-4)
    assert {name: each.value for name, each in one.precedents.items()} == pytest.approx(
        {name: each.value for name, each in other.precedents.items()}, abs=2e-3
    )


def test_planted_risks_are_found() -> None:
    chance = random.Random(4)
    taught: list[Labelled] = []
    for _ in range(4_000):
        basis, rival = chance.choice([(SURE, 0.03), (SHAKY, 0.25)]), chance.choice([0.0, 0.8])
        risk = 0.01 + basis[1] + 0.2 * rival
        taught.append(Labelled(basis[0], {**NO_DOUBT, "rivals": rival}, chance.random() > risk))
    table = fitted(taught, "t")
    assert table.weights["rivals"] == pytest.approx(0.2, abs=0.05)
    calm = {basis: said(table, Labelled(basis, NO_DOUBT, True)) for basis in (SURE, SHAKY)}
    assert calm[SURE] == pytest.approx(0.96, abs=0.02)
    assert calm[SHAKY] == pytest.approx(0.74, abs=0.03)
    error = calibration_error(reliability((said(table, each), each.right) for each in taught))
    assert error is not None
    assert error < 0.02


def test_a_sort_that_is_rare_borrows_from_the_wider_one() -> None:
    common = answers("JOB_FAILED/freshness/here", 95, 5)
    rare = answers("JOB_FAILED/freshness/further up", 0, 2)
    table = fitted([*common, *rare], "t")
    told = said(table, rare[0])
    assert 0.6 < told < said(table, common[0])


def test_a_few_answers_that_were_all_right_do_not_make_it_sure() -> None:
    assert said(fitted(answers(SURE, 5, 0), "t"), answers(SURE, 1, 0)[0]) < 0.97
    assert said(fitted([], "t"), Labelled("", NO_DOUBT, True)) < 0.9


@pytest.mark.parametrize(("right", "wrong"), [(1, 0), (5, 0), (30, 3), (10, 4)])
def test_one_more_error_makes_a_sort_less_sure(right: int, wrong: int) -> None:
    before = fitted(answers(SURE, right, wrong), "t")
    after = fitted(answers(SURE, right, wrong + 1), "t")
    asked = answers(SURE, 1, 0)[0]
    assert said(after, asked) < said(before, asked)


def test_a_sort_that_was_always_wrong_is_not_silenced_by_that_alone() -> None:
    table = fitted([*answers(SURE, 200, 0), *answers(SHAKY, 0, 200)], "t")
    assert ABSTAIN < said(table, answers(SHAKY, 0, 1)[0]) < 0.5


def test_a_mistake_made_four_times_in_one_night_weighs_as_one() -> None:
    night = [row(1, 0.9, False)] * 4
    assert [each.weight for each in fit.labelled([*night, row(2, 0.9, True)])] == [0.25] * 4 + [1.0]
    rest = [row(seed, 0.9, True) for seed in range(2, 40)]
    often, once = (fitted(fit.labelled([*wrong, *rest]), "t") for wrong in (night, night[:1]))
    assert often.precedents[SURE].value == pytest.approx(once.precedents[SURE].value, abs=1e-3)
    assert (often.precedents[SURE].right, often.precedents[SURE].answers) == (38, 42)


def test_seeds_are_split_so_that_no_recording_is_on_both_sides() -> None:
    rows = [row(seed, 0.9, True) for seed in (1, 1, 2, 3, 4, 6, 6)]
    learn, rest = split(rows)
    assert {each["seed"] for each in learn} == {1, 2, 4}
    assert [each["seed"] for each in rest] == [3, 6, 6]


def test_the_command_reports_both_parts_and_writes_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(seed, 0.95, seed % 5 != 0, held_out=seed % 7 == 0) for seed in range(90)]
    export, table = tmp_path / "export.jsonl", tmp_path / "table.json"
    export.write_text("".join(f"{json.dumps(each)}\n" for each in rows), encoding="utf-8")
    monkeypatch.setattr(fit, "TABLE", table)
    assert main([str(export)]) == 0
    assert not table.exists()
    assert main([str(export), "--verify", str(export), "--write"]) == 0
    told = capsys.readouterr().out
    assert all(
        part in told for part in ("fitted on", "verified on", "held out", "as fitted", "by the others")
    )
    written = table_of(json.loads(table.read_text(encoding="utf-8")))
    assert written.precedents[""].answers == len(rows)
    assert main([str(export), "--verify", str(export), "--write"]) == 0
    assert table_of(json.loads(table.read_text(encoding="utf-8"))) == written


def test_a_table_says_of_an_exported_answer_what_the_report_would() -> None:
    table = fitted(answers(SURE, 30, 3), "t")
    ((told, right),) = judged(table, [row(1, 0.5, True)])
    value = table.precedents[SURE].value
    assert right
    assert told == pytest.approx(
        value * table.weights["precedent"] + sum(table.weights[name] for name in COSTS)
    )
