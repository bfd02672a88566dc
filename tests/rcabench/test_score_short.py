"""The benchmark's short form: two cases of each family and ten healthy days hold what was reached.

The thresholds lie below what was measured on larger runs, since few cases scatter.
`sf bench rca` is the long form; `docs/benchmark.md` has its figures.
"""

from collections.abc import Sequence
from functools import cache

import pytest

from service.rcabench.baselines import LATEST, NEAREST
from service.rcabench.calibration import precision_at
from service.rcabench.figures import Answered, baseline, conduct, ours
from service.rcabench.fleet import FAMILIES
from service.rcabench.score import CaseScore
from service.rcabench.suite import Ask, asks, scores

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SEED = 9_000
CASES_OF_A_FAMILY = 2
HEALTHY = 10


def share(value: float | None) -> float:
    """A share that must have been measured."""
    assert value is not None
    return value


@cache
def measured() -> Sequence[CaseScore]:
    asked: list[Ask] = []
    for number, family in enumerate(FAMILIES):
        asked += asks(CASES_OF_A_FAMILY, 0, SEED + number * CASES_OF_A_FAMILY, (family,))
    return [each for each in scores([*asked, *asks(0, HEALTHY, SEED)]) if each is not None]


def found() -> Answered:
    return ours(measured())


def test_every_family_is_asked_for() -> None:
    assert {grade.family for each in measured() for grade in each.grades} == set(FAMILIES)


def test_causes_are_right() -> None:
    assert share(found().top1) >= 0.88
    assert share(found().top3) >= 0.90


def test_all_causes_are_named_and_none_is_invented() -> None:
    assert share(found().strict) >= 0.82


def test_ways_from_the_cause_are_exact() -> None:
    assert share(found().path) >= 0.95


@pytest.mark.parametrize("name", [LATEST, NEAREST])
def test_naive_baselines_are_far_behind(name: str) -> None:
    assert share(found().top1) >= share(baseline(measured(), name).top1) + 0.2


def test_healthy_days_stay_quiet() -> None:
    assert conduct(measured())["false_incidents_on_healthy_days"] == 0


def test_incidents_are_neither_merged_nor_lost() -> None:
    told = conduct(measured())
    assert told["wrong_merges"] <= 0.01
    assert told["missed"] + told["merged_away"] <= 0.03


def test_every_citation_resolves() -> None:
    assert [each.dangling for each in measured() if each.dangling] == []


def test_blast_radius_is_about_what_is_hit() -> None:
    told = conduct(measured())
    assert told["radius_precision"] >= 0.9
    assert told["radius_recall"] >= 0.9


def test_a_named_cause_at_high_confidence_is_mostly_right() -> None:
    judged = [pair.judged for each in measured() for pair in each.pairs]
    assert share(precision_at(judged, 0.9).share) >= 0.85


def test_an_explanation_takes_less_than_a_second() -> None:
    assert conduct(measured())["seconds_to_explain"]["p50"] < 1.0
