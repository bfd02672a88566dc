"""What is asked over REST, as a stranger's client asks it: every slip is told, none is a 500."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

BODIES = [("/api/v1/ask", {"question": "what is wrong?"}), ("/api/v1/incidents/inc-none/feedback", {})]


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    document: dict[str, Any] = response.json()
    assert (response.status_code, document["code"]) == (status, code), document
    assert document["detail"]
    assert document["hint"]
    return document


@pytest.mark.parametrize("path", [path for path, _ in BODIES])
def test_a_body_that_is_no_json_or_no_json_type_is_told_so(live: Any, path: str) -> None:
    post, headers = live.client.post, {"Content-Type": "application/json"}
    assert_problem(post(path, content='{"question"', headers=headers), 400, "malformed_body")
    assert_problem(post(path, content="", headers=headers), 400, "malformed_body")
    assert_problem(post(path, content=b"\xff", headers=headers), 400, "malformed_body")
    text = {"Content-Type": "text/plain"}
    assert_problem(post(path, content="what is wrong?", headers=text), 415, "unsupported_media_type")


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_a_question_is_held_to_the_limits_that_events_have(
    start: Callable[..., Any], path: str, body: dict[str, Any]
) -> None:
    post = start(max_body_bytes=4096).client.post
    assert_problem(post(path, json=body | {"comment": "x" * 5000}), 413, "body_too_large")


@pytest.mark.parametrize(
    "body", [{}, [], {"question": ""}, {"question": "why?", "extra": 1}, {"question": 7}]
)
def test_a_question_of_another_shape_names_the_field(live: Any, body: Any) -> None:
    assert (
        "body"
        in assert_problem(live.client.post("/api/v1/ask", json=body), 422, "invalid_parameters")["detail"]
    )


def test_a_question_may_come_compressed(live: Any) -> None:
    content = gzip.compress(json.dumps({"question": "what is wrong?"}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert live.client.post("/api/v1/ask", content=content, headers=headers).json()["answered_by"] == "router"


def test_openapi_says_what_a_question_and_a_feedback_hold(live: Any) -> None:
    paths = live.client.get("/openapi.json").json()["paths"]
    for path, field in (("/api/v1/ask", "question"), ("/api/v1/incidents/{incident_id}/feedback", "verdict")):
        body = paths[path]["post"]["requestBody"]
        assert field in body["content"]["application/json"]["schema"]["properties"]


def test_a_parameter_without_a_value_is_not_given(live: Any) -> None:
    plain = live.client.get("/api/v1/incidents").json()
    assert live.client.get("/api/v1/incidents?status=&dataset=&since=&cursor=&limit=").json() == plain


@pytest.mark.parametrize("since", ["2024-01-15T00:00:00+02:00", "2024-01-15T00:00:00%2B02:00", "2024-01-15"])
def test_since_takes_an_offset_whose_plus_was_not_encoded(live: Any, since: str) -> None:
    assert live.client.get(f"/api/v1/incidents?since={since}").status_code == 200


def test_a_since_that_is_no_time_is_named(live: Any) -> None:
    told = assert_problem(live.client.get("/api/v1/incidents?since=24h"), 422, "invalid_parameters")
    assert "since" in told["detail"]


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/api/v1/incidents"])
def test_head_answers_what_get_would_without_the_body(live: Any, path: str) -> None:
    answered = live.client.head(path)
    assert (answered.status_code, answered.content) == (200, b"")


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "OPTIONS"])
def test_mcp_is_posted_to_and_holds_no_other_connection_open(live: Any, method: str) -> None:
    answered = live.client.request(method, "/mcp", headers={"Accept": "text/event-stream"})
    assert (answered.status_code, answered.headers["allow"]) == (405, "POST")


def test_a_cursor_that_no_registry_list_gave_is_refused(live: Any) -> None:
    assert_problem(live.client.get("/api/v1/registry/datasets?cursor=zzz"), 400, "invalid_identifier")
