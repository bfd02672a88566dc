"""What a request's bytes hold: one JSON value, an array, or newline-delimited JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from signal_factory.errors import CallerError, InvalidEvent
from signal_factory.wire import read_json


class MalformedBody(CallerError):
    """Bytes that are not the JSON or text they claim to be."""

    code = "malformed_body"
    hint = "Send one JSON document, or newline-delimited JSON, in UTF-8."


@dataclass(frozen=True, slots=True)
class Item:
    """One thing sent: its place in the request, and its JSON value or why it has none."""

    index: int
    value: Any
    error: CallerError | None = None


def read_value(text: str) -> Any:
    """One JSON value.

    Raises:
        MalformedBody: not JSON, or more than one value.
    """
    try:
        return read_json(text)
    except InvalidEvent as error:
        raise MalformedBody(str(error)) from None


def read_items(text: str) -> list[Item]:
    """The items of a JSON document: an array's elements, the value itself, or one per line.

    An element that only Python would call JSON (NaN, a repeated key) is refused alone.

    Raises:
        MalformedBody: none of the three.
    """
    try:
        value = read_value(text)
    except MalformedBody:
        if _is_lines(text):
            return read_lines(text)
        if text.lstrip().startswith("["):
            return [_item(index, element) for index, element in enumerate(_elements(text))]
        raise
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [Item(index, each) for index, each in enumerate(values)]


def read_lines(text: str) -> list[Item]:
    """The items of newline-delimited JSON; the index counts lines from 0 and blank lines hold none."""
    return [_item(index, line) for index, line in enumerate(text.split("\n")) if line.strip()]


def _item(index: int, text: str) -> Item:
    try:
        return Item(index, read_json(text))
    except InvalidEvent as error:
        return Item(index, text, error)


def _is_lines(text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    try:
        read_json(first)
    except InvalidEvent:
        return False
    return True


def _elements(text: str) -> list[str]:
    try:
        return list(_cut(text))
    except (ValueError, RecursionError, IndexError):
        return [read_value(text)]


def _cut(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder()
    position = _after_space(text, text.index("[") + 1)
    while True:
        _, end = decoder.raw_decode(text, position)
        yield text[position:end]
        position = _after_space(text, end)
        if text[position] == "]":
            break
        if text[position] != ",":
            raise ValueError("neither a comma nor the array's end")
        position = _after_space(text, position + 1)
    if _after_space(text, position + 1) != len(text):
        raise ValueError("text behind the array")


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
