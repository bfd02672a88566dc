from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engines.contract import window_start
from tests.engines.driving import STREAM, Driven, on, records, registered

SLO: dict[str, Any] = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}
MINUTES = timedelta(minutes=5)


def _stream() -> Driven:
    return Driven().tell(registered("01 00:00", STREAM, **SLO))


def test_a_window_begins_at_a_full_five_minutes_and_leaves_its_end_to_the_next():
    assert window_start(on("19 10:00")) == on("19 10:00")
    assert window_start(on("19 10:04:59.999")) == on("19 10:00")
    assert window_start(on("19 10:05")) == on("19 10:05")


def test_a_window_is_judged_when_it_is_over_and_not_before():
    driven = _stream().tell(*records(on("19 10:00"), 40, "FAIL"))
    assert driven.until(on("19 10:04:59")).of("CONTRACT_BREACH") == []
    (signal,) = driven.until(on("19 10:05")).of("CONTRACT_BREACH")
    assert (signal.start, signal.end, signal.at) == (on("19 10:00"), on("19 10:05"), on("19 10:05"))
    assert (signal.state, signal.promise) == ("CRITICAL", True)
    assert signal.metrics["compliance_rate"] == 0.0


def test_warnings_are_compliant():
    driven = _stream().tell(*records(on("19 10:00"), 100, "WARN")).until(on("19 11:00"))
    assert driven.of("CONTRACT_BREACH") == []


def test_between_the_warning_rate_and_the_objective_is_a_warning():
    driven = _stream().tell(*records(on("19 10:00"), 90), *records(on("19 10:00"), 10, "FAIL"))
    assert [each.state for each in driven.until(on("19 10:05")).of("CONTRACT_BREACH")] == ["WARNING"]


def test_nineteen_records_make_no_rate_and_twenty_do():
    few = _stream().tell(*records(on("19 10:00"), 19, "FAIL")).until(on("19 10:05"))
    assert few.of("CONTRACT_BREACH") == []
    enough = _stream().tell(*records(on("19 10:00"), 20, "FAIL")).until(on("19 10:05"))
    assert len(enough.of("CONTRACT_BREACH")) == 1


def test_two_bad_records_of_a_small_sample_are_chance_and_six_of_three_windows_are_not():
    once = _stream().tell(*records(on("19 10:00"), 24), *records(on("19 10:00"), 2, "FAIL"))
    assert once.tell(*records(on("19 10:05"), 26)).until(on("19 11:00")).of("CONTRACT_BREACH") == []
    thrice = _stream()
    for start in (on("19 10:00"), on("19 10:05"), on("19 10:10")):
        thrice.tell(*records(start, 24), *records(start, 2, "FAIL"))
    (signal,) = thrice.until(on("19 10:15")).of("CONTRACT_BREACH")
    assert (signal.state, signal.metrics["fail_count"]) == ("WARNING", 6)


def test_where_nothing_may_fail_one_bad_record_is_a_breach():
    driven = Driven().tell(registered("01 00:00", STREAM, contract={"compliance_rate": 1.0}))
    driven.tell(*records(on("19 10:00"), 30), *records(on("19 10:00"), 1, "FAIL")).until(on("19 10:05"))
    assert len(driven.of("CONTRACT_BREACH")) == 1


def test_a_trickle_gathers_its_sample_over_the_hour_before():
    driven = _stream()
    for window in range(5):
        driven.tell(*records(on("19 10:00") + window * MINUTES, 5, "FAIL"))
    (first, *_) = driven.until(on("19 11:00")).of("CONTRACT_BREACH")
    assert first.end == on("19 10:20")
    assert first.metrics["evidence_count"] == 20


def test_records_of_more_than_an_hour_ago_are_no_part_of_the_sample():
    driven = _stream().tell(*records(on("19 10:00"), 15, "FAIL"), *records(on("19 11:00"), 15, "FAIL"))
    assert driven.until(on("19 12:00")).of("CONTRACT_BREACH") == []


def test_late_records_amend_the_signal_of_their_window():
    driven = _stream().tell(*records(on("19 10:00"), 60), *records(on("19 10:00"), 40, "FAIL"))
    (signal,) = driven.until(on("19 10:05")).of("CONTRACT_BREACH")
    driven.tell(*records(on("19 10:00"), 20, "FAIL"), now=on("19 10:12")).until(on("19 10:12"))
    amended = driven.of("CONTRACT_BREACH")[-1]
    assert amended.signal_id == signal.signal_id
    assert amended.metrics["fail_count"] == 60
    assert len(driven.of("CONTRACT_BREACH")) == 2, "one amendment, however many records were late"


def test_late_good_news_of_an_older_window_mends_nothing_while_a_newer_one_is_bad():
    driven = _stream().tell(*records(on("19 10:00"), 50), *records(on("19 10:05"), 50, "FAIL"))
    driven.until(on("19 10:10")).tell(*records(on("19 10:00"), 50), now=on("19 10:11"))
    assert driven.until(on("19 10:30")).open(STREAM) == {"contract": "CRITICAL"}


def test_late_bad_news_is_told_and_leaves_a_stream_that_is_well_again_closed():
    driven = _stream().tell(*records(on("19 10:00"), 30), *records(on("19 10:05"), 100))
    driven.until(on("19 10:10")).tell(*records(on("19 10:00"), 100, "FAIL"), now=on("19 10:11"))
    driven.until(on("19 10:11"))
    assert [each.state for each in driven.of("CONTRACT_BREACH")] == ["CRITICAL", "OK"]
    assert driven.open(STREAM) == {}


def test_first_bad_and_last_good_are_the_records_at_the_edge():
    good, bad = on("19 10:00"), on("19 10:02")
    driven = _stream().tell(*records(good, 60, over=60), *records(bad, 60, "FAIL", over=60))
    (signal,) = driven.until(on("19 10:05")).of("CONTRACT_BREACH")
    assert signal.first_bad == bad
    assert signal.last_good == good + timedelta(seconds=59)


def test_a_failure_that_began_in_the_window_before_has_its_start_there():
    early = on("19 10:04")
    driven = _stream().tell(*records(on("19 10:00"), 200, over=200), *records(early, 4, "FAIL", over=60))
    driven.tell(*records(on("19 10:05"), 100, "FAIL")).until(on("19 10:10"))
    assert [each.first_bad for each in driven.of("CONTRACT_BREACH")] == [early]


def test_background_noise_is_not_where_a_breach_began():
    driven = _stream()
    for window in range(14):
        start = on("19 10:00") + window * MINUTES
        driven.tell(*records(start, 100), *records(start + timedelta(minutes=4), 1, "FAIL"))
    breach = on("19 10:00") + 14 * MINUTES
    driven.tell(*records(breach, 100, "FAIL")).until(breach + MINUTES)
    assert [each.first_bad for each in driven.of("CONTRACT_BREACH")] == [breach]


def test_a_stream_recovers_with_its_first_good_window():
    driven = _stream().tell(*records(on("19 10:00"), 50, "FAIL"), *records(on("19 10:05"), 50))
    assert [each.state for each in driven.until(on("19 10:10")).of("CONTRACT_BREACH")] == ["CRITICAL", "OK"]
    assert driven.open(STREAM) == {}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["PASS", "FAIL", "WARN"])), max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_order_of_records_that_arrive_together_does_not_change_what_is_open(groups, random):
    told = [
        each
        for index, (window, result) in enumerate(groups)
        for each in records(on("19 10:00") + window * MINUTES + timedelta(seconds=index), 15, result)
    ]
    shuffled = list(told)
    random.shuffle(shuffled)
    late = on("19 11:00")
    ends = [_stream().tell(*facts, now=late).until(late) for facts in (told, shuffled)]
    assert ends[0].open(STREAM) == ends[1].open(STREAM)


def test_a_few_failures_that_a_stream_that_keeps_its_objective_shows_as_well_break_nothing() -> None:
    driven = Driven().tell(registered("01 00:00", STREAM, contract={"compliance_rate": 0.95}))
    driven.tell(*records(on("19 10:00"), 50), *records(on("19 10:01"), 3, "FAIL", over=60))
    assert driven.until(on("19 10:30")).of("CONTRACT_BREACH") == []
    driven.tell(*records(on("20 10:00"), 20), *records(on("20 10:01"), 4, "FAIL", over=60))
    assert [each.state for each in driven.until(on("20 10:06")).of("CONTRACT_BREACH")] == ["WARNING"]
