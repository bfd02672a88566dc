"""Evidence records without raw values of data."""

from typing import Any

from signal_factory.wire.shapes import is_list, is_object

_VALUES = frozenset(
    {"actual", "value", "values", "sample", "samples", "payload", "record", "row", "rows", "expected"}
)
MASKED = "(withheld)"


def without_values(body: Any, depth: int = 0) -> Any:
    """The record with fields that may hold values of data masked, however deep they are."""
    if depth > 20:
        return MASKED
    if is_object(body):
        return {
            key: MASKED
            if key in _VALUES and not isinstance(value, bool | type(None))
            else without_values(value, depth + 1)
            for key, value in body.items()
        }
    if is_list(body):
        return [without_values(each, depth + 1) for each in body[:200]]
    return body
