"""URNs in paths: they hold slashes and colons, and arrive percent-encoded or as they are."""

from typing import Final
from urllib.parse import quote, unquote

from signal_factory.urns import urn_problem

_DATASETS: Final = "/api/v1/datasets/"
_REGISTRY: Final = "/api/v1/registry/datasets/"
_PARTS: Final = frozenset({"blast-radius", "upstream", "signals", "changes"})


def one_segment(raw_path: str) -> str | None:
    """The path with its URN percent-encoded into one segment, or None where there is no URN.

    ``/api/v1/datasets/ds://zone/name/signals`` asks for the signals of ``ds://zone/name``;
    a data set whose own name ends like that is meant when its URN comes percent-encoded.
    """
    if raw_path.startswith(_DATASETS):
        return _encoded(_DATASETS, *_parted(raw_path[len(_DATASETS) :]))
    if raw_path.startswith(_REGISTRY):
        return _encoded(_REGISTRY, raw_path[len(_REGISTRY) :], "")
    return None


def _parted(rest: str) -> tuple[str, str]:
    head, _, tail = rest.rpartition("/")
    if tail in _PARTS and _is_whole(repaired(unquote(head))):
        return head, f"/{tail}"
    return rest, ""


def _is_whole(urn: str) -> bool:
    return urn_problem(urn) is None and not (urn.startswith("ds://") and "/" not in urn[len("ds://") :])


def repaired(urn: str) -> str:
    """Proxies fold ``//`` in a path into ``/``; ``ds:/zone/name`` was ``ds://zone/name``."""
    scheme, colon, rest = urn.partition(":")
    if colon and scheme in {"ds", "job"} and rest.startswith("/") and not rest.startswith("//"):
        return f"{scheme}:/{rest}"
    return urn


def _encoded(prefix: str, urn: str, suffix: str) -> str | None:
    return prefix + quote(repaired(unquote(urn)), safe="") + suffix if urn else None
