"""When a job usually starts: learned from its nights, whatever a few of them were like."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.late.habits import DAY, Slot, expected, interval, slot_of
from copilot.world import RunView, World
from graph.model import Node, NodeRef, Subgraph
from signal_factory.times import format_time

JOB = "job://spark/build"
MONDAY = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
JITTER = st.integers(-10, 10).map(lambda minutes: minutes * MINUTE)


def _world(starts: Sequence[datetime], scheduled: Sequence[datetime | None] = ()) -> World:
    nodes: dict[NodeRef, Node] = {}
    for number, start in enumerate(starts):
        plan = scheduled[number] if number < len(scheduled) else None
        ref = NodeRef("JobRun", f"run-{number:03d}")
        props = {"job": JOB, "status": "COMPLETE", "started_at": format_time(start)}
        props |= {"ended_at": format_time(start + 20 * MINUTE)}
        nodes[ref] = Node(ref, props | ({"scheduled_at": format_time(plan)} if plan else {}), "")
    return World(Subgraph(nodes, (), dict.fromkeys(nodes, 0)), MONDAY)


def _slot(starts: Sequence[datetime], by: datetime) -> Slot:
    return slot_of(_world(starts), JOB, starts[-1] + 20 * MINUTE, by)


def _run(started: datetime, scheduled: datetime | None = None) -> RunView:
    return RunView("tonight", JOB, "COMPLETE", started, None, scheduled, "", "", "", 0)


@given(st.lists(JITTER, min_size=4, max_size=8))
def test_a_daily_job_is_due_when_it_usually_starts(jitter: list[timedelta]) -> None:
    starts = [MONDAY + number * DAY + off for number, off in enumerate(jitter)]
    tonight = MONDAY + len(starts) * DAY
    slot = _slot(starts, tonight + 2 * HOUR)
    assert abs(slot.due - tonight) <= 10 * MINUTE
    assert slot.holds(_run(tonight), tonight + 2 * HOUR)


@given(st.integers(4, 8), st.integers(5, 20))
def test_one_night_mended_hours_later_does_not_move_the_habit(nights: int, hours: int) -> None:
    starts = [MONDAY + number * DAY for number in range(nights)]
    starts[-1] += hours * HOUR
    slot = _slot(starts, MONDAY + nights * DAY + 2 * HOUR)
    assert slot.due == MONDAY + nights * DAY
    assert slot.holds(_run(slot.due), slot.due + 2 * HOUR)


def test_a_job_of_weekdays_is_due_on_monday_and_not_two_days_late() -> None:
    starts = [MONDAY + number * DAY for number in range(5)]
    slot = _slot(starts, MONDAY + 7 * DAY + HOUR)
    assert slot.due == MONDAY + 7 * DAY


@pytest.mark.parametrize(
    ("hours", "is_for_it"), [(-14, False), (-1, True), (0, True), (1, True), (23, False)]
)
def test_a_start_far_from_the_slot_is_not_for_it(hours: int, is_for_it: bool) -> None:
    starts = [MONDAY + number * DAY for number in range(5)]
    due = MONDAY + 5 * DAY
    assert _slot(starts, due + HOUR).holds(_run(due + hours * HOUR), due + HOUR) is is_for_it


def test_a_run_for_the_schedule_of_an_old_night_is_not_for_tonight() -> None:
    starts = [MONDAY + number * DAY for number in range(5)]
    slot = slot_of(_world(starts, starts), JOB, starts[-1] + 20 * MINUTE, MONDAY + 5 * DAY + HOUR)
    due = MONDAY + 5 * DAY
    assert slot.holds(_run(due, due), due + HOUR)
    assert not slot.holds(_run(due, starts[2]), due + HOUR)


@given(st.integers(0, 30 * 60))
def test_a_start_is_planned_as_long_after_the_schedule_as_ever(lag: int) -> None:
    plans = [MONDAY + number * DAY for number in range(5)]
    starts = [plan + lag * MINUTE for plan in plans]
    slot = slot_of(_world(starts, plans), JOB, starts[-1] + 20 * MINUTE, starts[-1] + DAY + HOUR)
    tonight = plans[-1] + DAY
    assert slot.planned(_run(tonight + lag * MINUTE, tonight)) == tonight + lag * MINUTE


@given(st.lists(st.integers(0, 9), min_size=1, max_size=9))
def test_arrivals_told_twice_are_expected_as_those_told_once(echoes: list[int]) -> None:
    arrivals = [MONDAY + number * DAY for number in range(10)]
    twice = sorted([*arrivals, *(arrivals[number] for number in echoes)])
    assert expected(twice) == expected(arrivals)
    assert interval(twice) == interval(arrivals)


@given(st.integers(2, 25), st.integers(20, 60))
def test_a_job_of_every_few_minutes_is_due_within_one_interval_of_the_deadline(every: int, runs: int) -> None:
    starts = [MONDAY + number * every * MINUTE for number in range(runs)]
    by = starts[-1] + 3 * HOUR
    slot = _slot(starts, by)
    assert by - every * MINUTE <= slot.due <= by
    assert slot.holds(_run(slot.due), by)


@given(st.lists(st.integers(1, 40 * 60), min_size=1, max_size=12), st.integers(1, 72))
def test_whatever_the_nights_were_like_no_slot_is_due_after_its_deadline(gaps: list[int], later: int) -> None:
    starts = [MONDAY]
    for gap in gaps:
        starts.append(starts[-1] + gap * MINUTE)
    by = starts[-1] + later * HOUR
    slot = _slot(starts, by)
    assert slot.due <= by
    assert starts[-1] <= slot.opens


def test_what_comes_all_day_is_not_late_at_night() -> None:
    arrivals = [MONDAY + day * DAY + minute * MINUTE for day in range(3) for minute in range(420, 1020, 10)]
    due, tolerance = expected(arrivals)
    assert due + tolerance >= arrivals[-1] + 14 * HOUR


def test_on_monday_the_schedule_of_friday_is_not_two_days_late() -> None:
    days_on = [0, 1, 2, 3, 4]
    plans = [MONDAY + (number - 1) * DAY for number in days_on]
    starts = [plan + DAY for plan in plans]
    by = MONDAY + 7 * DAY + HOUR
    slot = slot_of(_world(starts, plans), JOB, starts[-1] + 20 * MINUTE, by)
    monday = _run(MONDAY + 7 * DAY, MONDAY + 4 * DAY)
    assert slot.holds(monday, by)
    assert slot.planned(monday) == MONDAY + 7 * DAY
