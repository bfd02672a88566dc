"""Tolerant reading of the API's JSON documents: a missing or odd field is empty, never an error."""

import math
from typing import Any, TypeAlias, cast

Document: TypeAlias = dict[str, Any]


def document(holder: Document, field: str) -> Document:
    """The object under ``field``, or an empty one."""
    value = holder.get(field)
    return cast("Document", value) if isinstance(value, dict) else {}


def documents(holder: Document, field: str) -> list[Document]:
    """The objects in the list under ``field``; whatever else stands there is left out."""
    return [cast("Document", entry) for entry in _entries(holder, field) if isinstance(entry, dict)]


def texts(holder: Document, field: str) -> list[str]:
    """The list under ``field`` as text."""
    return [str(entry) for entry in _entries(holder, field)]


def text(holder: Document, field: str, default: str = "") -> str:
    """The value under ``field`` as text; ``default`` where it is missing, null or empty."""
    value = holder.get(field)
    return default if value is None or value == "" else str(value)


def number(holder: Document, field: str) -> float | None:
    """The finite number under ``field``, or None."""
    value = holder.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _entries(holder: Document, field: str) -> list[object]:
    value = holder.get(field)
    if not isinstance(value, list):
        return []
    return cast("list[object]", value)
