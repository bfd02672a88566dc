"""A bus that is silent is told from jobs and streams that are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts import Committed, RunSeen, Validated
from service.pulse import Busy, Senders, Vigil, is_silent
from tests.scenarios.expecting import open_incidents
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import FORMS, Form, freshness
from tests.scenarios.scenario_fleet import STORES, fleet
from tests.scenarios.scenario_runs import Batch, Night, run

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTES = timedelta(minutes=1)


def ran(senders: Senders, job: str, at: datetime, *tables: str, dag: str = "") -> None:
    senders.note([RunSeen(at, "run", "run", job, "START", outputs=tables, dag=dag)], at)


def begun(senders: Senders, job: str, at: datetime, *tables: str, dag: str, state: str = "START") -> None:
    """A run that reads ``<…`` and writes the other tables."""
    reads = tuple(each[1:] for each in tables if each.startswith("<"))
    writes = tuple(each for each in tables if not each.startswith("<"))
    run = RunSeen(at, "run", "run", job, state, inputs=reads, outputs=writes, dag=dag)
    senders.note([run], at)


def streamed(senders: Senders, urn: str, at: datetime) -> None:
    senders.note([Validated(at, "evd", urn, "PASS")], at)


def silent(senders: Senders, now: datetime, last: datetime) -> bool:
    return is_silent(Busy(), senders, now, last)


def nights(count: int) -> list[datetime]:
    return [START + DAY * day for day in range(count)]


def test_two_pipelines_that_both_say_nothing_are_a_silent_bus() -> None:
    senders = Senders()
    for night in nights(3):
        ran(senders, "job://airflow/a.load", night, "ds://a")
        ran(senders, "job://cron/b.load", night + 20 * MINUTES, "ds://b")
    tonight = START + 3 * DAY
    assert silent(senders, tonight + 90 * MINUTES, tonight - 60 * MINUTES)
    assert not silent(senders, tonight - 35 * MINUTES, tonight - 60 * MINUTES)


def test_a_paused_dag_silences_its_own_tables_only() -> None:
    senders = Senders()
    for night in nights(3):
        ran(senders, "job://airflow/a.one", night, "ds://one", dag="job://airflow/a")
        ran(senders, "job://airflow/a.two", night, "ds://two", dag="job://airflow/a")
        ran(senders, "job://spark/app", night + 5 * MINUTES, "ds://two", "ds://three")
    tonight = START + 3 * DAY
    assert not silent(senders, tonight + 90 * MINUTES, tonight - 60 * MINUTES)


def test_a_scheduler_that_stops_silences_all_its_pipelines() -> None:
    senders = Senders()
    for night in nights(3):
        ran(senders, "job://airflow/a.load", night, "ds://a", dag="job://airflow/a")
        ran(senders, "job://spark/b", night, "ds://b", dag="job://airflow/b")
        ran(senders, "job://airflow/c.load", night, "ds://c", dag="job://airflow/c")
    tonight = START + 3 * DAY
    assert not silent(senders, tonight + 90 * MINUTES, tonight - 60 * MINUTES)


def test_who_waits_for_a_silent_table_is_silent_with_its_writer() -> None:
    senders = Senders()
    for night in nights(3):
        ran(senders, "job://airflow/a.load", night, "ds://a")
        senders.note([RunSeen(night, "run", "run", "job://cron/b", "START", inputs=("ds://a",))], night)
    tonight = START + 3 * DAY
    assert not silent(senders, tonight + 90 * MINUTES, tonight - 60 * MINUTES)


def test_who_waits_for_a_table_that_was_begun_and_not_finished_is_silent_with_its_writer() -> None:
    senders = Senders()
    for night in nights(3):
        ran(senders, "job://dbt/a", night - 60 * MINUTES, "ds://a")
        ran(senders, "job://dbt/b", night, "ds://b")
        senders.note([RunSeen(night, "run", "run", "job://spark/c", "START", inputs=("ds://a",))], night)
    tonight = START + 3 * DAY
    assert not silent(senders, tonight + 90 * MINUTES, tonight - 50 * MINUTES)


def test_a_stream_and_a_pipeline_silent_at_once_are_a_silent_bus() -> None:
    senders = Senders()
    for night in nights(3):
        ran(senders, "job://airflow/a.load", night, "ds://a")
        streamed(senders, "urn:dp:clicks", night + 10 * MINUTES)
    tonight = START + 3 * DAY
    assert silent(senders, tonight + 90 * MINUTES, tonight - 60 * MINUTES)


def test_all_streams_of_one_enforcer_may_be_its_own_silence() -> None:
    senders = Senders()
    for night in nights(3):
        ran(senders, "job://enforcer/all", night)
        ran(senders, "job://enforcer/views", night, "urn:dp:views")
        streamed(senders, "urn:dp:clicks", night + 10 * MINUTES)
        streamed(senders, "urn:dp:views", night + 10 * MINUTES)
    tonight = START + 3 * DAY
    assert not silent(senders, tonight + 90 * MINUTES, tonight - 60 * MINUTES)


def test_who_does_not_speak_at_weekends_is_not_missed_there() -> None:
    senders = Senders()
    for night in nights(13):
        if night.weekday() < 5:
            ran(senders, "job://airflow/a.load", night, "ds://a")
            ran(senders, "job://cron/b.load", night, "ds://b")
    saturday, monday = START + 12 * DAY, START + 14 * DAY
    for night in (saturday, saturday + DAY):
        assert not silent(senders, night + 90 * MINUTES, night - 60 * MINUTES)
    assert silent(senders, monday + 90 * MINUTES, monday - 60 * MINUTES)


def test_what_was_heard_is_forgotten_after_eight_days() -> None:
    senders = Senders()
    for night in nights(40):
        ran(senders, "job://airflow/a.load", night, "ds://a")
    assert len(senders.heard) <= 9


def test_one_night_is_no_habit() -> None:
    senders = Senders()
    ran(senders, "job://airflow/a.load", START, "ds://a")
    ran(senders, "job://cron/b.load", START, "ds://b")
    assert not silent(senders, START + DAY + 90 * MINUTES, START + DAY - 60 * MINUTES)


A, B = "job://airflow/a", "job://airflow/b"
STEPS = (
    ("job://spark/a1", A, ("<ds://raw", "ds://a1")),
    ("job://spark/a2", A, ("<ds://a1", "ds://a2")),
    ("job://spark/b1", B, ("<ds://raw", "ds://b1")),
)


def two_dags(tonights: str, *, until: datetime, raw: bool) -> Senders:
    """Three nights of two DAGs of one scheduler, and one on which only some jobs are begun."""
    senders = Senders()
    for night in (*nights(4),):
        if raw or night < until:
            senders.note([Committed(night, "x", "ds://raw", "run")], night - 30 * MINUTES)
        for number, (job, dag, tables) in enumerate(STEPS):
            at = night + 10 * number * MINUTES
            if night < until or job.rpartition("/")[2] in tonights:
                begun(senders, job, at, *tables, dag=dag)
            if night < until:
                begun(senders, job, at + 20 * MINUTES, *tables, dag=dag, state="COMPLETE")
    return senders


TONIGHT = START + 3 * DAY


@pytest.mark.parametrize(
    ("tonights", "raw", "expected"),
    [
        ("", True, False),  # the scheduler stopped
        ("a1", True, True),  # a run hangs, and the other DAG has nothing to do with it
        ("a1 b1", True, True),  # two runs hang
        ("a1 b1", False, False),  # both wait for what is missing
    ],
)
def test_a_scheduler_that_stops_does_not_silence_what_runs(
    tonights: str, *, raw: bool, expected: bool
) -> None:
    senders = two_dags(tonights, until=TONIGHT, raw=raw)
    assert silent(senders, TONIGHT + 120 * MINUTES, TONIGHT + 10 * MINUTES) is expected


def test_a_run_that_hangs_silences_the_steps_of_its_dag_and_who_waits_for_its_table() -> None:
    senders = Senders()
    for night in nights(4):
        begun(senders, "job://spark/a1", night, "ds://a1", dag=A)
        if night < TONIGHT:
            begun(senders, "job://spark/a1", night + 20 * MINUTES, "ds://a1", dag=A, state="COMPLETE")
            ran(senders, "job://airflow/a.mail", night + 30 * MINUTES, dag=A)
            begun(senders, "job://cron/c", night + 40 * MINUTES, "<ds://a1", "ds://c", dag="")
    assert not silent(senders, TONIGHT + 120 * MINUTES, TONIGHT)


def test_a_silence_that_shows_lasts_until_the_bus_is_heard() -> None:
    senders, vigil, tonight = Senders(), Vigil(), START + 3 * DAY
    for night in nights(3):
        ran(senders, "job://airflow/a.load", night, "ds://a")
        ran(senders, "job://cron/b.load", night + 20 * MINUTES, "ds://b")
    last = tonight - 60 * MINUTES
    assert not vigil.is_silent(Busy(), senders, tonight, last)
    assert vigil.is_silent(Busy(), senders, tonight + 3 * DAY, last)
    assert not vigil.is_silent(Busy(), senders, tonight + 3 * DAY, tonight + 3 * DAY)


@given(st.lists(st.integers(1, 600), max_size=12), st.integers(30, 600))
def test_it_does_not_matter_how_often_one_asks_whether_the_bus_is_silent(asked: list[int], end: int) -> None:
    senders = two_dags("a1", until=TONIGHT, raw=True)
    last = TONIGHT + 10 * MINUTES
    often, once = Vigil(), Vigil()
    for minutes in sorted(each for each in asked if each < end):
        often.is_silent(Busy(), senders, last + minutes * MINUTES, last)
    now = last + end * MINUTES
    assert often.is_silent(Busy(), senders, now, last) == once.is_silent(Busy(), senders, now, last)


OUT = "2026-01-15"
FIRST = Batch("job://cron/first", "ds://curated/first", start="00:40", minutes=20, heartbeat_minutes=5)
LATER = Batch("job://airflow/later", "ds://curated/later", start="04:00", minutes=20)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("until", "freshness_of_evidence"), [("02:30", "FRESH"), ("08:00", "STALE")])
def test_an_outage_that_shows_hours_later_puts_in_doubt_what_broke_before(
    until: str, freshness_of_evidence: str, form: Form
) -> None:
    slo = {LATER.writes: freshness("09:00 ET", "10m")}
    scenario = fleet(form, (FIRST, LATER), slo=slo)
    run(scenario, STORES, OUT)
    run(scenario, FIRST, OUT, Night(outcome="silent", minutes=15))
    scenario.tick(scenario.at(OUT, until))
    found = {each["freshness_of_evidence"] for each in open_incidents(replay(scenario))}
    assert found == {freshness_of_evidence}
