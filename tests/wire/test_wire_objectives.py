"""Times of day, durations and schedules as people write them."""

from contextlib import suppress
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signal_factory.errors import InvalidEvent
from signal_factory.wire.objectives import check_schedule, parse_duration, parse_update_by


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02:00 ET daily", (time(2), "America/New_York")),
        ("2:30 CT daily", (time(2, 30), "America/Chicago")),
        ("02:00 mt DAILY", (time(2), "America/Denver")),
        ("23:59 PT", (time(23, 59), "America/Los_Angeles")),
        ("00:00 UTC daily", (time(0), "UTC")),
        ("06:15 Europe/Berlin daily", (time(6, 15), "Europe/Berlin")),
        ("06:15 daily", (time(6, 15), "UTC")),
        ("06:15", (time(6, 15), "UTC")),
    ],
)
def test_a_time_of_day_with_its_zone(text: str, expected: tuple[time, str]):
    assert parse_update_by(text) == expected


def test_a_time_without_a_zone_is_meant_in_the_default_one():
    assert parse_update_by("06:15 daily", default_zone="ET") == (time(6, 15), "America/New_York")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25:99 XX daily",
        "24:00 UTC daily",
        "02:60 UTC",
        "02:00 ../../etc/passwd daily",
        "02:00 ET weekly x",
    ],
)
def test_what_is_no_time_of_day_is_refused_with_a_hint(text: str):
    with pytest.raises(InvalidEvent) as refused:
        parse_update_by(text)
    assert "Europe/Berlin" in refused.value.hint or "HH:MM" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("2h", 7200),
        ("90s", 90),
        ("1d", 86400),
        ("1h30m", 5400),
        (" 1H 30M ", 5400),
        ("0.5h", 1800),
    ],
)
def test_a_duration(text: str, seconds: float):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "30", "m", "-5m", "1w", "1h-30m", "9" * 10 + "d", "1h" * 40, "1.2.3h"])
def test_what_is_no_duration_is_refused(text: str):
    with pytest.raises(InvalidEvent):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["0 2 * * *", "*/15 * * * *", "0 2,14 1-15/2 * 1-5", "0 6 * JAN MON-FRI", "5 0 * * 7"]
)
def test_a_schedule(text: str):
    assert check_schedule(text) == text


@pytest.mark.parametrize(
    "text", ["", "@daily", "0 2 * *", "60 2 * * *", "0 2 0 * *", "5-1 * * * *", "*/0 * * * *"]
)
def test_what_is_no_schedule_is_refused(text: str):
    with pytest.raises(InvalidEvent):
        check_schedule(text)


@given(st.text() | st.from_regex(r"[0-9]{1,2}:[0-9]{2} [A-Z]{1,4}( daily)?", fullmatch=True))
def test_any_text_is_a_real_time_in_a_real_zone_or_refused(text: str):
    try:
        _, zone = parse_update_by(text)
    except InvalidEvent:
        return
    assert ZoneInfo(zone).key == zone


@given(st.text("0123456789.dhms ", max_size=60))
def test_any_text_is_a_duration_or_refused(text: str):
    with suppress(InvalidEvent):
        assert parse_duration(text) >= timedelta(0)
