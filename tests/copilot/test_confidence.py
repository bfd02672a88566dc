"""Confidence: factors that add up, doubts that only lower it, and an order that it never contradicts."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.confidence import HIGH, MEDIUM, assess, behind, evidence_of, level, shown
from copilot.doubts import basis, completeness, evidence, rivals
from copilot.precedents import MOST, Precedent, Table, nesting, shipped, table_of
from copilot.suspects import ABSTAIN, WEIGHTS, Suspect
from copilot.world import World
from graph.model import Subgraph
from service.replay import replay_lines

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
NOWHERE = World(Subgraph({}, (), {}), NOW)
TRACKS = ("freshness", "contract", "quality", "volume", "gates", "heartbeats:a")
SHARE = st.floats(0, 1)
KINDS = ("DEPLOYMENT", "JOB_FAILED", "JOB_NOT_TRIGGERED", "SOURCE_DATA_ANOMALY", "UPSTREAM_DATA_LATE")


def suspect(key: str = "a:1", kind: str = "DEPLOYMENT", standing: float = 1.0, **values: float) -> Suspect:
    told = values or {"timing": 0.9, "link": 1.0, "completeness": 1.0}
    factors = {name: (value, f"{name} was seen") for name, value in told.items()}
    return Suspect(kind, "Job", key, NOW, ("ds://a/b",), key, standing=standing, factors=factors)


SUSPECTS = st.builds(
    lambda key, kind, standing, values: suspect(key, kind, standing, **values),
    st.sampled_from("abcdef"), st.sampled_from(KINDS), SHARE,
    st.dictionaries(st.sampled_from(sorted(WEIGHTS)), SHARE, min_size=2),
)  # fmt: skip


def ranked(suspects: list[Suspect]) -> list[Suspect]:
    return sorted(suspects, key=lambda each: (-each.score, each.identity))


@given(st.lists(SUSPECTS, min_size=1, max_size=6), st.sampled_from(TRACKS))
def test_factors_add_up_to_the_score_and_weights_to_what_is_certain_at_most(
    suspects: list[Suspect], track: str
) -> None:
    found = assess(ranked(suspects), NOWHERE, track)
    document = found.document()
    assert sum(each["value"] * each["weight"] for each in document["factors"]) == pytest.approx(
        document["score"], abs=1e-4
    )
    assert sum(each["weight"] for each in document["factors"]) == pytest.approx(MOST, abs=1e-3)
    assert all(0 <= each[name] <= 1 for each in document["factors"] for name in ("value", "weight"))
    assert document["level"] == level(document["score"])


@given(SUSPECTS, st.sampled_from(sorted(WEIGHTS)), SHARE)
def test_more_evidence_of_a_kind_never_lowers_its_confidence(best: Suspect, name: str, more: float) -> None:
    old, reason = best.factors.get(name, (0.0, ""))
    weaker = replace(best, factors=best.factors | {name: (min(old, more), reason)})
    stronger = replace(best, factors=best.factors | {name: (max(old, more), reason)})
    scores = [assess([each], NOWHERE, "freshness").score for each in (weaker, stronger)]
    assert scores[0] <= scores[1] + 1e-4


@given(SUSPECTS, SUSPECTS)
def test_a_rival_never_raises_confidence(best: Suspect, other: Suspect) -> None:
    first, second = ranked([best, replace(other, key="rival")])
    alone, beside = (assess(each, NOWHERE, "quality").score for each in ([first], [first, second]))
    assert beside <= alone


def test_a_rival_as_strong_leaves_nothing_and_what_was_explained_away_is_no_rival() -> None:
    best, waited = suspect("a:1"), suspect("job://b", "JOB_FAILED").ruled_out(0.5, "a deployment explains it")
    assert rivals(best, [best, waited], NOWHERE)[0] == 1.0
    assert rivals(best, [best, waited, suspect("a:2")], NOWHERE)[0] == 0.0
    cleared = suspect("a:2").ruled_out(0.2, "the data was good after it")
    assert 0 < rivals(best, [best, cleared], NOWHERE)[0] < 1


@given(SUSPECTS)
def test_the_evidence_is_the_weighted_mean_that_ranks(best: Suspect) -> None:
    told = evidence(best)
    assert "completeness" not in told
    assert sum(part for _, part, _ in told.values()) == pytest.approx(1.0)
    whole = sum(value * part for value, part, _ in told.values())
    assert min(whole, 0.99) == pytest.approx(best.score, abs=1e-4)
    values = {name: value for name, (value, _, _) in told.items()}
    assert evidence_of(values) == pytest.approx(whole)


@given(st.lists(SUSPECTS, min_size=1, max_size=8), SHARE)
def test_scores_never_contradict_the_order_and_share_one_probability(
    suspects: list[Suspect], first: float
) -> None:
    scores = shown(ranked(suspects), first)
    assert scores[0] == first
    assert scores == sorted(scores, reverse=True) or max(scores[1:]) - first <= 1e-4
    assert sum(scores) <= max(1.0, first) + 1e-3


@given(st.floats(0.01, 0.99), st.lists(SHARE, max_size=6))
def test_a_stronger_candidate_is_never_shown_below_a_weaker(first: float, ratios: list[float]) -> None:
    in_order = sorted(ratios, reverse=True)
    scores = behind(first, in_order)
    assert scores == sorted(scores, reverse=True)


def test_levels_have_fixed_meanings() -> None:
    assert [level(score) for score in (0.99, HIGH, 0.8999, MEDIUM, 0.6666, ABSTAIN, 0.0)] == [
        "HIGH", "HIGH", "MEDIUM", "MEDIUM", "LOW", "LOW", "LOW",
    ]  # fmt: skip


def test_the_shipped_table_is_whole() -> None:
    table = shipped()
    assert sum(table.weights.values()) == pytest.approx(MOST, abs=1e-3)
    assert all(weight > 0 for weight in table.weights.values())
    assert all(0 <= each.value <= 1 and each.right <= each.answers for each in table.precedents.values())
    assert table_of(table.document()) == table


def test_an_unheard_of_sort_of_answer_is_judged_by_the_next_wider() -> None:
    known = Precedent(0.5, 5, 10)
    table = Table("t", shipped().weights, {"": known, "JOB_FAILED": known})
    assert table.nearest("JOB_FAILED/freshness/here") == "JOB_FAILED"
    assert table.nearest("COMET/freshness/here") == ""
    assert nesting("a/b/c") == ["a/b/c", "a/b", "a", ""]
    low = Table("t", table.weights, {"": Precedent(0.1, 1, 10)})
    best = suspect()
    assert assess([best], NOWHERE, "quality", low).score < assess([best], NOWHERE, "quality", table).score


def test_a_start_that_came_late_is_another_sort_of_answer_than_none() -> None:
    missed = suspect("job://a", "JOB_NOT_TRIGGERED")
    late = replace(missed, run_id="run-1")
    assert basis(missed, "freshness", NOWHERE) == "JOB_NOT_TRIGGERED/freshness/never started"
    assert basis(late, "freshness", NOWHERE) == "JOB_NOT_TRIGGERED/freshness/started late"
    assert basis(suspect(), "heartbeats:run-7", NOWHERE) == "DEPLOYMENT/heartbeats/here"


def test_what_is_not_in_the_graph_is_named_and_lowers_completeness() -> None:
    value, reason = completeness(suspect(), NOWHERE)
    assert value < 0.5
    assert "arrivals at ds://a/b" in reason
    cut = World(Subgraph({}, (), {}, is_partial=True), NOW)
    assert completeness(suspect(), cut)[0] < value


def _recorded(slug: str) -> list[dict[str, Any]]:
    text = (FIXTURES / slug / "events.ndjson").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _replayed(events: list[dict[str, Any]]) -> dict[str, Any]:
    (incident,) = replay_lines([json.dumps(each) for each in events])["incidents"]
    confidence: dict[str, Any] = incident["rca"]["confidence"]
    return confidence


@pytest.mark.parametrize("slug", ["001-contract-break", "002-batch-schema-drift"])
def test_the_clear_incidents_of_the_specification_are_high(slug: str) -> None:
    assert _replayed(_recorded(slug))["level"] == "HIGH"


def test_an_owner_that_nobody_registered_costs_confidence() -> None:
    events = _recorded("001-contract-break")
    for each in events:
        if each["kind"] == "dataset":
            each["body"].pop("owner_team", None)
    known, unknown = _replayed(_recorded("001-contract-break")), _replayed(events)
    assert unknown["score"] < known["score"]
    told = {each["name"]: each["reason"] for each in unknown["factors"]}
    assert "an owner of" in told["completeness"]
