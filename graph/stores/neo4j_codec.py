"""Between elements and the properties that a Bolt server holds.

A node has its one label, its ``key``, its ``at`` (empty when nothing is known) and its
properties under their own names and types, lists as lists. Times that differ from the
element's own stand as JSON text under ``_times``.
"""

from collections.abc import Mapping
from typing import Any, Final

from ..model import Edge, Node, NodeRef, Value
from ..schema import EDGE_KINDS, LABELS
from ..schema_types import Property
from .payload import encode_times, stored_times

KEY: Final = "key"
AT: Final = "at"
TIMES: Final = "_times"


def stored(element: Node | Edge) -> dict[str, Any]:
    """All that the server holds of an element, a node's key with it."""
    found: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in element.props.items()
    }
    found[AT] = element.at
    if element.times:
        found[TIMES] = encode_times(element.times)
    if isinstance(element, Node):
        found[KEY] = element.ref.key
    return found


def node_of(ref: NodeRef, held: Mapping[str, Any]) -> Node:
    """The node of what the server holds."""
    props, at, times = _read(LABELS[ref.label].properties, held)
    return Node(ref, props, at, times)


def edge_of(kind: str, src: NodeRef, dst: NodeRef, held: Mapping[str, Any]) -> Edge:
    """The edge of what the server holds."""
    props, at, times = _read(EDGE_KINDS[kind].properties, held)
    return Edge(kind, src, dst, props, at, times)


def _read(
    registry: Mapping[str, Property], held: Mapping[str, Any]
) -> tuple[dict[str, Value], str, Mapping[str, str]]:
    props = {name: _value(rule, held[name]) for name in held if (rule := registry.get(name)) is not None}
    return props, held.get(AT) or "", stored_times(held.get(TIMES))


def _value(rule: Property, value: Any) -> Value:
    if rule.type == "strs":
        return tuple(value)
    # A server may give a whole float back as an integer.
    return float(value) if rule.type == "float" else value
