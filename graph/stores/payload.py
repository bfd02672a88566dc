"""Properties as stored text, read only when somebody looks at them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic_core import from_json

from ..model import Value

_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True, allow_nan=False)
EMPTY_TEXT = "{}"


class StoredProps(Mapping[str, Value]):
    """A read-only mapping over JSON text, parsed at first use and equal to the plain dict.

    A bounded neighbourhood holds hundreds of elements of which ranking reads a few.
    """

    __slots__ = ("_parsed", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._parsed: dict[str, Value] | None = None

    def _values(self) -> dict[str, Value]:
        if self._parsed is None:
            self._parsed = decode(self._text)
        return self._parsed

    def __getitem__(self, name: str) -> Value:
        return self._values()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def __repr__(self) -> str:
        return repr(self._values())


NO_PROPS = StoredProps(EMPTY_TEXT)
NO_TIMES: Mapping[str, str] = {}


def encode(props: Mapping[str, Value]) -> str:
    """Canonical properties as JSON text with sorted names."""
    return _ENCODER.encode(dict(props)) if props else EMPTY_TEXT


def decode(text: str) -> dict[str, Value]:
    """Properties of JSON text; a list becomes the tuple it was."""
    parsed: dict[str, Any] = from_json(text)
    for name, value in parsed.items():
        if type(value) is list:
            parsed[name] = tuple(cast("list[str]", value))
    return parsed


def encode_times(times: Mapping[str, str]) -> str | None:
    """Times that differ from the element's own, as text; usually there are none."""
    return _ENCODER.encode(dict(times)) if times else None


def stored_props(text: str) -> Mapping[str, Value]:
    """The properties of ``text``, parsed when looked at."""
    return NO_PROPS if text == EMPTY_TEXT else StoredProps(text)


def stored_times(text: str | None) -> Mapping[str, str]:
    """The times of ``text``."""
    return json.loads(text) if text else NO_TIMES
