"""The small parts: turns, clocks, documents, paths, bodies."""

import gzip
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clocks import EngineClock
from service.documents import MalformedBody, read_items, read_lines
from service.gate import Gate
from service.rest.bodies import gunzip
from service.rest.problems import BodyTooLarge
from service.rest.urnpaths import one_segment

NOW = datetime(2026, 11, 21, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def test_a_waiting_reader_goes_before_the_writer() -> None:
    gate, order = Gate(), []
    reader_waits = threading.Event()

    def read() -> None:
        reader_waits.set()
        with gate.reading():
            order.append("reader")

    with gate.writing():
        reader = threading.Thread(target=read)
        reader.start()
        reader_waits.wait(5)
        while not gate._waiting_readers:
            pass
    with gate.writing():
        order.append("writer")
    reader.join()
    assert order == ["reader", "writer"]


def test_a_turn_that_fails_is_given_up() -> None:
    gate = Gate()
    with pytest.raises(ValueError, match="broken"), gate.writing():
        raise ValueError("broken")
    with gate.reading():
        pass


def test_the_clock_stands_where_recorded_events_end_and_goes_on_from_there() -> None:
    now = [NOW]
    clock = EngineClock(lambda: now[0], follows_events=True)
    assert clock.now() is None
    clock.observe(-3 * 86_400.0)
    clock.observe(-86_400.0)
    clock.observe(-2 * 86_400.0)
    assert clock.now() == NOW - timedelta(days=1)
    now[0] += timedelta(minutes=5)
    assert clock.now() == NOW - timedelta(days=1) + timedelta(minutes=5)


def test_a_live_event_brings_the_clock_to_the_present_and_none_beyond() -> None:
    clock = EngineClock(lambda: NOW, follows_events=True)
    for lead in (-86_400.0, 0.0, 3_600.0, -5.0):
        clock.observe(lead)
    assert clock.now() == NOW


def test_the_wall_clock_follows_nothing() -> None:
    clock = EngineClock(lambda: NOW, follows_events=False)
    clock.observe(-86_400.0)
    assert clock.now() == NOW


@given(st.lists(JSON, max_size=5))
def test_an_array_and_its_lines_hold_the_same_items(values: list[Any]) -> None:
    array = [item.value for item in read_items(json.dumps(values))]
    lines = [item.value for item in read_lines("\n".join(map(json.dumps, values)))]
    assert array == values == lines


@given(st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=3), min_size=2, max_size=5))
def test_lines_are_recognised_whatever_they_are_called(values: list[Any]) -> None:
    text = "\n".join(map(json.dumps, values))
    assert [item.value for item in read_items(text)] == values


@pytest.mark.parametrize(
    "text", ['[{"a": NaN}, 1] x', "[1, 2", "[1 2]", "[1,]", "[", '{"a": 1} x', '{"a": NaN}']
)
def test_text_that_is_neither_is_malformed(text: str) -> None:
    with pytest.raises(MalformedBody):
        read_items(text)


def test_repeated_names_cost_their_own_element_only() -> None:
    items = read_items('[{"a": 1}, {"a": 1, "a": 2}, {"b": [1, {"c": "]"}]}]')
    assert [item.error is None for item in items] == [True, False, True]


@given(st.binary(max_size=2_000), st.integers(1, 3))
def test_gzip_of_any_number_of_members_is_read_back(data: bytes, members: int) -> None:
    assert gunzip(gzip.compress(data) * members, 10_000) == data * members


@given(st.binary(min_size=1, max_size=500), st.data())
def test_gzip_cut_short_anywhere_is_malformed(data: bytes, drawn: st.DataObject) -> None:
    whole = gzip.compress(data)
    with pytest.raises(MalformedBody):
        gunzip(whole[: drawn.draw(st.integers(0, len(whole) - 1))], 10_000)


@given(st.integers(0, 300))
def test_decompression_stops_at_its_limit(beyond: int) -> None:
    zipped = gzip.compress(b"0" * (1_000 + beyond))
    if beyond:
        with pytest.raises(BodyTooLarge):
            gunzip(zipped, 1_000)
    else:
        assert len(gunzip(zipped, 1_000)) == 1_000


@pytest.mark.parametrize(
    ("raw", "urn", "suffix"),
    [
        ("ds://zone/name", "ds://zone/name", ""),
        ("ds:/zone/name", "ds://zone/name", ""),
        ("ds%3A%2F%2Fzone%2Fname", "ds://zone/name", ""),
        ("ds://zone/name/signals", "ds://zone/name", "/signals"),
        ("ds%3A%2F%2Fzone%2Fname/blast-radius", "ds://zone/name", "/blast-radius"),
        ("ds%3A%2F%2Fzone%2Fsignals", "ds://zone/signals", ""),
        ("ds://zone/signals", "ds://zone/signals", ""),
        ("urn:dp:orders:created/upstream", "urn:dp:orders:created", "/upstream"),
        ("urn:dp:orders:created", "urn:dp:orders:created", ""),
    ],
)
def test_a_urn_in_a_path_is_one_segment_however_it_is_written(raw: str, urn: str, suffix: str) -> None:
    assert one_segment(f"/api/v1/datasets/{raw}") == f"/api/v1/datasets/{quote(urn, safe='')}{suffix}"


@pytest.mark.parametrize("path", ["/api/v1/datasets", "/api/v1/datasets/", "/health", "/api/v1/incidents/x"])
def test_other_paths_are_left_alone(path: str) -> None:
    assert one_segment(path) is None
