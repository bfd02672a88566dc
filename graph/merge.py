"""Two statements about one element become one.

Every function here is pure, commutative, associative and idempotent on canonical
elements (``graph/normalise.py``): that is why arrival order and duplicates cannot
change the graph.
"""

from collections.abc import Mapping
from typing import Any

from .model import Edge, Node, Value
from .normalise import default_time
from .schema import EDGE_KINDS, LABELS
from .schema_types import Property


def merge_node(one: Node, two: Node) -> Node:
    """Both canonical mutations of the same node as one (the ref of ``one`` is kept)."""
    if not two.props and two.at <= one.at:
        return one
    props, times, at = _merge(LABELS[one.ref.label].properties, one, two)
    return Node(one.ref, props, at, times)


def merge_edge(one: Edge, two: Edge) -> Edge:
    """Both canonical mutations of the same edge as one (the ends of ``one`` are kept)."""
    if not two.props and two.at <= one.at:
        return one
    props, times, at = _merge(EDGE_KINDS[one.kind].properties, one, two)
    return Edge(one.kind, one.src, one.dst, props, at, times)


def _merge(
    registry: Mapping[str, Property], one: Node | Edge, two: Node | Edge
) -> tuple[dict[str, Value], dict[str, str], str]:
    props: dict[str, Value] = dict(one.props)
    timed: dict[str, str] = {}
    for name, value in two.props.items():
        rule = registry[name]
        if rule.rule in ("latest", "at_min"):
            continue
        props[name] = _combine(rule, props[name], value, props) if name in props else value
    _merge_timed(registry, one, two, props, timed)
    at = max(one.at, two.at)
    times = {n: t for n, t in timed.items() if t != default_time(registry[n], props, at)}
    return props, times, at


def _combine(rule: Property, mine: Any, theirs: Any, props: dict[str, Value]) -> Any:
    match rule.rule:
        case "min":
            return min(mine, theirs)
        case "rank":
            return max(mine, theirs, key=lambda status: (_rank(rule, status), status))
        case "union":
            return _union(rule, mine, theirs, props)
        case _:
            return max(mine, theirs)


def _rank(rule: Property, status: str) -> int:
    return rule.order.index(status) if status in rule.order else -1


def _union(rule: Property, mine: Any, theirs: Any, props: dict[str, Value]) -> Any:
    if mine == theirs:
        return mine
    members = sorted({*mine, *theirs})
    if rule.cap and len(members) > rule.cap:
        props[f"{rule.name}_capped"] = True
        del members[rule.cap :]
    return tuple(members)


def _merge_timed(
    registry: Mapping[str, Property],
    one: Node | Edge,
    two: Node | Edge,
    props: dict[str, Value],
    timed: dict[str, str],
) -> None:
    for name in {*one.props, *two.props}:
        rule = registry[name]
        if rule.rule not in ("latest", "at_min"):
            continue
        said = [_said(rule, element) for element in (one, two) if name in element.props]
        pick = max(said) if rule.rule == "latest" else min(said, key=_unknown_last)
        timed[name], props[name] = pick


def _said(rule: Property, element: Node | Edge) -> tuple[str, Any]:
    given = element.times.get(rule.name)
    moment = default_time(rule, element.props, element.at) if given is None else given
    return moment, element.props[rule.name]


def _unknown_last(said: tuple[str, Any]) -> tuple[bool, str, Any]:
    return not said[0], *said
