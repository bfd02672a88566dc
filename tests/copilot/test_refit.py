"""What people say of explanations corrects later confidence: lawfully, slowly, and the order stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.confidence import level
from copilot.precedents import MOST
from copilot.refit import Line, corrected, refitted
from copilot.suspects import ABSTAIN

START = datetime(2026, 3, 2, tzinfo=UTC)
VERDICTS = st.lists(st.tuples(st.floats(ABSTAIN, MOST), st.booleans()), max_size=60)


def said(verdicts: list[tuple[float, bool]]) -> list[dict[str, Any]]:
    return [
        {
            "incident_id": f"inc-{number}", "verdict": "CORRECT" if right else "WRONG", "confidence": score,
            "at": (START + timedelta(minutes=number)).isoformat(),
        }
        for number, (score, right) in enumerate(verdicts)
    ]  # fmt: skip


def incident(score: float = 0.9, *others: float) -> dict[str, Any]:
    weight = 0.99
    cause = {"kind": "JOB_FAILED", "entity": {"label": "Job", "key": "job://a"}, "score": score}
    return {
        "incident_id": "inc-1",
        "rca": {
            "root_cause": cause, "candidates": [cause, *(cause | {"score": each} for each in others)],
            "narrative": f"It broke. Root cause ({level(score)}, {score:.0%}): a failed.",
            "confidence": {
                "score": score, "level": level(score), "basis": "JOB_FAILED/freshness/here",
                "factors": [
                    {"name": "precedent", "value": score / weight, "weight": weight, "reason": "so it was"}
                ],
            },
        },
    }  # fmt: skip


def shown(line: Line, score: float) -> float:
    return float(corrected(incident(score), line)["rca"]["confidence"]["score"])


def test_without_feedback_the_very_same_incident_is_shown() -> None:
    told = incident()
    assert corrected(told, refitted([])) is told


@given(VERDICTS, st.randoms())
def test_the_order_of_verdicts_does_not_matter(verdicts: list[tuple[float, bool]], random: Any) -> None:
    feedback = said(verdicts)
    assert refitted(random.sample(feedback, len(feedback))) == refitted(feedback)


@given(VERDICTS, st.floats(ABSTAIN, MOST), st.floats(ABSTAIN, MOST))
def test_a_line_keeps_the_order_adds_up_and_stays_above_abstention(
    verdicts: list[tuple[float, bool]], one: float, other: float
) -> None:
    line = refitted(said(verdicts))
    assert ABSTAIN <= line.low < line.high <= MOST
    less, more = sorted((one, other))
    assert shown(line, less) <= shown(line, more) + 1e-3
    confidence = corrected(incident(more), line)["rca"]["confidence"]
    total = sum(each["value"] * each["weight"] for each in confidence["factors"])
    assert total == pytest.approx(confidence["score"], abs=1e-3)
    assert sum(each["weight"] for each in confidence["factors"]) == pytest.approx(MOST, abs=1e-3)
    assert ABSTAIN - 1e-3 <= confidence["score"] <= MOST


@given(VERDICTS)
def test_one_more_wrong_never_raises_and_one_more_right_never_lowers(
    verdicts: list[tuple[float, bool]],
) -> None:
    before = shown(refitted(said(verdicts)), 0.95)
    assert shown(refitted(said([*verdicts, (0.95, False)])), 0.95) <= before + 1e-3
    assert shown(refitted(said([*verdicts, (0.95, True)])), 0.95) >= before - 1e-3


def test_many_verdicts_bring_the_confidence_to_what_people_found() -> None:
    half = refitted(said([(0.95, number % 2 == 0) for number in range(400)]))
    assert shown(half, 0.95) == pytest.approx(0.5, abs=0.05)
    better = refitted(said([(0.6, number % 10 != 0) for number in range(400)]))
    assert shown(better, 0.6) == pytest.approx(0.9, abs=0.06)


def test_a_few_verdicts_move_little() -> None:
    assert shown(refitted(said([(0.95, False)] * 2)), 0.95) == pytest.approx(0.95, abs=0.15)


def test_the_last_word_counts_and_what_named_no_cause_does_not() -> None:
    first, last = said([(0.9, False)]), said([(0.9, True)])
    last[0]["at"] = (START + timedelta(hours=1)).isoformat()
    assert refitted([*first, *last]) == refitted(last)
    assert refitted(said([(0.39, False)] * 50)) == Line()


def test_verdicts_are_about_what_the_table_said_and_not_what_was_shown() -> None:
    (told,) = said([(0.7, True)])
    assert refitted([told | {"confidence": 0.5, "fitted_confidence": 0.7}]) == refitted([told])


def test_candidates_level_and_story_follow_the_cause() -> None:
    line = refitted(said([(0.95, False)] * 100))
    rca = corrected(incident(0.92, 0.05, 0.01), line)["rca"]
    score = rca["confidence"]["score"]
    assert rca["root_cause"]["score"] == rca["candidates"][0]["score"] == score
    assert rca["confidence"]["fitted"] == 0.92
    assert rca["confidence"]["level"] == level(score) != "HIGH"
    assert f"Root cause ({level(score)}, {score:.0%}): a failed." in rca["narrative"]
    scores = [each["score"] for each in rca["candidates"]]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.001


def test_an_inconclusive_explanation_stays_as_it_is() -> None:
    told = incident(0.39)
    told["rca"]["root_cause"] = None
    assert corrected(told, Line(0.4, 0.5, 100, 10)) is told
