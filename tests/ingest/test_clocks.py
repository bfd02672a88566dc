from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts import Committed, RunSeen, Shipped
from ingest.clocks import not_ahead

NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)
OFF = st.timedeltas(timedelta(days=-400), timedelta(days=400))


@given(OFF)
def test_nothing_is_heard_more_than_seconds_before_it_happened(off: timedelta) -> None:
    told = Committed(NOW + off, "r", "ds://a/b")
    kept = not_ahead(told, NOW)
    assert kept.at <= NOW + timedelta(seconds=5)
    assert kept == told or off > timedelta(seconds=5)
    assert not_ahead(kept, NOW) == kept


@given(OFF, st.timedeltas(timedelta(), timedelta(hours=9)))
def test_a_run_keeps_how_long_it_took_when_its_clock_is_put_right(off: timedelta, took: timedelta) -> None:
    told = RunSeen(NOW + off, "r", "r", "job://a/b", "COMPLETE", started_at=NOW + off - took)
    kept = not_ahead(told, NOW)
    assert isinstance(kept, RunSeen)
    assert kept.started_at is not None
    assert kept.started_at <= kept.at
    assert kept.at - kept.started_at == took or off > timedelta(days=1)


@pytest.mark.parametrize(
    ("source", "minutes", "kept"),
    [("event", 2, 0), ("event", 90, 90), ("cdevents", 90, 90), ("run", 90, 0), ("evidence", 90, 0)],
)
def test_only_a_deployment_may_be_announced(source: str, minutes: int, kept: int) -> None:
    told = Shipped(NOW + timedelta(minutes=minutes), "s:2", "s", "2", source)
    assert not_ahead(told, NOW).at == NOW + timedelta(minutes=kept)
