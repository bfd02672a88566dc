"""Reading OpenLineage facets, in which anything may be missing or of another type."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from signal_factory.errors import InvalidEvent
from signal_factory.times import parse_time
from signal_factory.wire.shapes import is_list, is_object

Facet: TypeAlias = Mapping[str, Any]
NONE: Facet = {}


def text(facet: Facet, name: str) -> str:
    """The text at ``name``; numbers as text; "" for anything else."""
    value = facet.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def count(facet: Facet, *names: str) -> int | None:
    """The first whole number that is not negative among ``names``."""
    for name in names:
        value = facet.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
            return value
    return None


def inner(facet: Facet, name: str) -> Facet:
    """The object at ``name``, or an empty one."""
    value = facet.get(name)
    return value if is_object(value) else NONE


def items(facet: Facet, name: str) -> Iterator[Facet]:
    """The objects in the list at ``name``."""
    value = facet.get(name)
    for each in value if is_list(value) else ():
        if is_object(each):
            yield each


def moment(facet: Facet, name: str) -> datetime | None:
    """The time at ``name``, None where there is none that can be read."""
    told = text(facet, name)
    try:
        return parse_time(told) if told else None
    except InvalidEvent:
        return None


def owners(facets: Mapping[str, Facet]) -> Iterator[str]:
    """The teams that an ownership facet names."""
    for owner in items(facets.get("ownership", NONE), "owners"):
        if text(owner, "name"):
            yield text(owner, "name").removeprefix("team:")
