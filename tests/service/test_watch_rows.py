"""What a watch keeps lies beside the leader's state, on either database, and under a lease of its own."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from state_places import Place

from service.entries import prepare
from service.eventlog import EventLog
from service.fleetlease import FleetLease
from service.lease import LeaseLost
from service.state.database import Database
from service.state.opening import open_part
from service.state.tables import Part
from service.watch.rows import Reached, WatchRows
from signal_factory.wire import Envelope

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
REACHED = Reached({("signal_factory.evidence", 3): 17, ("signal_factory.lineage", 0): 4}, -0.25)


@pytest.fixture
def log(place: Place) -> Iterator[EventLog]:
    made = place.log()
    yield made
    made.close()


@pytest.fixture
def database(place: Place, log: EventLog) -> Iterator[Database]:
    made = open_part(place.data_dir, Part.LOG, place.state_url)
    yield made
    made.close()


def _lease(database: Database, holder: str, ttl_s: float = 60.0) -> FleetLease:
    return FleetLease(database, holder, ttl_s, "freshness")


def test_rows_come_back_with_how_far_they_hold_and_are_no_part_of_the_leaders(
    log: EventLog, database: Database
) -> None:
    rows, lease = WatchRows(database, "freshness"), _lease(database, "one")
    assert rows.load() == ({}, None)
    assert lease.acquire()
    log.save_state({"state/ds://a/b": "the leader's", "watched": "its own"}, 5)
    rows.save({"state/ds://a/b": "1", "time": "2"}, Reached(), lease)
    rows.save({"state/ds://a/b": "", "due/ds://a/b": "3"}, REACHED, lease)
    assert rows.load() == ({"time": "2", "due/ds://a/b": "3"}, REACHED)
    assert dict(log.load_state().rows) == {"state/ds://a/b": "the leader's", "watched": "its own"}
    assert WatchRows(database, "fresh").load() == ({}, None)


def test_whoever_was_taken_over_from_keeps_nothing(database: Database) -> None:
    rows, paused, other = (
        WatchRows(database, "freshness"), _lease(database, "paused", 0.0), _lease(database, "other"),
    )  # fmt: skip
    assert paused.acquire()
    assert other.acquire()
    with pytest.raises(LeaseLost):
        rows.save({"time": "1"}, REACHED, paused)
    assert rows.load() == ({}, None)
    rows.save({"time": "2"}, REACHED, other)
    assert rows.load() == ({"time": "2"}, REACHED)


def test_the_watch_and_the_leader_hold_two_leases(log: EventLog, database: Database) -> None:
    assert log.lease(f"leader-{os.getpid()}", 60.0).acquire()
    assert _lease(database, "watch").acquire()


def test_the_last_events_of_the_log_are_told_newest_first_without_records(
    log: EventLog, database: Database
) -> None:
    deployed = [
        Envelope(time=NOW + timedelta(minutes=number), kind="deployment",
                 body={"service": "s", "version": str(number), "deployed_at": NOW.isoformat()})
        for number in range(4)
    ]  # fmt: skip
    record = Envelope(
        time=NOW, kind="evidence", body={"dataset_urn": "ds://a/b", "validation": {"result": "PASS"}}
    )
    log.append([*deployed, record], NOW)
    found = list(WatchRows(database, "freshness").recent(3))
    assert found == [prepare(each).identity for each in reversed(deployed[1:])]
