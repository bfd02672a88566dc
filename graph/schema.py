"""The schema registry: every label, edge kind and property the graph may hold.

Spec: architecture_review.md §1.3 (strict write filters), event_schemas_and_scenarios.md
§2.4 and the graph updates of both scenarios.
"""

from functools import lru_cache

from .edge_kinds import ALL_EDGE_KINDS
from .errors import GraphSchemaError
from .labels import ALL_LABELS
from .model import Direction
from .schema_types import RETENTION_ORDER, EdgeKind, Label, Property, Retention, Rule, ValueType

__all__ = [
    "EDGE_KINDS",
    "LABELS",
    "EdgeKind",
    "Label",
    "Property",
    "Retention",
    "Rule",
    "ValueType",
    "can_follow",
    "edge_kind_of",
    "edge_retention",
    "label_of",
]

LABELS: dict[str, Label] = {label.name: label for label in ALL_LABELS}
EDGE_KINDS: dict[str, EdgeKind] = {kind.name: kind for kind in ALL_EDGE_KINDS}
_STARTS: dict[Direction, frozenset[tuple[str, str]]] = {
    "out": frozenset((kind.name, source) for kind in ALL_EDGE_KINDS for source, _ in kind.ends),
    "in": frozenset((kind.name, target) for kind in ALL_EDGE_KINDS for _, target in kind.ends),
}


def label_of(name: str) -> Label:
    """The declaration of a label.

    Raises:
        GraphSchemaError: the registry does not declare it.
    """
    label = LABELS.get(name)
    if label is None:
        raise GraphSchemaError(f"unknown label {name[:80]!r}")
    return label


def edge_kind_of(name: str) -> EdgeKind:
    """The declaration of an edge kind.

    Raises:
        GraphSchemaError: the registry does not declare it.
    """
    kind = EDGE_KINDS.get(name)
    if kind is None:
        raise GraphSchemaError(f"unknown edge kind {name[:80]!r}")
    return kind


@lru_cache(maxsize=1_024)
def edge_retention(kind: str, source: str, target: str) -> Retention:
    """The retention class of an edge between two labels: the shortest-lived of all three."""
    classes = (edge_kind_of(kind).retention, label_of(source).retention, label_of(target).retention)
    return min(classes, key=RETENTION_ORDER.index)


def can_follow(label: str, kind: str, direction: Direction) -> bool:
    """Whether nodes of ``label`` can have edges of ``kind`` in that direction at all."""
    return (kind, label) in _STARTS[direction]
