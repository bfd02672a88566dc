"""Careful access to JSON documents: a missing or odd field is empty, never an error."""

import math
import unicodedata
from collections.abc import Iterator
from typing import cast

from copilot.readmodel import Document

MAX_TEXT = 600


def tidy(value: str, limit: int = MAX_TEXT) -> str:
    """One line of printable text, cut at ``limit``: what a document holds is data, not layout."""
    window = value[: limit * 2]
    plain = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in window)
    line = " ".join(plain.split())
    return line if len(line) <= limit and len(value) <= limit * 2 else line[: limit - 1].rstrip() + "…"


def text(document: Document, *names: str) -> str:
    """The first of ``names`` that holds a string or number, tidied; else empty."""
    for name in names:
        value = document.get(name)
        if isinstance(value, str) and value.strip():
            return tidy(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def exact(document: Document, *names: str) -> str:
    """The first of ``names`` that holds a string, untouched: identifiers are cited as they are."""
    for name in names:
        value = document.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def number(document: Document, *names: str) -> float | None:
    """The first of ``names`` that holds a finite number."""
    for name in names:
        value = document.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    return None


def child(document: Document, name: str) -> Document:
    """The object under ``name``, or an empty one."""
    value = document.get(name)
    return cast(Document, value) if isinstance(value, dict) else {}


def children(document: Document, *names: str) -> list[Document]:
    """The objects of the first of ``names`` that holds a list."""
    for name in names:
        value = document.get(name)
        if isinstance(value, list):
            return [cast(Document, item) for item in cast(list[object], value) if isinstance(item, dict)]
    return []


def strings(document: Document, *names: str) -> list[str]:
    """The strings of the first of ``names`` that holds a list."""
    for name in names:
        value = document.get(name)
        if isinstance(value, list):
            return [item for item in cast(list[object], value) if isinstance(item, str) and item]
    return []


def every_string(value: object) -> Iterator[str]:
    """Each string inside a document, keys included."""
    waiting: list[object] = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, dict):
            mapping = cast(dict[object, object], current)
            waiting.extend(mapping.keys())
            waiting.extend(mapping.values())
        elif isinstance(current, list | tuple):
            waiting.extend(cast(list[object], current))
