"""Who may call what, as whom, from where; and what leaves with every answer."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.keys import Keyring, add_key, local_key, remove_key, stored_keys
from service.settings import load_settings
from signal_factory.errors import CallerError, ConfigurationError, NotFound

NOW = datetime(2026, 1, 19, 2, 0, tzinfo=UTC)
EVENT = {
    "kind": "deployment",
    "body": {"service": "s", "version": "1", "deployed_at": "2026-01-19T02:00:00Z"},
}
CALLS: list[tuple[str, str, Any, str]] = [
    ("GET", "/api/v1/incidents", None, "read"),
    ("GET", "/api/v1/datasets", None, "read"),
    ("GET", "/api/v1/registry/datasets", None, "read"),
    ("POST", "/api/v1/ask", {"question": "what is wrong?"}, "read"),
    ("POST", "/api/v1/events", EVENT, "ingest"),
    ("POST", "/api/v1/lineage/batch", [], "ingest"),
    ("PUT", "/api/v1/registry/datasets/ds://access/one", {}, "operate"),
    ("GET", "/api/v1/rejected", None, "operate"),
]
SCOPES = {
    "reader": {"read"},
    "ingester": {"ingest"},
    "operator": {"read", "ingest", "operate"},
    "approver": {"read", "ingest", "operate"},
    "admin": {"read", "ingest", "operate"},
}


def call(live: Any, method: str, path: str, body: Any, key: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.request(method, live.url + path, json=body, headers=headers, trust_env=False)


@pytest.mark.parametrize("role", list(SCOPES))
def test_each_role_may_do_what_it_covers_and_nothing_else(live: Any, role: str) -> None:
    key = add_key(live.data_dir, f"test-{role}", role, NOW, os.urandom)
    for method, path, body, scope in CALLS:
        response = call(live, method, path, body, key)
        if scope in SCOPES[role]:
            assert response.status_code < 400, (role, path, response.text)
        else:
            assert (response.status_code, response.json()["code"]) == (403, "forbidden"), (role, path)


@pytest.mark.parametrize("key", [None, "", "wrong", "sf_" + "0" * 64])
def test_without_a_known_key_nothing_is_answered(live: Any, key: str | None) -> None:
    for method, path, body, _ in CALLS:
        response = call(live, method, path, body, key)
        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert call(live, "POST", "/mcp", {}, key).status_code == 401


def test_a_removed_key_is_refused_at_once(live: Any) -> None:
    key = add_key(live.data_dir, "short-lived", "reader", NOW, os.urandom)
    assert call(live, "GET", "/api/v1/incidents", None, key).status_code == 200
    remove_key(live.data_dir, "short-lived")
    assert call(live, "GET", "/api/v1/incidents", None, key).status_code == 401


def test_health_is_open_and_on_loopback_so_are_readiness_and_metrics(live: Any) -> None:
    for path in ("/health", "/ready", "/metrics", "/openapi.json"):
        assert call(live, "GET", path, None, None).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example.com", "evil.example.com:8420", "127.0.0.1.evil.example.com", "["]
)
def test_another_hosts_name_is_refused_as_dns_rebinding(live: Any, host: str) -> None:
    response = httpx.get(f"{live.url}/health", headers={"Host": host}, trust_env=False)
    assert (response.status_code, response.json()["code"]) == (421, "wrong_host")


def test_a_page_of_another_origin_may_not_call(live: Any) -> None:
    for origin in ("https://evil.example.com", "null"):
        response = live.client.get("/api/v1/incidents", headers={"Origin": origin})
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    response = live.client.get("/api/v1/incidents", headers={"Origin": "http://localhost:8501"})
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


def test_every_answer_carries_the_security_headers(live: Any) -> None:
    for path, key in [("/health", None), ("/api/v1/incidents", None), ("/api/v1/incidents", live.key)]:
        headers = call(live, "GET", path, None, key).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "server" not in headers


def test_with_authentication_off_anyone_on_this_machine_may_call(start: Callable[..., Any]) -> None:
    server = start(auth=False)
    assert call(server, "GET", "/api/v1/rejected", None, None).status_code == 200


def test_the_local_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    key = local_key(tmp_path, None, os.urandom)
    assert local_key(tmp_path, None, os.urandom) == key
    assert len(key) > 60
    assert stat.S_IMODE((tmp_path / "api-key").stat().st_mode) == 0o600


def test_a_configured_key_is_used_and_never_written(tmp_path: Path) -> None:
    assert local_key(tmp_path, "from-environment", os.urandom) == "from-environment"
    assert list(tmp_path.iterdir()) == []


def test_added_keys_are_stored_as_digests_only(tmp_path: Path) -> None:
    key = add_key(tmp_path, "ci", "ingester", NOW, os.urandom)
    text = (tmp_path / "keys.json").read_text()
    assert key not in text
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    found = Keyring(tmp_path, "admin").identify(key)
    assert found is not None
    assert (found.name, found.role) == ("ci", "ingester")


def test_key_names_and_roles_are_checked(tmp_path: Path) -> None:
    add_key(tmp_path, "ci", "reader", NOW, os.urandom)
    with pytest.raises(CallerError, match="exists"):
        add_key(tmp_path, "ci", "reader", NOW, os.urandom)
    with pytest.raises(CallerError, match="no role"):
        add_key(tmp_path, "other", "owner", NOW, os.urandom)
    with pytest.raises(NotFound):
        remove_key(tmp_path, "nobody")
    assert [stored.name for stored in stored_keys(tmp_path)] == ["ci"]


def test_an_unreadable_key_file_opens_no_door(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{broken")
    with pytest.raises(ConfigurationError):
        Keyring(tmp_path, "admin").identify("anything")


def test_authentication_cannot_be_off_on_an_open_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="loopback only"):
        load_settings({"data_dir": tmp_path, "host": "0.0.0.0", "auth": False}, {})
