"""Which graph servers a setting may name (docs/backends.md)."""

from typing import Final
from urllib.parse import urlsplit

BOLT: Final = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
GREMLIN: Final = ("ws", "wss")


def scheme_of(url: str) -> str:
    """The scheme of a graph's address, in lower case; "" for the embedded graph."""
    return urlsplit(url).scheme.lower()


def checked_graph_url(url: str) -> str:
    """``url`` as it may stand in the settings.

    Raises:
        ValueError: no such scheme, no host, or a name and password in it, which would be printed.
    """
    if not url:
        return url
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("credentials go into graph_user and graph_password, not into the address")
    if scheme_of(url) not in (*BOLT, *GREMLIN):
        raise ValueError(f"the address starts with one of {', '.join((*BOLT, *GREMLIN))} and ://")
    if not parts.hostname or not _has_port(url):
        raise ValueError("the address has the form <scheme>://<host>:<port>")
    return url


def _has_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
