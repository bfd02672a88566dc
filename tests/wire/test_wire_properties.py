"""Laws of reading: any JSON object parses or is refused, and what parses can be kept and written."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from subprocess import run
from sys import executable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from signal_factory.errors import InvalidEvent
from signal_factory.ids import content_hash
from signal_factory.wire import KINDS, MODELS, Evidence, parse_body, read_envelope
from signal_factory.wire.bodies import Body

TIME = "2024-01-15T09:58:02Z"
VALID: dict[str, dict[str, Any]] = {
    "evidence": {
        "evidence_id": "evd-1",
        "dataset_urn": "urn:dp:a:b",
        "producer": {"id": "p"},
        "validation": {"result": "FAIL", "gates": [{"gate": "G", "result": "FAIL", "details": {}}]},
        "source": {"topic": "t", "partition": 0, "offset": 0},
    },
    "openlineage": {
        "eventType": "START",
        "eventTime": TIME,
        "run": {"runId": "r", "facets": {"f": {}}},
        "job": {"namespace": "n", "name": "j", "facets": {}},
        "inputs": [{"namespace": "n", "name": "d", "facets": {}, "inputFacets": {}}],
        "outputs": [],
    },
    "deployment": {"service": "s", "version": "1", "deployed_at": TIME, "jobs": ["job://a/b"]},
    "job_event": {
        "event_type": "JobRunStarted",
        "event_time": TIME,
        "producer_urn": "job://a",
        "run_id": "r",
    },
    "write_event": {"event_time": TIME, "dataset_urn": "ds://a/b", "run_id": "r"},
    "dataset": {
        "urn": "ds://a/b",
        "tier": 1,
        "storage": {"gold": "s3://a"},
        "slo": {"freshness": {"expected_update_by": "02:00 ET daily", "grace_period": "30m"}},
    },
    "mapping": {"namespace": "n", "name": "d", "dataset_urn": "ds://a/b"},
    "tick": {},
}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from([2**64, -(2**63), TIME, "urn:x:y", "PASS", "30m", "x" * 5_000, "", " ", "\x00", "NaN"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "facets", "gate", "result", "\ud800"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    """Every place in ``value`` that could hold something else."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in steps:
        yield (*at, key)
        yield from paths(inner, (*at, key))


def field_paths(kind: str) -> list[tuple[Any, ...]]:
    declared = ((field.alias or name,) for name, field in MODELS[kind].model_fields.items())
    return sorted({*declared, *paths(VALID[kind]), ("unknown",)}, key=repr)


def replaced(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    step, *rest = at
    copy = value.copy()
    copy[step] = replaced(value[step], tuple(rest), new) if rest else new
    return copy


def read(kind: str, body: dict[str, Any]) -> Body | None:
    try:
        return parse_body(kind, body)
    except InvalidEvent as error:
        refused = str(error)
    assert 0 < len(refused) < 1_000
    return None


def kept(found: Body) -> None:
    """What was read can be compared, hashed by content and written as UTF-8."""
    written = json.dumps(found.model_dump(mode="json", by_alias=True), ensure_ascii=False, allow_nan=False)
    assert content_hash(json.loads(written.encode())) == content_hash(json.loads(written))


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_of_each_kind_is_read(kind: str):
    assert type(parse_body(kind, VALID[kind])) is MODELS[kind]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_anything_in_any_field_is_read_or_refused(kind: str, data: st.DataObject):
    at = data.draw(st.sampled_from(field_paths(kind)))
    body = replaced(VALID[kind], at, data.draw(JSON))
    read(kind, body)
    try:
        clean = read_envelope({"time": TIME, "kind": kind, "body": body}).body
    except InvalidEvent:
        return
    found = read(kind, clean)
    if found is not None:
        kept(found)


@given(st.sampled_from(KINDS), st.dictionaries(st.text(st.characters(), max_size=8), JSON, max_size=4))
def test_any_object_is_read_or_refused(kind: str, body: dict[str, Any]):
    read(kind, body)


@pytest.mark.parametrize("body", [None, [], "text", 3, [["a"]], [1, 2]])
def test_a_body_that_is_no_object_is_refused(body: Any):
    with pytest.raises(InvalidEvent):
        parse_body("evidence", body)


def test_an_unknown_kind_is_refused():
    with pytest.raises(InvalidEvent, match="unknown kind"):
        parse_body("evidences", {})


@given(st.permutations(list(VALID["evidence"].items())))
def test_the_order_of_fields_does_not_matter(items: list[tuple[str, Any]]):
    assert parse_body("evidence", dict(items)) == parse_body("evidence", VALID["evidence"])


@given(st.dictionaries(st.text(min_size=1), JSON, max_size=3))
def test_evidence_goes_through_its_wire_form_unchanged(extra: dict[str, Any]):
    try:
        body = read_envelope({"time": TIME, "kind": "evidence", "body": {**extra, **VALID["evidence"]}}).body
    except InvalidEvent:
        return
    found = read("evidence", body)
    if isinstance(found, Evidence):
        again = parse_body("evidence", found.to_wire())
        assert isinstance(again, Evidence)
        assert again.to_wire() == found.to_wire()


@pytest.mark.parametrize("kind", KINDS)
def test_models_are_frozen(kind: str):
    found: BaseModel = parse_body(kind, VALID[kind])
    with pytest.raises(ValueError, match="frozen"):
        found.anything = 1  # type: ignore[attr-defined]


def test_a_body_is_not_changed_by_reading_it():
    for kind, body in VALID.items():
        before = json.dumps(body)
        parse_body(kind, body)
        assert json.dumps(body) == before


def test_the_first_events_of_a_process_may_come_from_many_threads():
    script = (
        "import sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "from signal_factory.wire import Evidence\n"
        "sys.setswitchinterval(1e-6)\n"
        "body = {'dataset_urn': 'urn:dp:a:b', 'validation': {'result': 'PASS'}}\n"
        "together = Barrier(16)\n"
        "def read(_):\n"
        "    together.wait()\n"
        "    return Evidence.model_validate(body).to_wire()\n"
        "with ThreadPoolExecutor(16) as pool:\n"
        "    found = list(pool.map(read, range(16)))\n"
        "assert all(one == found[0] for one in found)\n"
    )
    done = run([executable, "-c", script], capture_output=True, text=True, check=False, env=_env())
    assert (done.returncode, done.stderr) == (0, "")


def _env() -> dict[str, str]:
    import signal_factory

    return {"PYTHONPATH": str(signal_factory.__path__[0]).removesuffix("/signal_factory")}


def test_threads_get_equal_events():
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda kind: parse_body(kind, VALID[kind]), KINDS * 4))
    assert found[: len(KINDS)] == found[-len(KINDS) :]
