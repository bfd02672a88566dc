from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engines.cost import pace
from graph.facts import Committed
from tests.engines.driving import JOB, TABLE, Driven, commit, on, run

DAYS = range(5, 15)


def _ran(driven: Driven, day: int, minutes: float, hour: str = "02:00", **more: Any) -> Driven:
    """One run on a day of January 2026."""
    start, name = f"{day:02d} {hour}", f"r{day}"
    ended = (on(start) + timedelta(minutes=minutes)).strftime("%d %H:%M:%S")
    return driven.tell(run(start, "START", name), run(ended, "COMPLETE", name, **more))


def _usual(minutes: float = 20, **more: Any) -> Driven:
    driven = Driven()
    for day in DAYS:
        _ran(driven, day, minutes + day % 3, **more)
    return driven


def test_a_run_far_beyond_its_p95_is_a_cost_anomaly_that_opens_nothing():
    driven = _ran(_usual(), 15, 75)
    last = driven.of("COST_ANOMALY")[-1]
    assert (last.state, last.promise, last.track) == ("WARNING", False, "")
    assert (last.metrics["value"], last.metrics["baseline_p95"]) == (4_500.0, 1_320.0)
    assert last.details["reason"] == "RUN_SLOW"
    assert driven.open() == {}


def test_a_run_that_is_a_little_slow_or_quick_costs_nothing_unusual():
    assert _ran(_usual(), 15, 32).of("COST_ANOMALY") == []
    assert _ran(_usual(), 15, 1).of("COST_ANOMALY") == []
    assert _ran(_usual(minutes=0.1), 15, 1).of("COST_ANOMALY") == [], "less than a minute more is nothing"


def test_a_run_that_has_not_ended_is_told_of_when_it_passes_its_baseline_and_once():
    driven = _usual().tell(run("15 02:00", "START", "r15")).until(on("15 03:00"))
    (early,) = driven.of("COST_ANOMALY")
    assert on("15 02:30") < early.at < on("15 02:45")
    driven.tell(run("15 04:00", "COMPLETE", "r15"))
    assert {each.signal_id for each in driven.of("COST_ANOMALY")} == {early.signal_id}


def test_a_run_whose_clock_is_an_hour_behind_is_not_slow_for_that():
    driven, late = _usual(), timedelta(hours=1)
    driven.tell(run("15 02:00", "START", "r15"), now=on("15 02:00") + late)
    driven.tell(run("15 02:21", "COMPLETE", "r15"), now=on("15 02:21") + late)
    assert driven.of("COST_ANOMALY") == []


def test_six_runs_are_no_baseline():
    driven = Driven()
    for day in range(5, 11):
        _ran(driven, day, 20)
    assert _ran(driven, 11, 300).of("COST_ANOMALY") == []


def test_a_slow_run_is_not_in_later_baselines_until_seven_in_a_row_are_the_new_level():
    driven = _usual()
    for day in range(15, 25):
        _ran(driven, day, 75)
    told = {each.run_ids[0] for each in driven.of("COST_ANOMALY")}
    assert told == {f"r{day}" for day in range(15, 22)}


def test_runs_that_fail_have_no_duration():
    driven = _usual()
    driven.tell(run("15 02:00", "START", "bad"), run("15 02:20", "FAIL", "bad"))
    assert _ran(driven, 16, 21).of("COST_ANOMALY") == []


def test_a_second_try_is_measured_from_its_own_start():
    driven = _usual()
    driven.tell(run("15 02:00", "START", "r15"), run("15 02:05", "FAIL", "r15"))
    driven.tell(run("15 05:00", "START", "r15"), run("15 05:21", "COMPLETE", "r15"))
    assert driven.of("COST_ANOMALY") == []


def test_what_a_run_used_is_held_against_its_baseline_too():
    driven = _usual(resources=(("executor_cpu_s", 900.0),))
    _ran(driven, 15, 20, resources=(("executor_cpu_s", 4_000.0),))
    (signal,) = driven.of("COST_ANOMALY")
    assert (signal.details["reason"], signal.metrics["measure"]) == ("RESOURCES", "executor_cpu_s")


def test_a_job_of_several_tables_is_told_of_once():
    driven = Driven()
    more: dict[str, Any] = {}
    for day in DAYS:
        _ran(driven, day, 20, **more)
        driven.tell(commit(f"{day:02d} 02:20", f"r{day}"))
        driven.tell(Committed(on(f"{day:02d} 02:20"), f"r{day}", "ds://gold/other", f"r{day}", JOB))
    assert len(_ran(driven, 15, 80).of("COST_ANOMALY")) == 2, "on passing the baseline, and at its end"


def test_a_table_whose_rows_grow_fat_is_a_cost_anomaly():
    driven = Driven()
    for day in DAYS:
        driven.tell(commit(f"{day:02d} 02:00", rows=100_000, size=12_000_000))
    driven.tell(commit("15 02:00", rows=100_000, size=60_000_000))
    (signal,) = driven.of("COST_ANOMALY")
    assert (signal.details["reason"], signal.metrics["value"]) == ("BYTES_PER_ROW", 600.0)


def test_the_pace_of_a_run_is_told_beside_its_baseline():
    driven = _usual().tell(run("15 02:00", "START", "r15"))
    state = driven.engines.states[TABLE]
    assert pace(state, state.runs["r15"], on("15 03:15")) == {"running_s": 4_500.0, "baseline_p95_s": 1_320.0}


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(5, 120), min_size=8, max_size=12),
    st.randoms(use_true_random=False),
    st.integers(0, 5),
)
def test_runs_that_arrive_in_any_order_and_twice_leave_the_same_baseline(minutes, random, doubles):
    facts = [
        fact
        for day, each in enumerate(minutes, 1)
        for fact in (
            run(f"{day:02d} 02:00", "START", f"r{day}"),
            run(f"{day:02d} {2 + each // 60:02d}:{each % 60:02d}", "COMPLETE", f"r{day}"),
        )
    ]
    shuffled = [*facts, *facts[:doubles]]
    random.shuffle(shuffled)
    ends = [Driven().tell(*each, now=on("25 00:00")).engines.states[TABLE] for each in (facts, shuffled)]
    assert ends[0].series == ends[1].series
