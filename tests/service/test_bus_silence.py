"""A bus that is silent is told from jobs and streams that are."""

from datetime import UTC, datetime, timedelta

from graph.facts import RunSeen, Validated
from service.pulse import Busy, Senders, is_silent

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTES = timedelta(minutes=1)


def ran(senders: Senders, job: str, at: datetime, *tables: str, dag: str = "") -> None:
    senders.note([RunSeen(at, "run", "run", job, "START", outputs=tables, dag=dag)], at)


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
