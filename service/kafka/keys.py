"""The key of a message (contract §6): ``<runtime_type>:<dataset_urn>``."""

from collections.abc import Mapping
from typing import Any, cast

BATCH, STREAM = "batch", "stream"


def key_of(kind: str, body: Mapping[str, Any]) -> str:
    """The key of an event; where no data set is named, what it is about stands in its place."""
    runtime = STREAM if kind == "evidence" and not _text(body, "producer", "run_id") else BATCH
    return f"{runtime}:{_subject(kind, body)}"


def key_of_signal(document: Mapping[str, Any]) -> str:
    """The key of a signal."""
    is_batch = bool(document.get("batch_context")) or _text(document, "window", "type") == "BATCH_RUN"
    return f"{BATCH if is_batch else STREAM}:{document.get('dataset_urn', '')}"


def _subject(kind: str, body: Mapping[str, Any]) -> str:
    if kind == "openlineage":
        return _lineage_subject(body)
    for name in ("dataset_urn", "urn", "producer_urn", "service", "topic", "name"):
        told = body.get(name)
        if isinstance(told, str) and told:
            return told
    return kind


def _lineage_subject(body: Mapping[str, Any]) -> str:
    """The job of a run or job event, else the data set of a data set event."""
    for name in ("job", "dataset"):
        namespace, told = _text(body, name, "namespace"), _text(body, name, "name")
        if told:
            return f"{namespace}/{told}"
    return "openlineage"


def _text(body: Mapping[str, Any], *path: str) -> str:
    found: Any = body
    for name in path:
        found = cast("Mapping[str, Any]", found).get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""
