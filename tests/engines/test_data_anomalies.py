from datetime import timedelta

from graph.facts import Measured, Summarised
from tests.engines.driving import JOB, STREAM, TABLE, Driven, on, records, registered


def _measured(day: int, rows: int = 10_000, **metrics: float) -> Measured:
    told = tuple((name.replace("__", ":"), value) for name, value in metrics.items())
    return Measured(on(f"{day:02d} 02:00"), f"m{day}", TABLE, f"m{day}", JOB, rows, told)


def _days(values: list[float], name: str = "null_rate__email", rows: int = 10_000) -> Driven:
    return Driven().tell(*(_measured(day, rows, **{name: value}) for day, value in enumerate(values, 1)))


def test_a_null_rate_that_jumps_is_an_anomaly_and_opens_nothing():
    driven = _days([0.01] * 8 + [0.30])
    (signal,) = driven.of("ANOMALY")
    assert (signal.state, signal.promise, signal.track) == ("WARNING", False, "")
    assert (signal.metrics["measure"], signal.metrics["value"]) == ("null_rate:email", 0.3)
    assert driven.open() == {}


def test_a_few_points_of_a_rate_are_nothing():
    assert _days([0.01] * 8 + [0.05]).of("ANOMALY") == []


def test_in_a_small_sample_chance_does_more():
    assert _days([0.10] * 8 + [0.28], rows=20).of("ANOMALY") == []
    assert len(_days([0.10] * 8 + [0.28], rows=2_000).of("ANOMALY")) == 1


def test_a_key_that_repeats_itself_is_an_anomaly():
    assert len(_days([1.0] * 8 + [0.6], "distinct_rate__id").of("ANOMALY")) == 1


def test_a_mean_that_halves_is_an_anomaly_and_one_that_grows_on_as_ids_do_is_not():
    assert len(_days([100, 104, 98, 101, 99, 103, 97, 50], "mean__amount").of("ANOMALY")) == 1
    assert _days([100 * day for day in range(1, 12)], "mean__id").of("ANOMALY") == []


def test_seven_runs_are_the_least_to_compare_with():
    assert _days([0.0] * 6 + [0.9]).of("ANOMALY") == []


def test_a_weekend_is_compared_with_weekends_after_three_of_them():
    def share(day: int) -> float:
        return 0.60 if on(f"{day:02d}").weekday() == 6 else 0.05

    told = _days([share(day) for day in range(1, 32)]).of("ANOMALY")
    assert [each.at.day for each in told] == [11, 18], "the fourth Sunday is like three before it"


def test_a_share_of_failures_within_the_objective_is_an_anomaly_when_it_jumps():
    def summary(day: int, failed: int) -> Summarised:
        return Summarised(
            on(f"{day:02d} 02:00"), f"r{day}", TABLE, f"r{day}", JOB, 10_000, 10_000 - failed, failed
        )

    driven = Driven().tell(registered("01 00:00", dq={"compliance_rate": 0.9}))
    driven.tell(*(summary(day, 20 + day % 3) for day in range(1, 12)))
    assert driven.of("ANOMALY") == []
    driven.tell(summary(12, 600), summary(13, 0))
    assert [each.metrics["value"] for each in driven.of("ANOMALY")] == [0.94]
    assert driven.of("DQ_BREACH") == []


def _stream(hours: int, fails: int, last: int, hour_of_breach: bool = False) -> Driven:
    driven = Driven().tell(registered("01 00:00", STREAM, contract={"compliance_rate": 0.9}))
    for hour in range(hours):
        start = on("19 00:00") + timedelta(hours=hour)
        bad = last if hour == hours - 1 else fails
        driven.tell(*sorted((*records(start, 600, over=3_500), *records(start, bad, "FAIL", over=3_500)),
                            key=lambda each: each.at))  # fmt: skip
    return driven.until(on("19 00:05") + timedelta(hours=hours))


def test_an_hour_in_which_more_of_a_stream_fails_than_usual_is_an_anomaly_of_a_tumbling_hour():
    driven = _stream(12, 3, 40)
    (signal,) = driven.of("ANOMALY")
    assert (signal.window, signal.start, signal.at) == ("TUMBLING_1HR", on("19 11:00"), on("19 12:05"))
    assert signal.metrics["fail_count"] == 40
    assert signal.top_failures[0]["signature"] == "MISSING_FIELD:a"
    assert driven.of("CONTRACT_BREACH") == []


def test_a_steady_share_of_failures_is_no_anomaly_and_neither_are_young_streams():
    assert _stream(12, 30, 34).of("ANOMALY") == []
    assert _stream(6, 0, 40).of("ANOMALY") == []


def test_a_breach_is_told_as_a_breach_and_not_as_an_anomaly_too():
    driven = _stream(12, 3, 400)
    assert driven.of("ANOMALY") == []
    assert driven.open(STREAM) == {"contract": "CRITICAL"}
