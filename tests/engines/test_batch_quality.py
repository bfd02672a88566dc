from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph import facts as graph_facts
from graph.facts import Summarised, Validated
from tests.engines.driving import JOB, TABLE, Driven, commit, on, registered

DQ: dict[str, Any] = {"dq": {"compliance_rate": 0.99}}
ENUM = "UNKNOWN_ENUM:channel:KIOSK"


def _watched() -> Driven:
    return Driven().tell(registered("01 00:00", **DQ))


def _summary(when: str, failed: int, run_id: str = "r", job: str = JOB) -> Summarised:
    causes = ((ENUM, failed, None),) if failed else ()
    return Summarised(on(when), run_id, TABLE, run_id, job, 10_000, 10_000 - failed, failed, causes)


def _test(
    when: str, name: str, passed: bool, run_id: str = "t", job: str = "job://dbt/t", warns: bool = False
):
    return graph_facts.Tested(
        on(when), run_id, TABLE, run_id, job, name, "id", passed, warns, f"CHECK_FAILED:{name}"
    )


def _verdict(when: str, run_id: str = "r", sample: bool = False, **gates: str) -> Validated:
    result = "FAIL" if sample or "FAIL" in gates.values() else "PASS"
    return Validated(
        on(when), f"evd-{run_id}", TABLE, result, (ENUM,) if result == "FAIL" else (), run_id=run_id, job=JOB,
        gates=tuple(gates.items()), is_sample=sample,
    )  # fmt: skip


def test_a_rate_below_the_objective_is_a_warning_and_below_ninety_per_cent_critical():
    driven = _watched().tell(_summary("19 02:00", 200)).tell(_summary("20 02:00", 1_500, "s"))
    assert [each.state for each in driven.of("DQ_BREACH")] == ["WARNING", "CRITICAL"]
    assert driven.of("DQ_BREACH")[0].metrics["compliance_rate"] == 0.98


def test_sampled_failures_make_no_rate():
    driven = _watched()
    for _ in range(50):
        driven.tell(_verdict("19 02:00", sample=True))
    assert driven.until(on("19 03:00")).of("DQ_BREACH") == []


def test_a_failed_gate_of_the_verdict_is_critical_without_any_rate():
    (signal,) = _watched().tell(_verdict("19 02:00", CONTRACT="FAIL", PII="PASS")).of("DQ_BREACH")
    assert (signal.state, signal.details) == ("CRITICAL", {"failed_checks": ["CONTRACT"]})
    assert "compliance_rate" not in signal.metrics


def test_a_failing_test_is_critical_and_one_that_only_warns_is_not():
    assert _watched().tell(_test("19 02:00", "unique", False)).open() == {"quality": "CRITICAL"}
    driven = _watched().tell(_test("19 02:00", "unique", False, warns=True))
    assert driven.until(on("19 03:00")).of("DQ_BREACH") == []


def test_a_spent_error_budget_is_a_warning_only_for_a_failure_that_is_new():
    driven = _watched().tell(_summary("19 02:00", 84)).tell(_summary("20 02:00", 84, "again"))
    driven.until(on("20 03:00"))
    assert [each.state for each in driven.of("DQ_BREACH")] == ["WARNING", "OK"]
    assert _watched().tell(_summary("19 02:00", 79)).until(on("19 03:00")).of("DQ_BREACH") == []


def test_tests_of_one_run_that_are_told_one_by_one_do_not_mend_and_break_the_table_again():
    driven = _watched().tell(_test("19 02:00", "unique", False, "t1"))
    driven.tell(_test("20 02:00", "not_null", True, "t2"), _test("20 02:00", "unique", False, "t2"))
    assert [each.state for each in driven.until(on("20 03:00")).of("DQ_BREACH")][:1] == ["CRITICAL"]
    assert "OK" not in {each.state for each in driven.of("DQ_BREACH")}


def test_a_passing_test_mends_nothing_that_another_job_found():
    driven = _watched().tell(_test("19 02:00", "unique", False, "t1", "job://dbt/test.unique"))
    driven.tell(_test("19 02:01", "not_null", True, "t2", "job://dbt/test.not_null"))
    assert driven.until(on("19 03:00")).open() == {"quality": "CRITICAL"}
    driven.tell(_test("20 02:00", "unique", True, "t3", "job://dbt/test.unique"))
    assert driven.until(on("20 03:00")).open() == {}


def test_the_next_good_run_of_the_same_job_mends_the_table():
    driven = _watched().tell(_summary("19 02:00", 2_000)).tell(_summary("20 02:00", 0, "s"))
    assert driven.until(on("20 03:00")).open() == {}


def test_good_news_of_an_older_run_that_arrives_late_mends_nothing():
    driven = _watched().tell(_summary("20 02:00", 2_000, "s"))
    driven.tell(_summary("19 02:00", 0, "r"), now=on("20 05:00"))
    assert driven.until(on("20 06:00")).open() == {"quality": "CRITICAL"}


def test_the_last_summary_of_a_run_stands_whichever_arrives_first():
    late, early = _summary("19 02:30", 0), _summary("19 02:00", 2_000)
    for facts in ((late, early), (early, late)):
        driven = _watched().tell(*facts, now=on("19 03:00")).until(on("19 03:00"))
        assert driven.engines.states[TABLE].batches["r"].failed == 0


def test_without_an_objective_the_default_breaks_no_promise():
    (signal,) = Driven().tell(_summary("19 02:00", 2_000)).of("DQ_BREACH")
    assert not signal.promise


def test_last_good_is_the_run_before():
    driven = _watched().tell(_summary("18 02:00", 0, "good"), _summary("19 02:00", 2_000, "bad"))
    assert [each.last_good for each in driven.of("DQ_BREACH")] == [on("18 02:00")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), min_size=1, max_size=10),
    st.randoms(use_true_random=False),
)
def test_the_order_of_tests_that_arrive_together_does_not_change_what_is_open(told, random):
    facts = [_test("19 02:00", f"n{name}", passed, f"t{run}") for run, name, passed in told]
    facts = [
        replace(each, at=on("19 02:00") + timedelta(hours=run))
        for each, (run, _, _) in zip(facts, told, strict=True)
    ]
    shuffled = list(facts)
    random.shuffle(shuffled)
    late = on("19 12:00")
    ends = [_watched().tell(*each, now=late).until(late).open() for each in (facts, shuffled)]
    assert ends[0] == ends[1]


def test_what_another_check_found_good_of_the_same_update_was_not_good_before_it():
    driven = _watched()
    driven.tell(commit("18 02:00"), _test("18 02:05", "not_null", True, "t1", "job://dbt/not_null"))
    driven.tell(commit("19 02:00"), _test("19 02:05", "unique", True, "t2", "job://dbt/unique"))
    driven.tell(_test("19 02:06", "not_null", False, "t3", "job://dbt/not_null"))
    assert driven.of("DQ_BREACH")[-1].last_good == on("18 02:05")


def test_a_failed_check_of_a_table_that_promises_no_quality_breaks_no_promise():
    driven = Driven().tell(registered("01 00:00"), _verdict("19 02:00", CONTRACT="FAIL"))
    assert [(each.state, each.promise) for each in driven.of("DQ_BREACH")] == [("CRITICAL", False)]


def test_samples_that_failed_under_another_run_id_are_no_last_good():
    driven = _watched().tell(_verdict("18 02:00", "r1", CONTRACT="PASS"))
    driven.tell(_verdict("19 02:00", "parent", sample=True), _verdict("19 02:02", "r2", CONTRACT="FAIL"))
    assert driven.of("DQ_BREACH")[-1].last_good == on("18 02:00")
