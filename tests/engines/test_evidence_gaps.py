from datetime import timedelta

import pytest

from engines.gaps import silence_due
from engines.state import Run
from graph.facts import Validated
from tests.engines.driving import JOB, TABLE, Driven, commit, on, registered, run


def _watched(tier: int = 1) -> Driven:
    return Driven().tell(registered("01 00:00", tier=tier))


def _beating(driven: Driven, *minutes: int, run_id: str = "r") -> Driven:
    driven.tell(run("19 02:00", "START", run_id))
    return driven.tell(*(run(f"19 02:{minute:02d}", "HEARTBEAT", run_id) for minute in minutes))


def _gates(when: str, run_id: str, *names: str) -> Validated:
    gates = tuple((name, "PASS") for name in names)
    return Validated(on(when), run_id, TABLE, "PASS", run_id=run_id, job=JOB, gates=gates)


def test_heartbeats_that_stop_are_a_gap_after_three_missed_beats_and_no_sooner():
    driven = _beating(_watched(), 2, 4, 6)
    assert driven.until(on("19 02:11:59")).signals == []
    (signal,) = driven.until(on("19 02:12")).signals
    assert (signal.signal_type, signal.first_bad) == ("EVIDENCE_INCOMPLETE", on("19 02:12"))
    assert (signal.last_good, signal.promise) == (on("19 02:06"), True)


def test_beats_a_second_apart_get_three_minutes_all_the_same():
    beat = Run("r", JOB, "HEARTBEAT", on("19 02:00"), beats=[on("19 02:00:01")], explicit_beats=True)
    assert silence_due(beat) == on("19 02:03:01")


def test_a_gap_of_a_tier_three_table_breaks_no_promise():
    assert [each.promise for each in _beating(_watched(tier=3), 1, 2).until(on("19 03:00")).signals] == [
        False
    ]


def test_a_run_that_ends_is_not_silent():
    driven = _beating(_watched(), 1, 2).tell(run("19 02:03", "COMPLETE"))
    assert driven.until(on("19 05:00")).signals == []


def test_a_run_that_never_beat_is_never_silent():
    assert _watched().tell(run("19 02:00", "START")).until(on("19 09:00")).signals == []


def test_a_run_that_speaks_again_ends_its_gap_and_so_does_another_commit():
    again = _beating(_watched(), 1, 2).until(on("19 02:30")).tell(run("19 02:31", "HEARTBEAT"))
    assert again.open() == {}
    other = _beating(_watched(), 1, 2).until(on("19 02:30")).tell(commit("19 04:00", "other"))
    assert other.open() == {}


def test_beats_that_arrive_an_hour_late_are_no_gap_when_the_end_follows_at_once():
    driven = _watched().tell(run("19 02:00", "START"), run("19 02:01", "HEARTBEAT"), now=on("19 03:00"))
    driven.tell(run("19 02:30", "COMPLETE"), now=on("19 03:00:02"))
    assert driven.until(on("19 05:00")).signals == []


@pytest.mark.parametrize("off", [-45, -2, 2])
def test_a_clock_that_is_wrong_makes_no_gap_of_beats_that_come_every_minute(off: int):
    driven, wrong = _watched(), timedelta(minutes=off)
    driven.tell(run("19 02:00", "START"), now=on("19 02:00") - wrong)
    for minute in range(1, 40):
        driven.tell(run(f"19 02:{minute:02d}", "HEARTBEAT"), now=on(f"19 02:{minute:02d}") - wrong)
    driven.tell(run("19 02:40", "COMPLETE"), now=on("19 02:40") - wrong)
    assert driven.until(on("19 05:00")).signals == []


def test_beats_of_a_wrong_clock_that_stop_are_a_gap_by_when_they_were_received():
    driven = _watched().tell(run("19 02:00", "START"), now=on("19 02:45"))
    for minute in (2, 4, 6):
        driven.tell(run(f"19 02:0{minute}", "HEARTBEAT"), now=on(f"19 02:{45 + minute}"))
    assert driven.until(on("19 02:56:59")).signals == []
    (signal,) = driven.until(on("19 02:57")).signals
    assert (signal.at, signal.first_bad, signal.last_good) == (
        on("19 02:57"), on("19 02:57"), on("19 02:06"),
    )  # fmt: skip


def test_gates_that_every_earlier_run_answered_are_missed_ten_minutes_after_the_commit():
    driven = _watched()
    for day in (16, 17, 18):
        driven.tell(_gates(f"{day} 02:00", f"r{day}", "CONTRACT", "PII"), commit(f"{day} 02:01", f"r{day}"))
    driven.tell(_gates("19 02:00", "r19", "CONTRACT"), commit("19 02:01", "r19"))
    assert driven.until(on("19 02:10:59")).signals == []
    (signal,) = driven.until(on("19 02:11")).signals
    assert (signal.state, signal.details["missing_gates"]) == ("WARNING", ["PII"])
    driven.tell(_gates("19 02:30", "r19", "PII"))
    assert driven.open() == {}


def test_gates_of_an_end_that_arrives_late_may_arrive_as_late():
    driven = _watched()
    for day in (16, 17, 18):
        driven.tell(_gates(f"{day} 02:00", f"r{day}", "CONTRACT", "PII"), commit(f"{day} 02:01", f"r{day}"))
    driven.tell(run("19 02:00", "START", "r19"), run("19 02:01", "COMPLETE", "r19"), now=on("19 03:00"))
    assert driven.until(on("19 03:09")).of("EVIDENCE_INCOMPLETE") == []
    assert len(driven.until(on("19 03:10")).of("EVIDENCE_INCOMPLETE")) == 1
    driven.tell(_gates("19 02:01", "r19", "CONTRACT", "PII"), now=on("19 03:11"))
    assert driven.open() == {}


def test_no_gate_is_expected_of_a_table_with_one_run_of_history():
    driven = _watched().tell(_gates("18 02:00", "r18", "CONTRACT"), commit("18 02:01", "r18"))
    assert driven.tell(commit("19 02:01", "r19")).until(on("19 09:00")).signals == []


def test_a_gate_that_only_some_runs_answered_is_not_expected():
    driven = _watched().tell(
        _gates("17 02:00", "r17", "CONTRACT", "PII"), _gates("18 02:00", "r18", "CONTRACT")
    )
    driven.tell(_gates("19 02:00", "r19", "CONTRACT"), commit("19 02:01", "r19"))
    assert driven.until(on("19 09:00")).signals == []


def test_an_older_runs_late_answers_do_not_close_the_gap():
    driven = _watched()
    for day in (16, 17, 18):
        driven.tell(_gates(f"{day} 02:00", f"r{day}", "CONTRACT", "PII"))
    driven.tell(commit("19 02:01", "r19")).until(on("19 03:00"))
    assert driven.open() == {"gates": "CRITICAL"}
    driven.tell(_gates("17 02:00", "r17", "CONTRACT", "PII"), now=on("19 04:00"))
    assert driven.open() == {"gates": "CRITICAL"}


def test_two_missed_beats_are_enough_of_a_run_that_long_kept_time():
    driven = _watched().tell(run("18 00:00", "START"))
    for half_hours in range(40):
        driven.tell(run(f"18 {half_hours // 2:02d}:{half_hours % 2 * 30:02d}", "HEARTBEAT"))
    assert driven.until(on("18 20:37")).signals == []
    (signal,) = driven.until(on("18 20:38")).signals
    assert (signal.signatures, signal.last_good) == (("HEARTBEATS_STOPPED",), on("18 19:30"))
