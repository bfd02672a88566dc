"""Old events leave the log for the archive; whoever reads the log, or sends one again, does not notice."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from state_places import Place, place_of

from service import eventlog_tail
from service.application import Application
from service.documents import read_lines
from service.entries import prepare
from service.eventlog import EventLog
from service.eventlog_archive import ArchivedEvents
from service.settings import load_settings
from service.state.tables import events
from signal_factory.errors import BackendUnavailable
from signal_factory.wire import Envelope

START = datetime(2026, 1, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def event(number: int, at: datetime) -> Envelope:
    body = {
        "event_type": "JobRunCompleted", "event_time": at.isoformat(), "producer_urn": "job://spark/orders",
        "run_id": f"run-{number}", "output_datasets": ["ds://gold/orders"],
    }  # fmt: skip
    return Envelope(time=at, kind="job_event", body=body)


def registration(urn: str, at: datetime) -> Envelope:
    return Envelope(time=at, kind="dataset", body={"urn": urn, "tier": 2})


def fill(log: EventLog, days: int, a_day: int = 3) -> list[Envelope]:
    """So many events on each day, all of them applied."""
    made: list[Envelope] = []
    for number in range(days * a_day):
        at = START + number // a_day * DAY + timedelta(minutes=number % a_day)
        made.append(event(number, at))
        log.append(made[-1:], at)
    log.save_state({}, log.last_seq)
    return made


def told(log: EventLog) -> list[Envelope]:
    return [entry.envelope for entry in log.read_from(0, 10_000)]


def held(place: Place) -> int:
    """How many events the database itself has."""
    with place.raw() as raw, raw.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(events)).scalar_one())


def shrunk(log: EventLog, day: int) -> None:
    """The pass that archives, and the one after it, in which they leave."""
    for _ in range(2):
        log.shrink(START + day * DAY)


def test_what_is_old_and_applied_leaves_the_log_and_is_read_as_before(place: Place) -> None:
    log = place.log()
    made = fill(log, 20)
    before = log.read_from(0, 10_000)
    shrunk(log, 10)
    assert log.archived == 30
    assert held(place) == 30
    assert log.read_from(0, 10_000) == before
    assert [entry.seq for entry in log.read_from(25, 10)] == list(range(26, 36))
    assert told(log) == made
    assert log.last_seq == 60
    assert log.append([event(99, START + 21 * DAY)], START + 21 * DAY).sequences == (61,)
    log.close()


def test_what_the_engine_has_not_applied_stays(place: Place) -> None:
    log = place.log()
    fill(log, 20)
    log.save_state({}, 7)
    shrunk(log, 10)
    assert (log.archived, held(place)) == (7, 53)
    log.close()


def test_an_event_that_comes_again_when_it_is_archived_is_known(place: Place) -> None:
    log = place.log()
    made = fill(log, 20)
    shrunk(log, 10)
    fresh = event(1_000, START + DAY)
    again = log.append([made[4], fresh, made[50]], START + 20 * DAY)
    assert again.sequences == (5, 61, 51)
    assert again.is_new == (False, True, False)
    log.close()
    reopened = place.log()
    assert reopened.append([made[4], fresh], START + 21 * DAY).is_new == (False, False)
    reopened.close()


def test_an_old_event_is_asked_about_again_while_the_archive_is_away_and_a_new_one_is_not(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path)
    log = place.log()
    made = fill(log, 20)
    shrunk(log, 10)
    log.close()
    folder = tmp_path / "archive" / "events"
    (file,) = (folder / "day=2026-01-02").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    log = place.log()
    assert log.append([event(99, START + 20 * DAY)], START + 20 * DAY).is_new == (True,)
    with pytest.raises(BackendUnavailable, match="is not what was written there") as refused:
        log.append([made[4]], START + 20 * DAY)
    assert "nothing else holds them" in refused.value.hint
    file.write_bytes(whole)
    assert log.append([made[4]], START + 20 * DAY).is_new == (False,)
    log.close()


def test_events_that_are_nowhere_any_more_are_named_and_nothing_is_passed_over(tmp_path: Path) -> None:
    log = Place(tmp_path).log()
    fill(log, 20)
    shrunk(log, 10)
    (tmp_path / "archive" / "events" / "day=2026-01-02" / "000000000004-000000000006.parquet").unlink()
    with pytest.raises(BackendUnavailable, match="events 4 to 6 are not in the archive any more"):
        log.read_from(0, 10_000)
    assert len(log.read_from(6, 10_000)) == 54
    log.close()


def test_the_registration_that_holds_stays_readable_and_the_one_before_it_goes(place: Place) -> None:
    log = place.log()
    first = registration("ds://gold/orders", START)
    second = replace(first, time=START + DAY, body={**first.body, "tier": 1})
    log.append([first], START)
    log.append([second], START + DAY)
    fill(log, 20)
    shrunk(log, 10)
    assert log.told.registration("ds://gold/orders")["tier"] == 1
    assert held(place) == 31
    third = replace(first, time=START + 20 * DAY, body={**first.body, "tier": 3})
    log.append([third], START + 20 * DAY)
    shrunk(log, 10)
    assert log.told.registration("ds://gold/orders")["tier"] == 3
    assert held(place) == 31
    log.close()


def test_the_newest_event_stays_so_that_numbers_go_on(place: Place) -> None:
    log = place.log()
    fill(log, 3)
    shrunk(log, 100)
    assert (log.archived, held(place)) == (9, 1)
    log.close()
    reopened = place.log()
    assert reopened.append([event(99, START + 4 * DAY)], START + 4 * DAY).sequences == (10,)
    reopened.close()


def test_a_clock_that_was_years_ahead_for_a_while_keeps_nothing_in_the_log_for_good(place: Place) -> None:
    log = place.log()
    for number in range(100):
        at = START + number * DAY
        received = at + 9_000 * DAY if number == 20 else at
        log.append([event(number, at)], received)
    log.save_state({}, log.last_seq)
    before = told(log)
    shrunk(log, 60)
    assert log.archived == 60
    assert told(log) == before
    log.close()


class Torn(Exception):
    """The process died here."""


@settings(max_examples=40)
@given(data=st.data())
def test_wherever_a_pass_dies_every_event_stays_where_it_is_read_and_known(data: st.DataObject) -> None:
    days = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=30).map(sorted))
    most, at_once = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 4))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(eventlog_tail, "_MOST_ROWS", most)
        patch.setattr(eventlog_tail, "_AT_ONCE", at_once)
        log = EventLog(Path(folder))
        made = [event(number, START + day * DAY) for number, day in enumerate(days)]
        for each in made:
            log.append([each], each.time)
        log.save_state({}, data.draw(st.integers(0, len(made))))
        for _ in range(data.draw(st.integers(1, 4))):
            log = _passed(log, Path(folder), patch, data)
            assert [each.envelope for each in log.read_from(0, 100)] == made
            assert log.append(made, made[-1].time).duplicates == len(made)
        log.close()


def _passed(log: EventLog, folder: Path, patch: pytest.MonkeyPatch, data: st.DataObject) -> EventLog:
    """A pass that dies after some of its steps, and the log as the next process opens it."""
    left = data.draw(st.integers(0, 12), label="steps until it dies")
    dies_before = data.draw(st.booleans(), label="dies before the step")

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def taken(*given: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0 and dies_before:
                raise Torn
            found = step(*given)
            if left < 0:
                raise Torn
            return found

        return taken

    with patch.context() as torn:
        torn.setattr(ArchivedEvents, "write", dying(ArchivedEvents.write))
        torn.setattr(eventlog_tail.Tail, "_delete", dying(eventlog_tail.Tail._delete))
        try:
            log.shrink(START + data.draw(st.integers(0, 14)) * DAY)
        except Torn:
            log.close()
            return EventLog(folder)
    return log


def lines(days: int) -> str:
    made = [event(number, START + number * DAY) for number in range(days)]
    return "\n".join(
        json.dumps({"time": each.time.isoformat(), "kind": each.kind, "body": each.body}) for each in made
    )


def test_a_service_keeps_its_log_short_and_can_make_its_graph_anew_from_log_and_archive(
    tmp_path: Path,
) -> None:
    now = START
    given_settings = load_settings({"data_dir": tmp_path, "retention_s": 0}, {}).settings
    app = Application(given_settings, now=lambda: now)
    for line in lines(100).splitlines():
        now += DAY
        done = app.ingest(app.sort(read_lines(line), kind=None, source="test"))
    assert app.wait_applied(done.last, 60)
    app.close()
    app = Application(given_settings, now=lambda: now)
    for _ in range(2):
        app.retention.pass_once()
    assert app.log.archived == 9
    page = app.metrics.page().decode()
    assert "sf_retention_events_left_log 9.0" in page
    before = app.stats() | {"incidents": app.read_model.incidents()}
    app.close()
    rebuilt = Application(given_settings, now=lambda: now, rebuild=True)
    assert rebuilt.wait_applied(100, 60)
    rebuilt.retention.pass_once()
    assert rebuilt.stats() | {"incidents": rebuilt.read_model.incidents()} == before
    rebuilt.close()


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_log_on_a_server_rests_on_no_archive_that_only_one_machine_has(
    tmp_path: Path, is_shared: bool
) -> None:
    now = START
    place = place_of("postgres", tmp_path)
    given_settings = {
        "data_dir": tmp_path / "here", "state_url": place.state_url, "retention_s": 0,
        "archive_url": str(tmp_path / "shared") if is_shared else None,
    }  # fmt: skip
    app = Application(load_settings(given_settings, {}).settings, now=lambda: now)
    done = app.ingest(app.sort(read_lines(lines(2)), kind=None, source="test"))
    assert app.wait_applied(done.last, 60)
    app.close()
    now += 100 * DAY
    app = Application(load_settings(given_settings, {}).settings, now=lambda: now)
    for _ in range(2):
        app.retention.pass_once()
    assert (app.log.archived, held(place)) == ((2, 1) if is_shared else (0, 2))
    app.close()


def test_the_time_an_event_tells_is_found_in_each_form() -> None:
    at = START.isoformat()
    forms: list[dict[str, Any]] = [
        {"event_time": at}, {"eventTime": at}, {"timestamp": at}, {"deployed_at": at},
        {"context": {"timestamp": at}}, {"data": {"context": {"timestamp": at}}}, {"time": at},
    ]  # fmt: skip
    assert {prepare(Envelope(START, "evidence", body)).own for body in forms} == {at}
    assert prepare(Envelope(START, "tick", {})).own == at
    odd: list[dict[str, Any]] = [{}, {"timestamp": 5}, {"timestamp": "\ud800"}, {"timestamp": "9" * 65}]
    assert {prepare(Envelope(START, "evidence", body)).own for body in odd} == {""}
