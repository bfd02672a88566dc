from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engines.deadlines import next_due, previous_due
from engines.policy import Freshness
from signal_factory.times import format_time, parse_time

NEW_YORK, KOLKATA = "America/New_York", "Asia/Kolkata"


def _due(by: str, zone: str, after: str, schedule: str = "") -> str:
    objective = Freshness(time.fromisoformat(by) if by else None, zone, 0, schedule)
    return format_time(next_due(objective, parse_time(after)))[:16]


def test_a_due_moment_is_later_than_now_and_never_now():
    assert _due("06:00", "UTC", "2026-01-19T05:59:59Z") == "2026-01-19T06:00"
    assert _due("06:00", "UTC", "2026-01-19T06:00:00Z") == "2026-01-20T06:00"


def test_local_time_follows_daylight_saving():
    assert _due("06:00", NEW_YORK, "2026-03-07T00:00:00Z") == "2026-03-07T11:00"
    assert _due("06:00", NEW_YORK, "2026-03-08T00:00:00Z") == "2026-03-08T10:00"


def test_a_local_time_that_does_not_exist_is_the_later_of_its_readings():
    assert _due("02:30", NEW_YORK, "2026-03-08T00:00:00Z") == "2026-03-08T07:30"


def test_a_local_time_that_comes_twice_is_the_later_of_the_two():
    assert _due("01:30", NEW_YORK, "2026-11-01T00:00:00Z") == "2026-11-01T06:30"
    assert _due("01:30", NEW_YORK, "2026-11-01T05:45:00Z") == "2026-11-01T06:30"


def test_half_hour_zones_are_read_to_the_minute():
    assert _due("06:00", KOLKATA, "2026-01-19T00:00:00Z") == "2026-01-19T00:30"
    assert _due("05:00", KOLKATA, "2026-01-19T00:00:00Z") == "2026-01-19T23:30"


def test_a_run_before_midnight_is_due_the_next_morning():
    assert _due("06:00", "UTC", "2026-01-19T07:00:00Z", "30 23 * * *") == "2026-01-20T06:00"
    assert _due("06:00", "UTC", "2026-01-19T07:00:00Z", "30 23 * * 1") == "2026-01-20T06:00"


def test_a_weekly_schedule_is_due_once_a_week():
    assert _due("06:00", "UTC", "2026-01-19T06:00:00Z", "0 3 * * 1") == "2026-01-26T06:00"


def test_weekdays_only_leave_the_weekend_out():
    assert _due("06:00", "UTC", "2026-01-16T06:00:00Z", "0 3 * * 1-5") == "2026-01-19T06:00"


def test_a_schedule_without_a_time_is_due_when_it_fires():
    assert _due("", KOLKATA, "2026-01-19T00:00:00Z", "0 */6 * * *") == "2026-01-19T00:30"


ZONES = st.sampled_from([NEW_YORK, KOLKATA, "UTC", "Europe/Berlin", "Australia/Lord_Howe"])
MOMENTS = st.integers(0, 4 * 366 * 86_400).map(
    lambda each: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=each)
)
PROMISES = st.builds(
    Freshness, st.times().map(lambda each: each.replace(second=0, microsecond=0)), ZONES, st.just(0.0),
    st.sampled_from(["", "0 3 * * *", "30 23 * * *", "0 1,13 * * *", "15 4 * * 1", "0 2 1 * *"]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(PROMISES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_the_next_due_moment_lies_ahead_and_never_moves_back(promise, after, later):
    first, second = next_due(promise, after), next_due(promise, after + later)
    assert first > after
    assert second >= first
    assert next_due(promise, first - timedelta(microseconds=1)) == first


@settings(max_examples=80, deadline=None)
@given(PROMISES, MOMENTS)
def test_the_previous_due_moment_is_the_one_that_leads_to_this(promise, after):
    due = next_due(promise, after)
    before = previous_due(promise, due)
    assert before < due
    assert next_due(promise, before) == due
