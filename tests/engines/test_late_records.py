from dataclasses import replace
from datetime import timedelta
from typing import Any

from graph.facts import Validated
from tests.engines.driving import STREAM, Driven, on, records, registered

SLO: dict[str, Any] = {"contract": {"compliance_rate": 0.95, "warning_rate": 0.8}}


def _stream() -> Driven:
    return Driven().tell(registered("01 00:00", STREAM, **SLO))


def test_records_later_than_a_day_behind_the_watermark_are_counted_and_judged_no_more():
    driven = _stream().tell(*records(on("20 12:00"), 60)).until(on("20 12:05"))
    driven.tell(*records(on("19 10:00"), 40, "FAIL"), now=on("20 12:10")).until(on("20 13:00"))
    late = driven.engines.states[STREAM].late
    assert (late.records, late.failed) == (40, 40)
    assert driven.signals == []


def test_a_breach_says_how_many_records_came_too_late():
    driven = _stream().tell(*records(on("20 12:00"), 60))
    driven.tell(*records(on("19 10:00"), 7), now=on("20 12:01"))
    driven.tell(*records(on("20 12:05"), 60, "FAIL")).until(on("20 12:10"))
    (signal,) = driven.of("CONTRACT_BREACH")
    assert signal.metrics["late_records"] == 7


def test_a_stream_that_catches_up_after_days_is_not_late_since_its_watermark_stood_still():
    driven = _stream().tell(*records(on("10 12:00"), 60))
    driven.tell(*records(on("10 12:10"), 60, "FAIL"), now=on("13 09:00")).until(on("13 09:00"))
    assert driven.open(STREAM) == {"contract": "CRITICAL"}
    assert driven.engines.states[STREAM].late.records == 0


def test_a_record_from_the_future_does_not_make_the_present_late():
    far = Validated(on("20 12:00").replace(year=2031), "evd-future", STREAM, "PASS")
    driven = _stream().tell(far, now=on("20 12:00"))
    driven.tell(*records(on("20 12:00"), 60, "FAIL")).until(on("20 12:05"))
    assert driven.open(STREAM) == {"contract": "CRITICAL"}


def test_what_late_records_failed_with_is_not_new_when_it_comes_again():
    driven = _stream().tell(*records(on("20 12:00"), 60))
    driven.tell(*records(on("19 10:00"), 5, "FAIL"), now=on("20 12:01"))
    again = [
        replace(each, at=each.at + timedelta(days=1, hours=3)) for each in records(on("19 10:00"), 3, "FAIL")
    ]
    assert driven.tell(*again, now=on("20 13:10")).of("DRIFT_DETECTED") == []
