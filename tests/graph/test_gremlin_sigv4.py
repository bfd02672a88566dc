"""Requests signed as AWS' own test suite has them (aws-sig-v4-test-suite, headers without a body)."""

import sys
from datetime import UTC, datetime

import pytest

from graph.stores.gremlin_sigv4 import Credentials, Scope, provider, signed_headers
from signal_factory.errors import ConfigurationError

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
KEY = Credentials("AKIDEXAMPLE", SECRET)
MOMENT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SERVICE = Scope("us-east-1", "service")
LETTERS = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
HOST = "https://example.amazonaws.com"

VECTORS = {
    "get-vanilla": ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "get-vanilla-query-order-key-case": (
        "GET",
        "/?Param2=value2&Param1=value1",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "get-vanilla-query-unreserved": (
        "GET",
        f"/?{LETTERS}={LETTERS}",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ),
    "get-vanilla-utf8-query": (
        "GET",
        "/?ሴ=bar",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    "get-unreserved": (
        "GET",
        f"/{LETTERS}",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    "get-utf8": ("GET", "/ሴ", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    "get-space": (
        "GET",
        "/example space/",
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
    "post-vanilla": ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "post-vanilla-query": (
        "POST",
        "/?Param1=value1",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_a_request_is_signed_as_the_published_vectors_say(name: str) -> None:
    method, path, signature = VECTORS[name]
    headers = signed_headers(KEY, SERVICE, HOST + path, MOMENT, method=method)
    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )


def test_headers_are_signed_trimmed_and_in_order() -> None:
    more = {"My-Header2": ' "a   b   c"', "My-Header1": " value1"}
    headers = signed_headers(KEY, SERVICE, f"{HOST}/", MOMENT, headers=more)
    assert headers["Authorization"].endswith(
        "SignedHeaders=host;my-header1;my-header2;x-amz-date, "
        "Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
    )


def test_a_roles_token_is_sent_and_signed() -> None:
    headers = signed_headers(Credentials("AKIDEXAMPLE", SECRET, TOKEN), SERVICE, f"{HOST}/", MOMENT)
    assert headers["X-Amz-Security-Token"] == TOKEN
    assert headers["Authorization"].endswith(
        "SignedHeaders=host;x-amz-date;x-amz-security-token, "
        "Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("wss://graph.example:8182/gremlin", "graph.example:8182"),
        ("wss://graph.example:443/gremlin", "graph.example"),
        ("ws://[::1]:8182/gremlin", "[::1]:8182"),
    ],
)
def test_the_signed_host_is_the_one_that_clients_send(url: str, host: str) -> None:
    assert signed_headers(KEY, Scope("eu-west-1"), url, MOMENT)["Host"] == host


def test_a_given_key_goes_before_the_environments() -> None:
    environment = {"AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
    assert provider("given", "secret", environment)() == Credentials("given", "secret")
    assert provider("", "", environment)() == Credentials("env", "s", "t")


def test_without_credentials_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(ConfigurationError, match="no AWS credentials") as refused:
        provider("", "", {})
    assert "AWS_ACCESS_KEY_ID" in refused.value.hint


def test_secrets_are_not_printed() -> None:
    assert SECRET not in repr(Credentials("AKIDEXAMPLE", SECRET, TOKEN))
    assert TOKEN not in repr(Credentials("AKIDEXAMPLE", SECRET, TOKEN))
