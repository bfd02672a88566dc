"""Lines and envelopes: what can be read becomes storable, what cannot says why."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signal_factory.errors import InvalidEvent
from signal_factory.ids import content_hash
from signal_factory.wire import KINDS, read_envelope, read_json, read_line

TIME = "2024-01-15T09:58:02.312Z"


def line(**changes: Any) -> str:
    return json.dumps({"time": TIME, "kind": "evidence", "body": {"a": 1}, **changes})


def test_a_line_gives_time_kind_and_body():
    found = read_line(line())
    assert found.time == datetime(2024, 1, 15, 9, 58, 2, 312_000, tzinfo=UTC)
    assert (found.kind, found.body) == ("evidence", {"a": 1})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_the_contract_is_known(kind: str):
    assert read_line(line(kind=kind)).kind == kind


def test_a_tick_needs_no_body():
    assert read_envelope({"time": TIME, "kind": "tick"}).body == {}


def test_the_offset_of_a_time_is_turned_into_utc():
    assert read_line(line(time="2024-01-15T04:58:02-05:00")).time.hour == 9


def test_a_missing_time_takes_the_default_and_a_bad_one_does_not():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert read_envelope({"kind": "tick", "body": {}}, default_time=now).time == now
    with pytest.raises(InvalidEvent):
        read_envelope({"kind": "tick", "body": {}, "time": "soon"}, default_time=now)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"time": "2024-01-15T09:58:02Z", "kind": "evi', "not JSON"),
        (b"\xff\xfe{}", "UTF-8"),
        ("[]", "object"),
        ("null", "object"),
        ('"text"', "object"),
        (line(kind=None), "no kind"),
        (line(kind="evidences"), "unknown"),
        (line(kind=["evidence"]), "unknown"),
        (line(time=None), "no time"),
        (line(time="yesterday"), "RFC 3339"),
        (line(time=1_705_312_682), "not text"),
        (line(time="2024-13-45T00:00:00Z"), "RFC 3339"),
        (line(body=None), "body"),
        (line(body=[1]), "body"),
        (line(body={"a": float("nan")}), "NaN"),
        (line(body={"a": float("-inf")}), "NaN"),
        ('{"time": "' + TIME + '", "kind": "tick", "body": {"a": 1e999}}', "too large"),
        ('{"time": "' + TIME + '", "kind": "tick", "body": {"a": ' + "9" * 5000 + "}}", "digits"),
        ('{"time": "' + TIME + '", "kind": "tick", "body": {"a": 1, "a": 2}}', "twice"),
        ('{"time": "' + TIME + '", "kind": "tick", "body": {"a": ' + "[" * 150 + "]" * 150 + "}}", "deeper"),
        ('{"a":' * 100_000, "deeper"),
        ("[" * 100_000, "deeper"),
    ],
)
def test_an_unreadable_line_says_why(text: str | bytes, reason: str):
    with pytest.raises(InvalidEvent, match=reason):
        read_line(text)


def test_a_body_that_was_not_read_from_json_is_checked_as_well():
    loop: dict[str, Any] = {}
    loop["self"] = loop
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    for body in (loop, deep, {"a": float("inf")}, {"a": {1, 2}}, {"a": b"bytes"}):
        with pytest.raises(InvalidEvent):
            read_envelope({"time": TIME, "kind": "tick", "body": body})


def test_many_shallow_objects_are_not_deep():
    body = {str(n): {"a": [n]} for n in range(500)}
    assert read_line(line(body=body)).body == body


def test_a_byte_order_mark_is_skipped():
    assert read_line(b"\xef\xbb\xbf" + line().encode()).kind == "evidence"
    assert read_line("\ufeff" + line()).kind == "evidence"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("\\ud800 x", "\ufffd x"), ("\\udc00", "\ufffd"), ("\\ud83d\\ude00", "😀"), ("→", "→")],
)
def test_lone_surrogates_are_replaced_so_that_the_body_can_be_written(sent: str, kept: str):
    found = read_line('{"time": "' + TIME + '", "kind": "tick", "body": {"a": "' + sent + '"}}')
    assert found.body == {"a": kept}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)


@given(st.text(st.characters()) | st.binary())
def test_any_text_is_an_envelope_or_an_invalid_event(text: str | bytes):
    with pytest.raises(InvalidEvent):
        read_line(text)


@given(JSON, JSON, JSON, st.booleans())
def test_whatever_is_accepted_can_be_hashed_and_written(time: Any, kind: Any, body: Any, good: bool):
    obj = {"time": TIME, "kind": "tick", "body": body} if good else {"time": time, "kind": kind, "body": body}
    try:
        found = read_envelope(obj)
    except InvalidEvent:
        return
    written = json.dumps(found.body, ensure_ascii=False, allow_nan=False).encode()
    assert read_json(written) == found.body
    assert len(content_hash(found.body)) == 64


@given(st.dictionaries(st.text(), JSON, max_size=3))
def test_a_line_and_its_parsed_object_give_the_same_envelope(body: dict[str, Any]):
    obj = {"time": TIME, "kind": "tick", "body": body}
    try:
        expected = read_envelope(obj)
    except InvalidEvent:
        with pytest.raises(InvalidEvent):
            read_line(json.dumps(obj))
        return
    assert read_line(json.dumps(obj)) == expected


def test_what_is_not_json_is_told_in_one_readable_sentence() -> None:
    with pytest.raises(InvalidEvent, match=r"^not JSON: Unterminated string starting at character 2$"):
        read_line('{"time')


def test_letters_in_a_time_may_be_small() -> None:
    small = read_line('{"time": "2026-01-19t02:00:00.5z", "kind": "tick", "body": {}}')
    assert small == read_line('{"time": "2026-01-19T02:00:00.5Z", "kind": "tick", "body": {}}')
