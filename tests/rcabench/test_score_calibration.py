"""Calibration error: its bounds, and what a perfect and a boastful engine get."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rcabench.calibration import (
    Judged,
    Pair,
    Precision,
    by_level,
    by_mass,
    calibration_error,
    chance_error,
    exported,
    precision_at,
    reliability,
)

JUDGED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200)


def pair(score: float, level: str, right: bool) -> Pair:
    return Pair(
        "c", 7, "late_data", "slow_source", "JOB_FAILED", "job://a", score, level, {"link": 1.0}, right
    )


@given(JUDGED)
def test_the_error_lies_between_nothing_and_one(judged: list[Judged]) -> None:
    for curve in (reliability(judged), by_mass(judged)):
        error = calibration_error(curve)
        assert error is not None
        assert 0 <= error <= 1
        assert sum(each.count for each in curve) == len(judged)


@given(JUDGED, st.randoms())
def test_the_order_of_answers_does_not_matter(judged: list[Judged], chance: random.Random) -> None:
    mixed = list(judged)
    chance.shuffle(mixed)
    assert calibration_error(reliability(mixed)) == pytest.approx(calibration_error(reliability(judged)))


@given(JUDGED)
def test_the_error_is_at_least_that_of_all_answers_together(judged: list[Judged]) -> None:
    error = calibration_error(reliability(judged))
    overall = abs(sum(score - right for score, right in judged)) / len(judged)
    assert error is not None
    assert error >= overall - 1e-9


@given(JUDGED)
def test_the_curve_is_monotone_in_what_is_said(judged: list[Judged]) -> None:
    for curve in (reliability(judged), by_mass(judged)):
        assert [each.said for each in curve] == sorted(each.said for each in curve)
        assert all(each.low - 1e-9 <= each.said <= each.high + 1e-9 for each in curve)


def test_who_is_right_as_often_as_said_has_almost_no_error() -> None:
    chance = random.Random(1)
    scores = [chance.random() for _ in range(20_000)]
    error = calibration_error(reliability((score, chance.random() < score) for score in scores))
    assert error is not None
    assert error < 0.015


def test_exactly_calibrated_answers_have_no_error() -> None:
    judged = [(0.75, True)] * 3 + [(0.75, False)] + [(1.0, True)] * 5 + [(0.0, False)] * 5
    assert calibration_error(reliability(judged)) == pytest.approx(0)


def test_who_is_always_sure_and_half_right_is_half_wrong() -> None:
    assert calibration_error(reliability([(1.0, True), (1.0, False)])) == pytest.approx(0.5)


def test_nothing_said_has_no_error_to_speak_of() -> None:
    assert calibration_error(reliability([])) is None
    assert precision_at([], 0.9).share is None


def test_precision_counts_only_answers_that_are_so_sure() -> None:
    found = precision_at([(0.95, True), (0.9, False), (0.89, False)], 0.9)
    assert (found.count, found.right, found.share) == (2, 1, 0.5)


def test_equal_scores_stay_together_whatever_order_they_came_in() -> None:
    judged = [(0.9, True)] * 8 + [(0.9, False)] * 8 + [(0.5, True), (0.5, False)]
    curve = by_mass(judged)
    assert [(each.count, each.right) for each in curve] == [(2, 0.5), (16, 0.5)]
    assert curve == by_mass(judged[::-1])


def test_few_answers_prove_little() -> None:
    few, many = Precision(10, 10).at_least, Precision(1000, 1000).at_least
    assert few is not None
    assert many is not None
    assert 0.6 < few < 0.8 < 0.99 < many < 1
    assert Precision(0, 0).at_least is None


@given(st.integers(1, 400), st.data())
def test_what_a_share_is_at_least_is_below_it(count: int, data: st.DataObject) -> None:
    found = Precision(count, data.draw(st.integers(0, count)))
    assert found.share is not None
    assert found.at_least is not None
    assert -1e-9 <= found.at_least <= found.share + 1e-9


def test_a_perfect_engine_shows_the_error_that_chance_makes() -> None:
    chance = random.Random(2)
    errors, expected = [], []
    for _ in range(200):
        curve = reliability((score, chance.random() < score) for score in [0.85] * 60 + [0.95] * 40)
        errors.append(calibration_error(curve) or 0)
        expected.append(chance_error(curve) or 0)
    assert sum(errors) / 200 == pytest.approx(sum(expected) / 200, rel=0.15)
    assert chance_error([]) is None


def test_levels_come_surest_first_and_only_where_used() -> None:
    levels = by_level([pair(0.3, "LOW", False), pair(0.9, "HIGH", True), pair(0.2, "LOW", True)])
    assert list(levels) == ["HIGH", "LOW"]
    assert levels["LOW"].share == 0.5


def test_an_exported_pair_says_whether_it_was_held_out_by_family_or_by_fault() -> None:
    row = exported(pair(0.9, "HIGH", True), frozenset({"late_data"}))
    assert row["held_out"]
    assert row["factors"] == {"link": 1.0}
    assert exported(pair(0.9, "HIGH", True), frozenset({"slow_source"}))["held_out"]
    assert not exported(pair(0.9, "HIGH", True), frozenset())["held_out"]
