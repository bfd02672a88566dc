from datetime import datetime, timedelta
from typing import Any

from tests.engines.driving import STREAM, Driven, on, records, registered

VOLUME: dict[str, Any] = {"volume": {"anomaly_threshold_pct": 40}}
MINUTES = timedelta(minutes=5)


def _steady(start: str, windows: int, count: int = 40, driven: Driven | None = None) -> Driven:
    driven = driven or Driven().tell(registered("01 00:00", STREAM, **VOLUME))
    begin = on(start)
    for window in range(windows):
        driven.tell(*records(begin + window * MINUTES, count, over=290))
    return driven


def _bad(driven: Driven) -> list[tuple[str, datetime | None]]:
    return [(each.state, each.first_bad) for each in driven.of("VOLUME_ANOMALY") if each.is_bad]


def test_a_steady_stream_is_in_order():
    assert _bad(_steady("19 00:00", 60).until(on("19 05:00"))) == []


def test_half_the_records_are_an_anomaly_from_the_window_in_which_it_began():
    driven = _steady("19 00:05", 40, count=18, driven=_steady("18 20:05", 48)).until(on("19 01:00"))
    assert _bad(driven)[0] == ("WARNING", on("19 00:05"))


def test_silence_is_critical():
    found = _bad(_steady("19 00:00", 48).until(on("19 04:30")))
    assert [state for state, _ in found][-1] == "CRITICAL"
    assert found[0][1] == on("19 04:00")


def test_a_stream_that_comes_back_is_in_order_again():
    driven = _steady("19 00:00", 48).until(on("19 05:00"))
    assert driven.open(STREAM) == {"volume": "CRITICAL"}
    assert _steady("19 05:00", 12, driven=driven).until(on("19 06:00")).open(STREAM) == {}


def test_a_quiet_hour_that_comes_every_day_is_in_order():
    driven = Driven().tell(registered("01 00:00", STREAM, **VOLUME))
    for day in (17, 18, 19):
        _steady(f"{day} 02:00", 120, driven=driven)
        _steady(f"{day} 12:00", 24, count=60, driven=driven)
        _steady(f"{day} 14:00", 24, count=10, driven=driven)
    later = [
        first for _, first in _bad(driven) if first and first >= on("19 03:00") and first < on("19 15:30")
    ]
    assert later == []


def test_a_stream_that_promised_no_volume_is_left_alone():
    driven = Driven().tell(registered("01 00:00", STREAM))
    assert _bad(_steady("19 00:00", 48, driven=driven).until(on("19 06:00"))) == []


def test_a_trickle_has_no_volume():
    assert _bad(_steady("19 00:00", 48, count=3).until(on("19 06:00"))) == []


def _a_third_less(least: int) -> Driven:
    slo: dict[str, Any] = {"volume": {"anomaly_threshold_pct": 40, "min_rows_per_partition": least}}
    driven = _steady("19 00:05", 119, driven=Driven().tell(registered("01 00:00", STREAM, **slo)))
    return _steady("19 10:00", 24, count=27, driven=driven).until(on("19 12:00"))


def test_an_hour_with_fewer_records_than_promised_is_an_anomaly_though_it_is_within_the_threshold():
    assert _bad(_a_third_less(0)) == []
    assert [first for _, first in _bad(_a_third_less(400))][:1] != []


def test_a_promise_that_hours_do_not_keep_is_one_of_a_longer_partition():
    assert _bad(_a_third_less(5_000)) == []
