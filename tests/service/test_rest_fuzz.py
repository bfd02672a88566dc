"""Whatever is sent, nothing gets a 500, and what is refused is a problem document."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

QUICK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
POSTS = [
    "/lineage",
    "/lineage/batch",
    "/events",
    "/evidence",
    "/deployments",
    "/ask",
    "/incidents/inc-1/feedback",
]
KINDS = [
    "evidence",
    "openlineage",
    "deployment",
    "job_event",
    "write_event",
    "dataset",
    "mapping",
    "tick",
    "other",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
)
NAMES = (
    "eventType eventTime run job dataset inputs outputs facets namespace name urn service version deployed_at "
    "event_type event_time producer_urn run_id dataset_urn evidence_id timestamp result validation producer "
    "lineage slo feeds topic specversion"
)
FIELDS = st.sampled_from(NAMES.split())
TIMES = st.sampled_from(
    ["2026-01-19T02:00:00Z", "2026-01-19", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
BODIES = st.dictionaries(
    FIELDS, VALUES | TIMES | st.dictionaries(FIELDS, VALUES | TIMES, max_size=4), max_size=8
)
ENVELOPES = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS), "body": BODIES}, optional={"time": TIMES | SCALARS, "extra": VALUES}
)


def assert_answered(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"].startswith("application/problem+json")
        assert {"type", "title", "status", "detail", "code", "hint", "instance"} <= set(response.json())


@QUICK
@given(path=st.sampled_from(POSTS), content=st.binary(max_size=200), zipped=st.booleans())
def test_any_bytes_are_answered(live: Any, path: str, content: bytes, zipped: bool) -> None:
    headers = {"Content-Type": "application/json"} | ({"Content-Encoding": "gzip"} if zipped else {})
    assert_answered(live.client.post(f"/api/v1{path}", content=content, headers=headers))


@QUICK
@given(
    path=st.sampled_from(POSTS),
    value=VALUES | BODIES | st.lists(ENVELOPES, max_size=5),
    cut=st.integers(0, 400),
)
def test_any_json_whole_or_cut_short_is_answered(live: Any, path: str, value: Any, cut: int) -> None:
    text = json.dumps(value).encode()
    headers = {"Content-Type": "application/json"}
    assert_answered(live.client.post(f"/api/v1{path}", content=text, headers=headers))
    assert_answered(live.client.post(f"/api/v1{path}", content=text[:cut], headers=headers))
    zipped = gzip.compress(text)[: cut or None]
    assert_answered(
        live.client.post(f"/api/v1{path}", content=zipped, headers=headers | {"Content-Encoding": "gzip"})
    )


@QUICK
@given(st.lists(ENVELOPES, max_size=6))
def test_every_event_of_a_batch_is_accounted_for_and_the_engine_stays_up(live: Any, batch: list[Any]) -> None:
    response = live.client.post(
        "/api/v1/events?wait=true", content=json.dumps(batch), headers={"Content-Type": "application/json"}
    )
    assert_answered(response)
    document = response.json()
    assert document["accepted"] + document["duplicates"] + len(document["rejected"]) == len(batch)
    assert live.client.get("/ready").status_code == 200


@QUICK
@given(
    prefix=st.sampled_from(["datasets/", "registry/datasets/", "evidence/", "incidents/", ""]),
    name=st.text(max_size=60) | st.text(alphabet="ds:/%.~\\\x00é", max_size=30),
    suffix=st.sampled_from(["", "/signals", "/blast-radius", "/upstream", "/changes", "/rca"]),
)
def test_any_name_in_a_path_is_answered(live: Any, prefix: str, name: str, suffix: str) -> None:
    encoded = quote(name.encode("utf-8", "surrogatepass"), safe="")
    assert_answered(live.client.get(f"/api/v1/{prefix}{encoded}{suffix}"))


@QUICK
@given(
    st.dictionaries(st.sampled_from(["status", "dataset", "since", "cursor", "limit"]), st.text(max_size=30))
)
def test_any_query_is_answered(live: Any, query: dict[str, str]) -> None:
    for path in ("incidents", "registry/datasets", "datasets", "rejected"):
        assert_answered(live.client.get(f"/api/v1/{path}", params=query))


@pytest.fixture(scope="session")
def operations(live: Any) -> list[Any]:
    """Every call that the server's own description holds."""
    schema = schemathesis.openapi.from_url(f"{live.url}/openapi.json")
    return [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]


@QUICK
@given(st.data())
def test_any_call_made_from_the_description_is_answered(live: Any, operations: list[Any], data: Any) -> None:
    operation = data.draw(st.sampled_from(operations))
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    response = case.call(base_url=live.url, headers={"Authorization": f"Bearer {live.key}"})
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"][0].startswith("application/problem+json")
