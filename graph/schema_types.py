"""The vocabulary of the schema registry: what a declaration can say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

ValueType: TypeAlias = Literal["str", "time", "int", "float", "bool", "strs"]
Rule: TypeAlias = Literal["min", "max", "latest", "union", "rank", "at_min"]
Retention: TypeAlias = Literal["derived", "run", "causal", "topology"]

RETENTION_ORDER: tuple[Retention, ...] = ("derived", "run", "causal", "topology")
"""Shortest-lived first. An edge lives no longer than the shortest-lived of itself and its ends."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property and how two values of it become one.

    ``min``/``max``: the smaller or greater value. ``latest``: the value of the latest
    event time, ties by the greater value. ``at_min``: the value that belongs to the
    smallest time, which is the property ``beside`` of the same mutation or else its
    ``at``; ties by the smaller value. ``rank``: the value standing later in ``order``
    (an unlisted value stands before all), ties by the greater. ``union``: sorted
    strings, the ``cap`` smallest kept and ``<name>_capped`` set once any were dropped.
    """

    name: str
    type: ValueType
    rule: Rule
    cap: int = 0
    beside: str = ""
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of node. ``cap`` is the most nodes of it that write filters let in (0: no cap)."""

    name: str
    key: str
    retention: Retention
    properties: Mapping[str, Property]
    cap: int = 0


@dataclass(frozen=True, slots=True)
class EdgeKind:
    """A kind of edge and the (source label, target label) pairs it may join."""

    name: str
    ends: frozenset[tuple[str, str]]
    retention: Retention
    properties: Mapping[str, Property]


def table(*properties: Property) -> dict[str, Property]:
    """Properties by name, each capped union with its ``<name>_capped`` companion."""
    found: dict[str, Property] = {}
    for one in properties:
        found[one.name] = one
        if one.cap:
            found[f"{one.name}_capped"] = Property(f"{one.name}_capped", "bool", "max")
    return found


# The helpers below take space-separated names: a label has dozens of properties.
def texts(names: str) -> tuple[Property, ...]:
    """Strings of which the latest counts."""
    return tuple(Property(name, "str", "latest") for name in names.split())


def flags(names: str) -> tuple[Property, ...]:
    """Booleans of which the latest counts."""
    return tuple(Property(name, "bool", "latest") for name in names.split())


def earliest(names: str) -> tuple[Property, ...]:
    """Times of which the first counts."""
    return tuple(Property(name, "time", "min") for name in names.split())


def newest(names: str) -> tuple[Property, ...]:
    """Times of which the last counts."""
    return tuple(Property(name, "time", "max") for name in names.split())


def most(names: str) -> tuple[Property, ...]:
    """Whole numbers of which the greatest counts: sums and tallies that only grow."""
    return tuple(Property(name, "int", "max") for name in names.split())


def sets(names: str, *, cap: int) -> tuple[Property, ...]:
    """Sets of strings, the ``cap`` smallest kept."""
    return tuple(Property(name, "strs", "union", cap) for name in names.split())


def pairs(sources: str, targets: str) -> Iterable[tuple[str, str]]:
    """Every pair of two space-separated lists of labels."""
    return ((source, target) for source in sources.split() for target in targets.split())
