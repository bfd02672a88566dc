from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import pi, sin
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.driving import TABLE, Driven, commit, on, registered

VOLUME: dict[str, Any] = {"volume": {"anomaly_threshold_pct": 40}}
Level = Callable[[datetime], int]


def _flat(_at: datetime) -> int:
    return 50_000


def _by_day(at: datetime) -> int:
    """A tenth of the day's rows at night."""
    return int(50_000 * (0.55 + 0.45 * sin(2 * pi * (at.hour - 6) / 24)))


def _week(rows: int = 1_000, **slo: Any) -> Driven:
    driven = Driven().tell(registered("01 00:00", **(slo or VOLUME)))
    for day in range(12, 19):
        driven.tell(commit(f"{day} 02:00", rows=rows + day))
    return driven


def test_half_the_usual_rows_are_an_anomaly_and_two_thirds_are_not():
    assert [each.state for each in _week().tell(commit("19 02:00", rows=500)).of("VOLUME_ANOMALY")] == [
        "WARNING"
    ]
    assert _week().tell(commit("19 02:00", rows=660)).of("VOLUME_ANOMALY") == []


def test_no_rows_at_all_are_critical_and_many_more_are_high():
    assert _week().tell(commit("19 02:00", rows=0)).of("VOLUME_ANOMALY")[0].state == "CRITICAL"
    (signal,) = _week().tell(commit("19 02:00", rows=1_500)).of("VOLUME_ANOMALY")
    assert signal.signatures == ("VOLUME_HIGH",)


def test_the_value_under_test_is_not_in_its_own_baseline():
    (signal,) = _week().tell(commit("19 02:00", rows=0)).of("VOLUME_ANOMALY")
    assert signal.metrics["baseline_mean"] == 1_015.0
    assert signal.metrics["baseline_runs"] == 7


def test_an_anomaly_is_not_in_later_baselines():
    driven = _week().tell(commit("19 02:00", rows=0), commit("20 02:00", rows=0))
    assert [each.metrics["baseline_mean"] > 1_000 for each in driven.of("VOLUME_ANOMALY")] == [True, True]


def _young(*rows: int, tier: int = 1, last: int) -> Driven:
    driven = Driven().tell(registered("01 00:00", tier=tier, **VOLUME))
    driven.tell(*(commit(f"{15 + day} 02:00", rows=each) for day, each in enumerate(rows)))
    return driven.tell(commit("18 02:00", rows=last))


def test_before_three_runs_the_spread_of_the_tier_gives_an_observation_and_opens_nothing():
    driven = _young(1_000, 1_000, last=1)
    (signal,) = driven.of("VOLUME_ANOMALY")
    assert (signal.state, signal.promise, signal.details["confidence"]) == ("WARNING", False, "LOW")
    assert driven.open() == {}
    assert _young(1_000, 1_000, last=200).of("VOLUME_ANOMALY") == []


def test_tables_of_lower_tiers_vary_more():
    assert _young(1_000, last=1, tier=3).of("VOLUME_ANOMALY") == []
    assert len(_young(1_000, last=2_600, tier=3).of("VOLUME_ANOMALY")) == 1


def test_the_very_first_run_is_compared_with_nothing():
    assert _young(last=3).of("VOLUME_ANOMALY") == []


def test_three_runs_are_the_least_baseline_that_opens_anything():
    assert _young(1_000, 1_000, 1_000, last=1).open() == {"volume": "CRITICAL"}


def test_runs_of_more_than_seven_days_ago_are_no_baseline():
    driven = Driven().tell(registered("01 00:00", **VOLUME))
    driven.tell(*(commit(f"0{day} 02:00", rows=1_000) for day in range(1, 8)))
    assert driven.tell(commit("15 02:00", rows=1)).open() == {}


def test_fewer_rows_than_promised_are_critical_without_a_baseline():
    slo: dict[str, Any] = {"volume": {"min_rows_per_partition": 100}}
    driven = Driven().tell(registered("01 00:00", **slo)).tell(commit("19 02:00", rows=99))
    assert [each.state for each in driven.of("VOLUME_ANOMALY")] == ["CRITICAL"]


def _hourly(hours: int, last: int, level: Level = _flat, partitioned: bool = True, **slo: Any) -> Driven:
    """A table whose every hour is a partition, from midnight of 12 January on; the last one is odd."""
    driven = Driven().tell(registered("01 00:00", **(slo or VOLUME)))
    for number in range(hours + 1):
        at = on("12 00:07") + timedelta(hours=number)
        rows = level(at) + 100 * (number % 7) if number < hours else last
        mark = f"{at:%Y-%m-%dT%H}" if partitioned else ""
        driven.tell(commit(at.strftime("%d %H:%M:%S"), f"h{number}", mark, rows=rows))
    return driven


@given(st.integers(24, 119) | st.integers(144, 260), st.sampled_from([250_000, 5_000]), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_factor_of_five_is_an_anomaly_of_an_hourly_table_once_the_hour_of_such_a_day_is_known(
    hours, last, partitioned
):
    (signal,) = _hourly(hours, last, partitioned=partitioned).of("VOLUME_ANOMALY")
    assert (signal.promise, signal.window) == (True, "BATCH_RUN")
    assert signal.signatures == ("VOLUME_HIGH" if last > 50_000 else "VOLUME_LOW",)


def test_an_hourly_table_whose_nights_are_quiet_is_in_order_and_a_quiet_noon_is_not():
    assert _hourly(150, 50_000, _by_day).of("VOLUME_ANOMALY") == []
    (signal,) = _hourly(156, 10_000, _by_day).of("VOLUME_ANOMALY")
    assert signal.start == on("18 12:07")


def test_a_night_that_is_told_of_once_is_usual_from_then_on():
    def with_shops_closed(at: datetime) -> int:
        return 50_000 if 8 <= at.hour < 20 else 4_000

    told = _hourly(96, 4_300, with_shops_closed).of("VOLUME_ANOMALY")
    assert {each.start.day for each in told if each.is_bad} <= {12, 13}


def test_an_hour_with_fewer_rows_than_promised_is_critical():
    slo: dict[str, Any] = {"volume": {"min_rows_per_partition": 40_000, "anomaly_threshold_pct": 90}}
    assert _hourly(60, 30_000, **slo).open() == {"volume": "CRITICAL"}


def test_a_partition_that_takes_several_commits_is_not_short_with_one_of_them():
    slo: dict[str, Any] = {"volume": {"min_rows_per_partition": 90_000}}
    assert _hourly(60, 50_000, partitioned=False, **slo).open() == {}


def test_two_observers_of_a_daily_table_do_not_make_it_one_that_is_written_in_pieces():
    driven = Driven().tell(registered("01 00:00", **VOLUME))
    for day in range(12, 20):
        rows = 1_000 if day < 19 else 3_000
        driven.tell(commit(f"{day} 02:00", f"a{day}", f"2026-01-{day}", rows=rows))
        driven.tell(commit(f"{day} 02:00:20", f"b{day}", f"2026-01-{day}", rows=rows))
    assert {each.start.day for each in driven.of("VOLUME_ANOMALY")} == {19}
    assert driven.open() != {}


def test_while_few_runs_are_known_the_mean_and_the_median_must_agree():
    """It is 54 % above the mean, 37 % above the median."""
    assert _history((13, 60_000), (14, 90_000), (15, 90_000), (16, 123_000)).of("VOLUME_ANOMALY") == []
    assert len(_history((13, 60_000), (14, 90_000), (15, 90_000), (16, 143_000)).of("VOLUME_ANOMALY")) == 1


@given(st.integers(4, 23), st.sampled_from([250_000, 72_000, 5_000, 0]))
@settings(max_examples=15, deadline=None)
def test_no_hour_of_the_first_day_of_a_table_is_an_anomaly(hours, last):
    assert _hourly(hours, last).of("VOLUME_ANOMALY") == []


def test_on_the_first_weekend_an_hour_is_an_anomaly_only_when_next_to_nothing_came():
    assert _hourly(130, 10_000).of("VOLUME_ANOMALY") == []
    assert len(_hourly(130, 1_000).of("VOLUME_ANOMALY")) == 1


def test_the_next_usual_run_mends_it():
    driven = _week().tell(commit("19 02:00", rows=0))
    assert driven.open() == {"volume": "CRITICAL"}
    assert driven.tell(commit("20 02:00", rows=1_000)).open() == {}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([0, 300, 1_000, 1_010]), min_size=2, max_size=4), st.randoms())
def test_the_order_of_commits_that_arrive_together_does_not_change_what_is_open(rows, random):
    facts = [commit(f"{19 + day} 02:00", rows=each) for day, each in enumerate(rows)]
    shuffled = list(facts)
    random.shuffle(shuffled)
    ends = [_week().tell(*each, now=on("25 00:00")).open(TABLE) for each in (facts, shuffled)]
    assert ends[0] == ends[1]


def _history(*days: tuple[int, int]) -> Driven:
    """A table with a volume objective and, on days of January 2026, so many rows."""
    driven = Driven().tell(registered("01 00:00", **VOLUME))
    return driven.tell(*(commit(f"{day:02d} 02:00", rows=rows) for day, rows in days))


def _like_a_business(day: int) -> int:
    return 300 if date(2026, 1, day).weekday() >= 5 else 1_000 + day


def test_a_weekend_is_compared_with_weekends():
    usual = [(day, _like_a_business(day)) for day in range(1, 32)]
    assert _history(*usual).of("VOLUME_ANOMALY") == []


def test_an_ordinary_day_with_the_rows_of_a_weekend_is_an_anomaly():
    usual = [(day, _like_a_business(day)) for day in range(1, 28)]
    assert len(_history(*usual, (28, 300)).of("VOLUME_ANOMALY")) == 1


def test_the_first_weekend_of_a_table_is_an_anomaly_only_when_next_to_nothing_came():
    week = [(day, 1_000) for day in range(5, 10)]
    assert _history(*week, (10, 300)).of("VOLUME_ANOMALY") == []
    assert len(_history(*week, (10, 20)).of("VOLUME_ANOMALY")) == 1


def test_one_odd_run_in_the_week_before_hides_nothing():
    """With the mean and standard deviation alone it would."""
    week = [(12, 1_000), (13, 1_010), (14, 990), (15, 1_380), (16, 1_005), (17, 995), (18, 1_000)]
    assert len(_history(*week, (19, 590)).of("VOLUME_ANOMALY")) == 1


def test_few_runs_give_a_wide_baseline():
    """Three spreads until seven runs are known, then two."""
    assert _history((13, 600), (14, 1_000), (15, 1_400), (16, 100)).of("VOLUME_ANOMALY") == []
