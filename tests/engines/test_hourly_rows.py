from datetime import timedelta
from typing import Any

from tests.engines.driving import Driven, commit, on, registered

VOLUME: dict[str, Any] = {"volume": {"anomaly_threshold_pct": 40}}
MINUTE = timedelta(minutes=1)


def _written(hours: int, rows: dict[int, int], usual: int = 1_000, every: int = 5) -> Driven:
    """A table that commits every few minutes from midnight of 19 January on; ``rows`` by hour."""
    driven = Driven().tell(registered("01 00:00", **VOLUME))
    for number in range(hours * 60 // every):
        at = on("19 00:00") + number * every * MINUTE
        count = rows.get(number * every // 60, usual)
        if count:
            driven.tell(commit(at.strftime("%d %H:%M:%S"), f"b{number}", rows=count + number % 7))
    return driven.until(on("19 00:05") + timedelta(hours=hours))


def test_an_hour_with_a_fraction_of_its_rows_is_an_anomaly_and_the_next_good_hour_mends_it():
    driven = _written(27, {25: 100})
    bad, good = driven.of("VOLUME_ANOMALY")
    assert (bad.window, bad.start, bad.state) == ("TUMBLING_1HR", on("20 01:00"), "CRITICAL")
    assert (bad.promise, bad.signatures) == (True, ("VOLUME_LOW",))
    assert good.state == "OK"
    assert driven.open() == {}


def test_a_table_that_falls_silent_is_told_of_at_the_end_of_the_hour():
    driven = _written(26, {25: 0})
    assert [(each.state, each.metrics["rows"]) for each in driven.of("VOLUME_ANOMALY")] == [("CRITICAL", 0)]


def test_nothing_is_said_before_the_same_hour_of_another_day_is_known():
    assert _written(20, {19: 0}).of("VOLUME_ANOMALY") == []


def test_an_hour_that_is_always_quiet_is_no_anomaly():
    assert _written(50, {3: 100, 27: 100}).of("VOLUME_ANOMALY") == []


def test_with_few_commits_an_hour_one_that_is_late_would_move_too_much():
    found = _written(27, {25: 10}, every=20).of("VOLUME_ANOMALY")
    assert {each.window for each in found} == {"BATCH_RUN"}


def test_the_first_hours_of_a_weekend_may_be_quiet_but_not_dead():
    def friday_and_saturday(rows: int) -> Driven:
        driven = Driven().tell(registered("01 00:00", **VOLUME))
        for number in range(36 * 12):
            at = on("23 00:00") + number * 5 * MINUTE
            count = 1_000 if at.day == 23 else rows
            driven.tell(commit(at.strftime("%d %H:%M:%S"), f"b{number}", rows=count))
        return driven

    assert friday_and_saturday(300).of("VOLUME_ANOMALY") == []
    assert friday_and_saturday(20).of("VOLUME_ANOMALY") != []
