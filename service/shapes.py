"""Dataclasses as JSON and back: state rows, and what leader and workers tell each other."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def text_of(shape: Any, value: Any) -> str:
    """A value of ``shape`` as JSON."""
    return _adapter(shape).dump_json(value, by_alias=True).decode("utf-8")


def value_of(shape: Any, text: str | bytes) -> Any:
    """A value of ``shape`` out of JSON.

    Raises:
        ValidationError: it is not of that shape.
    """
    return _adapter(shape).validate_json(text)


@cache
def _adapter(shape: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(shape)
