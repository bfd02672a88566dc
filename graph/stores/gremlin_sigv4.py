"""AWS Signature Version 4, as Amazon Neptune wants it on the request that opens a web socket.

Source: AWS General Reference, "Create a signed AWS API request"; Amazon Neptune User
Guide, "Connecting to Neptune using IAM authentication".
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from signal_factory.errors import ConfigurationError

NEPTUNE = "neptune-db"
_ALGORITHM = "AWS4-HMAC-SHA256"
_NO_BODY = hashlib.sha256(b"").hexdigest()
_UNRESERVED = "-._~"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; ``token`` goes with the temporary ones of a role."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and for what a signature counts."""

    region: str
    service: str = NEPTUNE


def signed_headers(
    credentials: Credentials,
    scope: Scope,
    url: str,
    now: datetime,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """All headers of a request without a body, the signature among them; it counts for five minutes."""
    parts = urlsplit(url)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    sent = {"Host": _host(url), **(headers or {}), "X-Amz-Date": stamp}
    if credentials.token:
        sent["X-Amz-Security-Token"] = credentials.token
    names, lines = _canonical_headers(sent)
    path = quote(parts.path or "/", safe=f"/{_UNRESERVED}")
    request = "\n".join([method, path, _canonical_query(parts.query), lines, names, _NO_BODY])
    within = f"{stamp[:8]}/{scope.region}/{scope.service}/aws4_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    signature = _sign(_key(credentials, within), f"{_ALGORITHM}\n{stamp}\n{within}\n{hashed}").hex()
    credential = f"Credential={credentials.access_key}/{within}"
    sent["Authorization"] = f"{_ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
    return sent


def provider(user: str, secret: str, environment: Mapping[str, str]) -> Callable[[], Credentials]:
    """Where credentials come from: given ones, those of ``environment``, or botocore's (roles, profiles).

    Raises:
        ConfigurationError: none are given and botocore is not installed.
    """
    if user and secret:
        return lambda: Credentials(user, secret)
    names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
    access_key, secret_key, token = (environment.get(name, "") for name in names)
    if access_key and secret_key:
        return lambda: Credentials(access_key, secret_key, token)
    return _from_botocore()


def _from_botocore() -> Callable[[], Credentials]:
    try:
        from importlib import import_module

        session: Any = import_module("botocore.session").get_session()
    except ImportError:
        raise ConfigurationError(
            "no AWS credentials to sign with",
            hint="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install botocore to use a role.",
        ) from None

    def found() -> Credentials:
        known = session.get_credentials()
        if known is None:
            raise ConfigurationError("botocore finds no AWS credentials", hint="Give this process a role.")
        # Temporary credentials are renewed as they are read, so they are read for each connection.
        frozen = known.get_frozen_credentials()
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token or "")

    return found


def _host(url: str) -> str:
    """The header as clients send it: without the port where it is the scheme's own."""
    parts = urlsplit(url)
    usual = {"ws": 80, "http": 80, "wss": 443, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return name if parts.port in (None, usual) else f"{name}:{parts.port}"


def _canonical_headers(headers: Mapping[str, str]) -> tuple[str, str]:
    tidy = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    return ";".join(name for name, _ in tidy), "".join(f"{name}:{value}\n" for name, value in tidy)


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    coded = sorted((quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in coded)


def _key(credentials: Credentials, within: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in within.split("/"):
        key = _sign(key, part)
    return key


def _sign(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
