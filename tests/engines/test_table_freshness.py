from hypothesis import given, settings
from hypothesis import strategies as st

from graph.facts import Committed
from tests.engines.driving import JOB, TABLE, Driven, commit, due, on, registered, run


def _watched(by: str = "06:00 UTC daily", grace: str = "30m", **more: str) -> Driven:
    """A table that was in time on three days, with a partition of the day before each."""
    driven = Driven().tell(registered("15 12:00", freshness=due(by, grace, **more)))
    for day in (16, 17, 18):
        driven.tell(run(f"{day} 04:00", "START", f"r{day}"), run(f"{day} 05:00", "COMPLETE", f"r{day}"))
        driven.tell(commit(f"{day} 05:00", f"r{day}", f"2026-01-{day - 1}"))
    return driven


def _reason(driven: Driven, until: str = "19 06:30") -> object:
    (signal,) = driven.until(on(until)).of("FRESHNESS_BREACH")
    return signal.details["reason"]


def test_a_table_in_time_is_silent():
    driven = _watched().tell(commit("19 06:29", "r19", "2026-01-18"))
    assert driven.until(on("19 23:00")).signals == []


def test_the_breach_is_told_when_the_grace_is_over_and_no_sooner():
    driven = _watched()
    assert driven.until(on("19 06:29:59")).signals == []
    (signal,) = driven.until(on("19 06:30")).signals
    assert (signal.first_bad, signal.last_good, signal.promise) == (on("19 06:30"), on("18 05:00"), True)
    assert (signal.state, signal.details["reason"]) == ("CRITICAL", "JOB_NOT_TRIGGERED")


def test_a_failed_run_is_named_with_its_signature():
    driven = _watched().tell(
        run("19 04:00", "START", "r19"), run("19 04:30", "FAIL", "r19", error="OOM:executor")
    )
    driven.until(on("19 06:30"))
    last = driven.of("FRESHNESS_BREACH")[-1]
    assert (last.details["reason"], last.signatures, last.run_ids) == (
        "JOB_FAILED",
        ("OOM:executor",),
        ("r19",),
    )


def test_a_run_that_is_still_going_is_slow_and_only_a_warning():
    driven = _watched().tell(run("19 04:00", "START", "r19"))
    assert _reason(driven) == "JOB_RUNNING_SLOW"
    assert driven.open() == {"freshness": "WARNING"}


def test_a_run_that_started_after_schedule_and_grace_was_not_triggered():
    driven = _watched().tell(run("19 05:30", "START", "r19", scheduled_at=on("19 04:00")))
    assert _reason(driven) == "JOB_NOT_TRIGGERED"


def test_a_commit_of_the_same_partition_again_is_the_wrong_one():
    driven = _watched().tell(run("19 04:00", "START", "r19"), run("19 05:00", "COMPLETE", "r19"))
    assert _reason(driven.tell(commit("19 05:00", "r19", "2026-01-17"))) == "WRONG_PARTITION"


def test_a_run_that_completed_and_committed_nothing_wrote_partially():
    driven = _watched().tell(run("19 04:00", "START", "r19"), run("19 05:00", "COMPLETE", "r19"))
    assert _reason(driven) == "PARTIAL_WRITE"


def test_a_completion_alone_is_no_commit_of_a_writer_that_reports_its_commits():
    driven = _watched().tell(run("19 04:00", "START", "r19"), run("19 05:00", "COMPLETE", "r19"))
    assert _reason(driven.tell(commit("19 05:00", "r19", strength=0))) == "PARTIAL_WRITE"


def _without_statistics() -> Driven:
    driven = Driven().tell(registered("15 12:00", freshness=due("06:00 UTC daily")))
    for day in (16, 17, 18):
        driven.tell(commit(f"{day} 05:00", f"r{day}", strength=1))
    return driven


def test_what_a_failed_run_completed_is_no_commit_whichever_is_told_first():
    sequences = [("FAIL", "COMPLETE"), ("COMPLETE", "FAIL")]
    for states in sequences:
        driven = _without_statistics().tell(run("19 04:00", "START", "r19"))
        for state in states:
            driven.tell(run("19 05:00", state, "r19", error="OOM:executor" if state == "FAIL" else ""))
        driven.tell(commit("19 05:00", "r19", strength=1)).until(on("19 06:30"))
        assert driven.of("FRESHNESS_BREACH")[-1].details["reason"] == "JOB_FAILED"


def test_a_run_that_was_started_again_under_its_id_commits_after_all():
    driven = _without_statistics().tell(run("19 03:00", "START", "r19"), run("19 03:30", "FAIL", "r19"))
    driven.tell(run("19 04:00", "START", "r19"), run("19 05:00", "COMPLETE", "r19"))
    driven.tell(commit("19 05:00", "r19", strength=1)).until(on("19 06:30"))
    assert driven.open() == {}


def test_the_tables_own_commit_outlives_the_failure_of_its_run():
    driven = _watched().tell(run("19 04:00", "START", "r19"), commit("19 05:00", "r19", "2026-01-18"))
    assert driven.tell(run("19 05:10", "FAIL", "r19")).until(on("19 06:30")).open() == {}


def test_a_partition_of_years_to_come_does_not_hold_the_watermark_up():
    driven = _watched().tell(commit("18 12:00", "odd", "2099-01-01"), commit("19 05:00", "r19", "2026-01-18"))
    assert driven.until(on("19 06:30")).open() == {}


def test_a_late_commit_mends_the_breach():
    driven = _watched().until(on("19 06:30")).tell(commit("19 07:00", "r19", "2026-01-18"))
    assert driven.open() == {}
    assert driven.signals[-1].last_good == on("19 07:00")


def test_a_late_commit_is_credited_to_its_own_deadline_only():
    driven = _watched().until(on("19 06:30")).tell(commit("19 07:00", "r19", "2026-01-18"))
    assert driven.until(on("20 06:30")).open() == {"freshness": "CRITICAL"}


def test_a_late_commit_of_the_wrong_partition_mends_nothing():
    driven = _watched().until(on("19 06:30")).tell(commit("19 07:00", "r19", "2026-01-17"))
    assert driven.open() == {"freshness": "CRITICAL"}


def test_news_that_arrives_late_of_a_commit_in_time_mends_the_breach():
    driven = _watched().until(on("19 06:30"))
    driven.tell(commit("19 05:00", "r19", "2026-01-18"), now=on("19 08:00"))
    assert driven.open() == {}


def test_a_lagged_watermark_need_only_advance():
    driven = Driven().tell(registered("15 12:00", freshness=due("06:00 UTC daily")))
    for day in (16, 17, 18, 19):
        driven.tell(commit(f"{day} 05:00", f"r{day}", f"2026-01-{day - 5}"))
    assert driven.until(on("19 23:00")).signals == []


def test_a_new_table_of_which_nothing_was_seen_has_a_day_to_settle_in():
    driven = Driven().tell(registered("19 00:00", freshness=due("06:00 UTC daily")))
    assert driven.until(on("19 23:00")).signals == []
    assert driven.until(on("20 06:30")).open() == {"freshness": "CRITICAL"}


def test_to_register_the_same_again_changes_nothing_even_within_the_grace():
    driven = _watched().tell(registered("19 06:10", freshness=due("06:00 UTC daily")))
    assert driven.until(on("19 06:30")).open() == {"freshness": "CRITICAL"}


def test_a_table_registered_anew_each_day_does_not_settle_in_for_ever():
    driven = Driven()
    for day in (17, 18, 19, 20):
        driven.tell(registered(f"{day} 00:00", freshness=due("06:00 UTC daily")))
    assert driven.until(on("20 07:00")).open() == {"freshness": "CRITICAL"}


def test_a_changed_promise_holds_and_the_old_one_is_gone():
    driven = _watched().tell(registered("19 01:00", freshness=due("09:00 UTC daily")))
    assert driven.until(on("19 09:29")).signals == []
    (signal,) = driven.until(on("19 09:30")).signals
    assert signal.details["expected_by"] == "2026-01-19T09:00:00.000Z"


def test_more_grace_given_within_the_grace_moves_the_deadline_of_today():
    driven = _watched().tell(registered("19 06:10", freshness=due("06:00 UTC daily", "2h")))
    assert driven.until(on("19 07:59")).signals == []
    assert driven.until(on("19 08:00")).open() == {"freshness": "CRITICAL"}


def test_a_later_promise_made_after_the_table_was_written_asks_for_nothing_twice():
    driven = _watched().tell(commit("19 05:50", "r19", "2026-01-18")).until(on("19 06:30"))
    driven.tell(registered("19 06:45", freshness=due("07:00 UTC daily")))
    assert driven.until(on("19 08:00")).signals == []


def test_of_promises_that_arrive_out_of_order_the_newest_stands():
    driven = _watched().tell(registered("18 20:00", freshness=due("09:00 UTC daily")))
    driven.tell(registered("18 13:00", freshness=due("01:00 UTC daily")), now=on("18 20:01"))
    assert driven.until(on("19 09:29")).signals == []


def test_a_promise_withdrawn_is_not_broken():
    assert _watched().tell(registered("19 01:00")).until(on("25 00:00")).signals == []


def test_a_job_that_runs_on_for_days_commits_each_time_it_does():
    driven = Driven().tell(registered("15 12:00", freshness=due("06:00 UTC daily")))
    for day in (16, 17, 18, 19):
        driven.tell(commit(f"{day} 05:00", "forever"))
    assert driven.until(on("19 06:30")).signals == []


def test_a_weekly_table_is_not_due_in_between():
    driven = Driven().tell(registered("11 00:00", freshness=due("06:00 UTC daily", schedule="0 3 * * 1")))
    driven.tell(commit("12 04:00", "r12")).until(on("18 23:00"))
    assert driven.signals == []
    assert driven.until(on("19 06:30")).open() == {"freshness": "CRITICAL"}


def test_what_is_kept_of_a_table_is_bounded():
    driven = Driven().tell(registered("01 00:00"))
    for number in range(700):
        at = f"{2 + number // 288:02d} {number // 12 % 24:02d}:{number % 12 * 5:02d}"
        driven.tell(run(at, "START", f"r{number}"), commit(at, f"r{number}"))
    state = driven.engines.states[TABLE]
    assert (len(state.commits), len(state.runs)) == (300, 150)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(15, 19), st.integers(0, 2)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_commits_that_arrive_together_does_not_change_what_is_open(told, random):
    facts = [
        Committed(
            on(f"19 {hour:02d}:0{n}"), f"c{n}", TABLE, f"c{n}", JOB, f"2026-01-{day}", strength=strength
        )
        for n, (hour, day, strength) in enumerate(told)
    ]
    shuffled = list(facts)
    random.shuffle(shuffled)
    ends = [_watched().until(on("19 06:30")).tell(*each, now=on("19 21:00")) for each in (facts, shuffled)]
    assert ends[0].open() == ends[1].open()
    assert ends[0].until(on("20 06:30")).open() == ends[1].until(on("20 06:30")).open()


def test_a_completion_alone_is_no_commit_where_runs_say_when_they_start():
    """As Spark's listener tells of a write that failed when it was analysed."""
    driven = Driven().tell(registered("15 12:00", freshness=due("06:00 UTC daily", "30m")))
    for day in (16, 17, 18):
        driven.tell(run(f"{day} 04:00", "START", f"r{day}"), run(f"{day} 05:00", "COMPLETE", f"r{day}"))
        driven.tell(commit(f"{day} 05:00", f"r{day}", strength=0))
    driven.tell(run("19 05:00", "COMPLETE", "r19"), commit("19 05:00", "r19", strength=0))
    assert [each.state for each in driven.until(on("19 06:30")).signals] == ["CRITICAL"]


def test_completions_are_commits_of_a_job_that_never_says_when_it_starts():
    driven = Driven().tell(registered("15 12:00", freshness=due("06:00 UTC daily", "30m")))
    for day in (16, 17, 18, 19):
        driven.tell(run(f"{day} 05:00", "COMPLETE", f"r{day}"), commit(f"{day} 05:00", f"r{day}", strength=0))
    assert driven.until(on("19 06:30")).signals == []


def test_a_job_that_still_runs_is_told_with_its_pace_once_seven_runs_are_known():
    driven = Driven().tell(registered("05 12:00", freshness=due("06:00 UTC daily")))
    for day in range(6, 14):
        driven.tell(
            run(f"{day:02d} 04:00", "START", f"r{day}"), run(f"{day:02d} 04:35", "COMPLETE", f"r{day}")
        )
        driven.tell(commit(f"{day:02d} 04:35", f"r{day}"))
    driven.tell(run("14 05:15", "START", "r14")).until(on("14 06:30"))
    (signal,) = driven.of("FRESHNESS_BREACH")
    assert signal.details["reason"] == "JOB_RUNNING_SLOW"
    assert (signal.details["running_s"], signal.details["baseline_p95_s"]) == (4_500.0, 2_100.0)


def test_a_table_that_goes_on_a_partition_behind_is_late_once():
    driven = Driven().tell(registered("14 00:00", freshness=due("02:00 UTC daily")))
    for day, partition in ((14, 13), (15, 14), (16, 15), (17, 16), (18, 16), (19, 17), (20, 18)):
        driven.tell(commit(f"{day} 01:30", watermark=f"2026-01-{partition}"))
    driven.until(on("20 12:00"))
    states = [(each.state, each.end.day) for each in driven.of("FRESHNESS_BREACH")]
    assert states == [("CRITICAL", 18), ("OK", 19)]
