"""A Gremlin store as an operator describes it."""

import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from signal_factory.errors import ConfigurationError

from .gremlin import GremlinGraphStore
from .gremlin_client import Patience
from .gremlin_sigv4 import Credentials, Scope, provider, signed_headers
from .gremlin_wire import Address

_NEPTUNE = ".neptune.amazonaws.com"
Auth: TypeAlias = Literal["none", "basic", "sigv4"]


def open_gremlin(
    url: str,
    *,
    auth: Auth = "none",
    user: str = "",
    password: str = "",
    source: str = "",
    region: str = "",
    ca: Path | None = None,
    environment: Mapping[str, str] | None = None,
    read_only: bool = False,
    patience: Patience | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> GremlinGraphStore:
    """A store at ``url`` (``ws://`` or ``wss://``); it connects at the first call.

    ``source`` is the traversal source, ``g`` unless told otherwise. With ``sigv4`` every
    connection is signed anew, by ``user`` and ``password`` as an access key or else by
    what AWS clients read from ``environment``. New elements are told to Neptune, which signs or
    has its name in ``url``, in the one form that Amazon documents, and to others in a faster one.

    Raises:
        ConfigurationError: the certificates cannot be read, or there is nothing to sign with.
    """
    headers: Callable[[], Mapping[str, str]] = dict
    if auth == "sigv4":
        credentials = provider(user, password, environment or {})
        headers = partial(_signed, credentials, Scope(region), url, now)
    is_neptune = auth == "sigv4" or _NEPTUNE in url.lower()
    name, secret = (user, password) if auth == "basic" else ("", "")
    address = Address(url, headers, _tls(url, ca))
    return GremlinGraphStore(
        address,
        source=source or "g",
        user=name,
        password=secret,
        chains=is_neptune,
        read_only=read_only,
        patience=patience,
    )


def _signed(
    credentials: Callable[[], Credentials], scope: Scope, url: str, now: Callable[[], datetime]
) -> dict[str, str]:
    return signed_headers(credentials(), scope, url, now())


def _tls(url: str, ca: Path | None) -> ssl.SSLContext | None:
    if not url.lower().startswith("wss:"):
        return None
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"the certificates of graph_ca cannot be read: {type(error).__name__}",
            hint="Name a file of PEM certificates.",
        ) from None
