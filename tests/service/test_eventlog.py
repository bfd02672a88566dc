"""The durable log: what was acknowledged is there, once, whatever came beside it."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from state_places import Place, place_of

from service.entries import Rejected, prepare
from service.eventlog import EventLog
from service.groupcommit import GroupCommit
from service.lease import holder, take_directory
from signal_factory.errors import BackendUnavailable
from signal_factory.wire import Envelope

NOW = datetime(2026, 1, 19, 2, 0, tzinfo=UTC)


def event(number: int, kind: str = "evidence", time: datetime = NOW) -> Envelope:
    return Envelope(time=time, kind=kind, body={"n": number})


def test_an_appended_event_is_read_back_as_it_was_sent(place: Place) -> None:
    log = place.log()
    sent = Envelope(time=NOW, kind="evidence", body={"text": "Größe ✓", "n": 1.5, "deep": [{"x": None}]})
    log.append([sent], NOW)
    assert log.read_from(0)[0].envelope == sent
    log.close()


def test_the_same_event_again_is_a_duplicate_whatever_the_order_of_its_fields(place: Place) -> None:
    log = place.log()
    first = Envelope(time=NOW, kind="evidence", body={"a": 1, "b": 2})
    again = Envelope(time=NOW + timedelta(hours=1), kind="evidence", body={"b": 2, "a": 1})
    seq = log.append([first], NOW).last
    outcome = log.append([again, again], NOW)
    assert (outcome.sequences, outcome.duplicates, log.last_seq) == ((seq, seq), 2, seq)
    log.close()


@pytest.mark.parametrize(("kind", "is_same"), [("evidence", True), ("tick", False), ("dataset", False)])
def test_only_kinds_with_a_time_of_their_own_are_the_same_at_another_envelope_time(
    kind: str, is_same: bool
) -> None:
    early, late = event(1, kind), event(1, kind, NOW + timedelta(hours=1))
    assert (prepare(early).identity == prepare(late).identity) is is_same


def test_what_was_acknowledged_is_there_after_reopening(place: Place) -> None:
    log = place.log()
    log.append([event(n) for n in range(10)], NOW)
    log.close()
    again = place.log(read_only=True)
    assert [entry.envelope.body["n"] for entry in again.read_from(4)] == [4, 5, 6, 7, 8, 9]
    again.close()


def test_many_threads_appending_at_once_lose_nothing_and_double_nothing(place: Place) -> None:
    log = place.log()
    threads = [
        threading.Thread(target=lambda start=start: [log.append([event(start + n)], NOW) for n in range(20)])
        for start in range(0, 80, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(entry.envelope.body["n"] for entry in log.read_from(0))
    assert numbers == list(range(90))
    log.close()


def test_a_failed_commit_is_told_to_everyone_it_carried() -> None:
    def fail(_: object) -> list[int]:
        raise BackendUnavailable("disk full")

    group: GroupCommit[int, int] = GroupCommit(fail)
    with pytest.raises(BackendUnavailable, match="disk full"):
        group.run(1)
    with pytest.raises(BackendUnavailable, match="disk full"):
        group.run(2)


def test_state_and_its_offset_are_saved_together_and_an_empty_row_deletes(place: Place) -> None:
    log = place.log()
    log.save_state({"a": "1", "b": "2"}, 7, lead_s=-3.5)
    log.save_state({"a": "", "c": "3"}, 9)
    saved = log.load_state()
    assert (saved.rows, saved.offset, saved.lead_s) == ({"b": "2", "c": "3"}, 9, -3.5)
    log.close()


def test_rejects_are_kept_in_part_and_counted_in_full(place: Place) -> None:
    log = place.log(max_rejected=3)
    rejects = [Rejected("test", "invalid_event", f"reason {n}", b"x" * 100_000) for n in range(5)]
    log.append([], NOW, rejects)
    kept = log.rejected()
    assert [reject["reason"] for reject in kept] == ["reason 4", "reason 3", "reason 2"]
    assert kept[0]["body_bytes"] == 100_000
    assert log.rejected_counts() == {"invalid_event": 5}
    log.close()


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(BackendUnavailable, match="cannot be used"):
        EventLog(tmp_path)


def test_a_second_writer_is_told_which_process_has_the_directory(tmp_path: Path) -> None:
    lease = take_directory(tmp_path, lambda: NOW)
    found = holder(tmp_path)
    with pytest.raises(BackendUnavailable, match=f"in use by process {found and found['pid']}"):
        take_directory(tmp_path, lambda: NOW)
    lease.release()
    assert holder(tmp_path) is None
    take_directory(tmp_path, lambda: NOW).release()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(numbers=st.lists(st.integers(0, 8), max_size=30), sizes=st.lists(st.integers(1, 5), max_size=10))
def test_any_chunking_of_any_doubling_stores_the_same_events_without_gaps(
    tmp_path_factory: pytest.TempPathFactory, kind: str, numbers: list[int], sizes: list[int]
) -> None:
    log = place_of(kind, tmp_path_factory.mktemp("log")).log()
    rest, accepted = list(numbers), 0
    for size in [*sizes, len(numbers)]:
        chunk, rest = rest[:size], rest[size:]
        accepted += log.append([event(n) for n in chunk], NOW).is_new.count(True)
    stored = log.read_from(0)
    assert [entry.envelope.body["n"] for entry in stored] == list(dict.fromkeys(numbers))
    assert [entry.seq for entry in stored] == list(range(1, accepted + 1))
    log.close()
