"""Between elements and the properties that a Gremlin server holds.

Properties are stored under their own names with their own types. Amazon Neptune has
neither lists nor properties of properties, and sets on vertices only, so a list of
strings is stored as its JSON text on every server, and times that differ from the
element's own as JSON text under ``_times``.
"""

import json
from collections.abc import Mapping
from typing import Any

from ..model import Edge, Node, Value
from ..schema import EDGE_KINDS, LABELS
from ..schema_types import Property
from .gremlin_ids import ref_of
from .gremlin_words import Words

KEY, AT, TIMES = "key", "at", "_times"
_NO_TIMES: Mapping[str, str] = {}


def stored(element: Node | Edge, words: Words) -> dict[str, Any]:
    """All properties of an element as the server holds them; ``at`` is there even when empty."""
    found = {name: _stored_value(value, words) for name, value in element.props.items()}
    found[AT] = element.at
    if element.times:
        found[TIMES] = _text(dict(element.times))
    if isinstance(element, Node):
        found[KEY] = element.ref.key
    return found


def changed(known: Node | Edge, merged: Node | Edge, words: Words) -> dict[str, Any]:
    """The properties that differ: merging takes none away but ``_times``, which empties."""
    before, after = stored(known, words), stored(merged, words)
    if TIMES in before and TIMES not in after:
        after[TIMES] = ""
    return {name: value for name, value in after.items() if name not in before or before[name] != value}


def node_of(row: Mapping[Any, Any], words: Words) -> Node:
    """The node of a vertex's ``elementMap``."""
    ref = ref_of(row[words.t.id])
    props, at, times = _read(LABELS[ref.label].properties, row)
    return Node(ref, props, at, times)


def edge_of(row: Mapping[Any, Any], words: Words) -> Edge:
    """The edge of an edge's ``elementMap``."""
    kind: str = row[words.t.label]
    src, dst = (ref_of(row[side][words.t.id]) for side in (words.direction.OUT, words.direction.IN))
    props, at, times = _read(EDGE_KINDS[kind].properties, row)
    return Edge(kind, src, dst, props, at, times)


def is_edge(row: Mapping[Any, Any], words: Words) -> bool:
    """Whether an ``elementMap`` is an edge's."""
    return words.direction.OUT in row


def _read(
    registry: Mapping[str, Property], row: Mapping[Any, Any]
) -> tuple[dict[str, Value], str, Mapping[str, str]]:
    props: dict[str, Value] = {}
    for name, value in row.items():
        rule = registry.get(name)
        if rule is not None:
            props[name] = tuple(json.loads(value)) if rule.type == "strs" else value
    times = row.get(TIMES)
    return props, row.get(AT, ""), json.loads(times) if times else _NO_TIMES


def _stored_value(value: Value, words: Words) -> Any:
    if isinstance(value, tuple):
        return _text(list(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return words.long(value)
    return value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
