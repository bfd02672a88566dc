"""What comes in over REST: the good part is kept, the rest is told why, nothing is a 500."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENT = {"service": "orders-svc", "version": "v1", "deployed_at": "2026-01-19T02:00:00Z"}


def lineage(job: str = "load", run: str = "run-1", kind: str = "COMPLETE") -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": "2026-01-19T02:00:00Z",
        "run": {"runId": run},
        "job": {"namespace": "tests", "name": job},
        "producer": "https://example.com/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }


def deployed(version: str) -> dict[str, Any]:
    return {"kind": "deployment", "body": DEPLOYMENT | {"version": version}}


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    document: dict[str, Any] = response.json()
    assert (response.status_code, document["status"], document["code"]) == (status, status, code), document
    assert {"type", "title", "detail", "hint", "instance"} <= set(document)
    return document


def test_one_lineage_event_is_accepted_once(live: Any) -> None:
    first = live.client.post("/api/v1/lineage", json=lineage(run="once"))
    again = live.client.post("/api/v1/lineage", json=lineage(run="once"))
    assert (first.status_code, first.json()) == (200, {"accepted": 1, "duplicates": 0, "rejected": []})
    assert (again.status_code, again.json()) == (200, {"accepted": 0, "duplicates": 1, "rejected": []})


def test_a_gzip_body_is_the_same_event_as_a_plain_one(live: Any) -> None:
    event = lineage(run="zipped")
    body = gzip.compress(json.dumps(event).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert live.client.post("/api/v1/lineage", content=body, headers=headers).json()["accepted"] == 1
    assert live.client.post("/api/v1/lineage", json=event).json()["duplicates"] == 1


def test_a_lineage_batch_answers_as_openlineage_has_it(live: Any) -> None:
    good, bad = lineage(run="batch-good"), {"eventType": "COMPLETE", "run": 7}
    document = live.client.post("/api/v1/lineage/batch", json=[good, bad]).json()
    assert document["status"] == "partial_success"
    assert document["summary"] == {
        "received": 2,
        "successful": 1,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    }
    assert [(failed["index"], failed["retriable"]) for failed in document["failed_events"]] == [(1, False)]
    whole = live.client.post("/api/v1/lineage/batch", json=[good]).json()
    assert (whole["status"], whole["failed_events"]) == ("success", [])


@pytest.mark.parametrize("form", ["one", "array", "lines", "lines called json"])
def test_envelopes_come_alone_as_an_array_or_as_lines(live: Any, form: str) -> None:
    events = [deployed(f"{form}-{number}") for number in range(1 if form == "one" else 3)]
    lines = "\n".join(json.dumps(event) for event in events) + "\n"
    content = json.dumps(events[0] if form == "one" else events) if form in {"one", "array"} else lines
    media = "application/x-ndjson" if form == "lines" else "application/json"
    response = live.client.post("/api/v1/events", content=content, headers={"Content-Type": media})
    assert response.json() == {"accepted": len(events), "duplicates": 0, "rejected": []}


def test_a_batch_keeps_its_good_part_and_names_the_rest_by_index(live: Any) -> None:
    batch = [deployed("kept"), {"kind": "gossip", "body": {}}, 7, deployed("kept-too"), {"kind": "evidence"}]
    document = live.client.post("/api/v1/events", json=batch).json()
    assert document["accepted"] == 2
    assert [item["index"] for item in document["rejected"]] == [1, 2, 4]
    assert all(item["reason"] for item in document["rejected"])


def test_an_element_that_only_python_calls_json_is_refused_alone(live: Any) -> None:
    one, two = json.dumps(deployed("nan-1")), json.dumps(deployed("nan-2"))
    text = f'[{one}, {{"kind": "tick", "body": {{"x": NaN}}}}, {two}]'
    document = live.client.post(
        "/api/v1/events", content=text, headers={"Content-Type": "application/json"}
    ).json()
    assert (document["accepted"], [item["index"] for item in document["rejected"]]) == (2, [1])


def test_a_broken_line_among_good_ones_is_refused_alone(live: Any) -> None:
    lines = "\n".join([json.dumps(deployed("line-1")), '{"kind": "deploy', json.dumps(deployed("line-2"))])
    response = live.client.post(
        "/api/v1/events", content=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    document = response.json()
    assert (document["accepted"], [item["index"] for item in document["rejected"]]) == (2, [1])


def test_what_was_refused_is_kept_and_listed(live: Any) -> None:
    live.client.post("/api/v1/events", json={"kind": "gossip-kept", "body": {}})
    listed = live.client.get("/api/v1/rejected", params={"limit": 1}).json()
    assert listed["items"][0]["code"] == "invalid_event"
    assert listed["items"][0]["source"] == "/api/v1/events"
    assert listed["counts"]["invalid_event"] >= 1


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b'{"kind": "tick"', {}, 400, "malformed_body"),
        (b"", {}, 400, "malformed_body"),
        (b"   ", {}, 400, "malformed_body"),
        (b"\xff\xfe{}", {}, 400, "malformed_body"),
        (b'{"kind": "tick", "body": {"x": NaN}}', {}, 400, "malformed_body"),
        (b"[" * 100_000, {}, 400, "malformed_body"),
        (b"1" * 10_000, {}, 400, "malformed_body"),
        (b'{"kind": "tick"}', {"Content-Type": "text/html"}, 415, "unsupported_media_type"),
        (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        (b"{}", {"Content-Type": "application/json; charset=utf-16"}, 415, "unsupported_media_type"),
        (b"{}", {"Content-Type": "nonsense"}, 415, "unsupported_media_type"),
        (b"{}", {"Content-Encoding": "br"}, 415, "unsupported_media_type"),
        (b"not gzip", {"Content-Encoding": "gzip"}, 400, "malformed_body"),
        (
            gzip.compress(b'{"kind": "tick"}', mtime=0)[:-9],
            {"Content-Encoding": "gzip"},
            400,
            "malformed_body",
        ),
        (gzip.compress(b"0" * 50_000_000, mtime=0), {"Content-Encoding": "gzip"}, 413, "body_too_large"),
        (b'{"kind": "gossip", "body": {}}', {}, 422, "invalid_event"),
        (b'{"kind": "evidence", "body": []}', {}, 422, "invalid_event"),
        (b'{"body": {}}', {}, 422, "invalid_event"),
        (b'{"kind": "tick", "time": "yesterday"}', {}, 422, "invalid_event"),
        (b'{"kind": "tick", "time": "9999-01-01T00:00:00Z"}', {}, 422, "invalid_event"),
        (b"7", {}, 422, "invalid_event"),
        (b"null", {}, 422, "invalid_event"),
    ],
)
def test_bad_input_gets_a_problem_that_says_what_is_wrong(
    live: Any, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    sent = {"Content-Type": "application/json", **headers}
    document = assert_problem(live.client.post("/api/v1/events", content=content, headers=sent), status, code)
    assert document["instance"] == "/api/v1/events"


def test_a_body_beyond_the_limit_is_refused_before_it_is_read_whole(live: Any) -> None:
    response = live.client.post(
        "/api/v1/events", content=b" " * (11 * 1024 * 1024), headers={"Content-Type": "application/json"}
    )
    assert_problem(response, 413, "body_too_large")


def test_one_oversized_event_does_not_cost_its_neighbours(live: Any) -> None:
    huge = {"kind": "deployment", "body": DEPLOYMENT | {"change_summary": "x" * 1_100_000}}
    document = live.client.post("/api/v1/events", json=[huge, deployed("beside-huge")]).json()
    assert (document["accepted"], document["rejected"][0]["code"]) == (1, "event_too_large")
    assert_problem(live.client.post("/api/v1/events", json=huge), 413, "event_too_large")


def test_half_a_character_is_mended_and_kept(live: Any) -> None:
    body = json.dumps(DEPLOYMENT | {"version": "half \ud800 one"})
    response = live.client.post(
        "/api/v1/deployments", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.json()["accepted"] == 1


def test_an_array_belongs_to_the_batch_call(live: Any) -> None:
    response = live.client.post("/api/v1/lineage", json=[lineage(), lineage()])
    assert "lineage/batch" in assert_problem(response, 422, "invalid_event")["hint"]


@pytest.mark.parametrize(
    "urn", ["ds%3A%2F%2Fa%2F..%2Fb", "ds://a/b%00c", "ds://a/b%0Ac", "x" * 3000, "%E0%A4%A"]
)
def test_a_hostile_urn_is_refused(live: Any, urn: str) -> None:
    response = live.client.put(f"/api/v1/registry/datasets/{urn}", json={})
    assert_problem(response, 400, "invalid_identifier")
    assert_problem(live.client.get(f"/api/v1/datasets/{urn}"), 400, "invalid_identifier")


def test_unknown_addresses_and_methods_are_problems_too(live: Any) -> None:
    assert_problem(live.client.get("/api/v1/nothing"), 404, "not_found")
    assert_problem(live.client.delete("/api/v1/incidents"), 405, "method_not_allowed")
    assert_problem(live.client.get("/api/v1/incidents", params={"limit": "many"}), 422, "invalid_parameters")
    assert_problem(live.client.get("/api/v1/incidents", params={"since": "soon"}), 422, "invalid_parameters")


@pytest.mark.parametrize("in_path", ["ds://tests/raw", "ds%3A%2F%2Ftests%2Fencoded", "urn:dp:tests:stream"])
def test_a_data_set_is_registered_and_read_back_by_its_urn(live: Any, in_path: str) -> None:
    urn = in_path.replace("%3A", ":").replace("%2F", "/")
    body = {"tier": "TIER_1", "owner_team": "tests"}
    made = live.client.put(f"/api/v1/registry/datasets/{in_path}", json=body)
    again = live.client.put(f"/api/v1/registry/datasets/{in_path}", json=body | {"tier": 2})
    assert (made.status_code, again.status_code, again.json()["applied"]) == (201, 200, True)
    read = live.client.get(f"/api/v1/registry/datasets/{in_path}").json()
    assert (read["urn"], read["tier"], read["owner_team"]) == (urn, 2, "tests")
    assert urn in [item["urn"] for item in live.client.get("/api/v1/registry/datasets").json()["items"]]


def test_registrations_are_listed_page_by_page(live: Any) -> None:
    for name in ("a", "b", "c"):
        live.client.put(f"/api/v1/registry/datasets/ds://pages/{name}", json={})
    seen: list[str] = []
    cursor = None
    while True:
        page = live.client.get(
            "/api/v1/registry/datasets", params={"limit": 2, "cursor": cursor or ""}
        ).json()
        seen += [item["urn"] for item in page["items"]]
        assert page["returned"] == len(page["items"]) <= 2
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen))
    assert {"ds://pages/a", "ds://pages/b", "ds://pages/c"} <= set(seen)


def test_a_registration_under_another_name_is_refused(live: Any) -> None:
    response = live.client.put("/api/v1/registry/datasets/ds://tests/a", json={"urn": "ds://tests/b"})
    assert_problem(response, 422, "invalid_event")


def test_a_full_backlog_is_answered_with_when_to_come_back(start: Callable[..., Any]) -> None:
    server = start(max_backlog=1)
    with server.application._gate.reading():
        first = server.client.post("/api/v1/deployments", json=DEPLOYMENT)
        second = server.client.post("/api/v1/deployments", json=DEPLOYMENT | {"version": "v2"})
    assert first.status_code == 200
    assert_problem(second, 503, "overloaded")
    assert int(second.headers["Retry-After"]) > 0
    server.settle()
    assert server.client.post("/api/v1/deployments", json=DEPLOYMENT | {"version": "v2"}).status_code == 200


def test_waiting_answers_once_the_event_has_had_its_effect(live: Any) -> None:
    response = live.client.post("/api/v1/events", params={"wait": "true"}, json=deployed("awaited"))
    assert response.json()["applied"] is True
    assert live.application.backlog == 0
