"""One case graded: right, wrong, merged, split, missed, invented, and nothing to be known."""

from typing import Any

import pytest

from service.rcabench.score import CaseScore, score_case
from tests.rcabench.score_parts import SHIPPED, case_of, envelope, fault, incident, run_of

A, B, C, D = "ds://x/a", "ds://x/b", "ds://x/c", "ds://x/d"
OTHER = ("JOB_FAILED", "job://spark/other")


def graded(*incidents: dict[str, Any], of: Any) -> CaseScore:
    return score_case(case_of(*of), run_of(*incidents))


def test_the_right_cause_is_right_in_every_sense() -> None:
    score = graded(incident(A), of=[fault(A, paths=((A,),))])
    assert [each.outcome for each in score.grades] == ["right"]
    assert score.grades[0].in_top3
    assert score.grades[0].path_exact
    assert score.strict
    assert (score.false, score.merging, score.splits, score.undue) == ((), 0, 0, 0)


def test_any_of_several_right_answers_is_right() -> None:
    score = graded(incident(A, cause=OTHER), of=[fault(A, answers=(SHIPPED, OTHER))])
    assert score.grades[0].is_right
    assert score.strict


def test_a_right_kind_at_the_wrong_thing_is_wrong() -> None:
    score = graded(incident(A, cause=("DEPLOYMENT", "orders:v1")), of=[fault(A)])
    assert score.grades[0].outcome == "wrong"
    assert not score.strict


def test_a_wrong_cause_with_the_right_one_third_counts_among_the_first_three() -> None:
    ranked = (OTHER, ("DEPLOYMENT", "orders:v1"), SHIPPED)
    third = graded(incident(A, cause=OTHER, candidates=ranked), of=[fault(A)])
    assert (third.grades[0].outcome, third.grades[0].in_top3) == ("wrong", True)
    fourth = graded(incident(A, cause=OTHER, candidates=(OTHER, *ranked)), of=[fault(A)])
    assert not fourth.grades[0].in_top3


def test_a_wrong_answer_has_no_path_to_be_exact() -> None:
    assert graded(incident(A, cause=OTHER), of=[fault(A)]).grades[0].path_exact is None


def test_a_path_through_other_data_sets_is_not_exact() -> None:
    truth = fault(C, paths=((A, B, C), (A, D, C)))
    assert graded(incident(C, path=(A, D, C)), of=[truth]).grades[0].path_exact is True
    assert graded(incident(C, path=(A, C)), of=[truth]).grades[0].path_exact is False
    assert graded(incident(C), of=[truth]).grades[0].path_exact is False


def test_inconclusive_is_right_where_nobody_could_know() -> None:
    score = graded(incident(A, cause=None), of=[fault(A, answers=())])
    assert score.grades[0].is_right
    assert score.grades[0].path_exact is None
    assert score.strict


def test_inconclusive_is_an_abstention_where_the_cause_could_be_known() -> None:
    score = graded(incident(A, cause=None, candidates=(SHIPPED,)), of=[fault(A)])
    assert (score.grades[0].outcome, score.grades[0].in_top3) == ("abstained", True)
    assert not score.strict


def test_a_cause_named_where_nobody_could_know_is_overclaimed() -> None:
    score = graded(incident(A), of=[fault(A, answers=())])
    assert score.grades[0].outcome == "overclaimed"
    assert not score.strict


def test_a_broken_fault_without_incident_is_missed() -> None:
    score = graded(of=[fault(A)])
    assert score.grades[0].outcome == "missed"
    assert not score.strict


def test_a_fault_that_breaks_no_objective_is_due_no_incident() -> None:
    quiet = graded(of=[fault(harmed=(A,))])
    assert quiet.grades == ()
    assert quiet.strict
    loud = graded(incident(A), of=[fault(harmed=(A,))])
    assert (loud.undue, loud.false) == (1, ())


def test_an_incident_about_no_fault_is_false_and_spoils_strict() -> None:
    score = graded(incident(A), incident(D, number=2), of=[fault(A)])
    assert [each.dataset_urn for each in score.false] == [D]
    assert score.grades[0].is_right
    assert not score.strict


def test_while_the_bus_is_out_an_incident_may_say_so_and_no_more() -> None:
    outage = fault(answers=(), name="bus_outage")
    stale = incident(A, cause=None) | {"freshness_of_evidence": "STALE"}
    assert graded(stale, of=[outage]).false == ()
    assert graded(incident(A, cause=None), of=[outage]).false
    assert graded(stale | {"rca": incident(A)["rca"]}, of=[outage]).false
    assert graded(stale, of=[]).false


def test_any_incident_of_a_healthy_day_is_false() -> None:
    score = graded(incident(A, cause=None), of=[])
    assert len(score.false) == 1
    assert score.is_healthy
    assert graded(of=[]).strict


def test_two_faults_in_one_incident_are_merged_and_one_is_lost() -> None:
    other = fault(B, answers=(OTHER,), name="job_crash")
    score = graded(incident(A, B), of=[fault(A), other])
    assert score.merging == 1
    assert sorted(each.outcome for each in score.grades) == ["merged", "right"]
    assert not score.strict


def test_an_incident_that_takes_in_anothers_data_set_merges_though_both_have_one() -> None:
    other = fault(B, C, answers=(OTHER,), name="job_crash")
    score = graded(incident(A, C), incident(B, cause=OTHER, number=2), of=[fault(A), other])
    assert score.merging == 1
    assert [each.outcome for each in score.grades] == ["right", "right"]


def test_a_data_set_that_two_faults_break_merges_nothing_while_each_has_its_incident() -> None:
    other = fault(B, C, answers=(OTHER,), name="job_crash")
    score = graded(incident(A, C), incident(B, cause=OTHER, number=2), of=[fault(A, C), other])
    assert score.merging == 0
    assert score.strict


def test_two_incidents_on_one_data_set_go_to_the_faults_whose_causes_they_name() -> None:
    other = fault(A, answers=(OTHER,), name="job_crash")
    score = graded(incident(A, cause=OTHER), incident(A, number=2), of=[fault(A), other])
    assert [each.outcome for each in score.grades] == ["right", "right"]
    assert score.merging == 0


def test_two_incidents_for_one_fault_are_a_split() -> None:
    score = graded(incident(A), incident(B, number=2), of=[fault(A, B)])
    assert score.splits == 1
    assert score.grades[0].incidents == 2
    assert score.strict


def test_an_incident_that_names_the_one_before_as_what_returned_is_no_split() -> None:
    again = incident(A, number=2) | {"impact": {"recurrence_of": ["inc-1"]}}
    assert graded(incident(A), again, of=[fault(A)]).splits == 0
    other = incident(A, number=2) | {"impact": {"recurrence_of": ["inc-7"]}}
    assert graded(incident(A), other, of=[fault(A)]).splits == 1


def test_a_split_that_also_names_another_cause_invents_one() -> None:
    score = graded(incident(A), incident(B, cause=OTHER, number=2), of=[fault(A, B)])
    assert score.grades[0].is_right
    assert not score.strict


def test_the_incident_about_most_of_what_is_broken_answers_for_a_fault() -> None:
    small, large = incident(A, cause=OTHER), incident(B, C, number=2)
    assert graded(small, large, of=[fault(A, B, C)]).grades[0].answered == SHIPPED


def test_the_blast_radius_is_compared_with_reach_and_harm() -> None:
    truth = fault(A, harmed=(B, C), reachable=(A, B, C, D))
    grade = graded(incident(A, radius=(B, D, "ds://x/far")), of=[truth]).grades[0]
    assert grade.radius_precision == pytest.approx(2 / 3)
    assert grade.radius_recall == pytest.approx(1 / 2)


def test_harm_beyond_three_hops_need_not_be_named_and_is_not_held_against_it() -> None:
    truth = fault(A, harmed=(B, C), reachable=(B,))
    grade = graded(incident(A, radius=(B, C)), of=[truth]).grades[0]
    assert (grade.radius_precision, grade.radius_recall) == (1.0, 1.0)


def test_a_radius_is_not_measured_where_nothing_can_be_compared() -> None:
    grade = graded(incident(A), of=[fault(A)]).grades[0]
    assert (grade.radius_precision, grade.radius_recall) == (None, None)
    unknown = fault(A, answers=(), harmed=(B,), reachable=(B,))
    assert graded(incident(A, cause=None, radius=(B,)), of=[unknown]).grades[0].radius_recall is None


def test_citations_resolve_with_and_without_their_kind() -> None:
    events = (
        envelope("2026-03-01T00:00:00Z", "deployment", service="orders", version="v2", deployed_at="2026-03-01T00:00:00Z"),
        envelope("2026-03-01T00:00:00Z", "job_event", run_id="run-7", producer_urn="job://spark/a"),
    )  # fmt: skip
    refs = ("orders:v2", "deployment:orders:v2", "job_event:run-7", "job://spark/a", "evd-nowhere")
    score = score_case(case_of(fault(A), events=events), run_of(incident(A, refs=refs)))
    assert score.cited == len(refs)
    assert score.dangling == ("evd-nowhere",)


def test_each_named_cause_is_a_pair_to_fit_on_and_an_abstention_is_none() -> None:
    score = graded(
        incident(A), incident(B, cause=None, number=2), incident(D, number=3, score=0.4), of=[fault(A, B)]
    )
    assert [(pair.score, pair.right, pair.fault) for pair in score.pairs] == [
        (0.4, False, ""), (0.9, True, "bad_release"),
    ]  # fmt: skip
    assert score.pairs[1].factors == {"timing": 0.8}
