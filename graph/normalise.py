"""Mutations in their one canonical form, or refused.

Normalising is idempotent, and it is where foreign input meets the registry: after
it, two mutations that mean the same are equal.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

from signal_factory.errors import InvalidEvent
from signal_factory.times import format_time, parse_time

from .errors import GraphSchemaError
from .model import Edge, Node, NodeRef, Value
from .schema import edge_kind_of, label_of
from .schema_types import Property, ValueType

MAX_KEY_LENGTH = 2_048
MAX_TEXT_LENGTH = 4_096
_MAX_INT = 2**63 - 1
_CANONICAL_TIME = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z", re.ASCII
)


def normalise_node(node: Node) -> Node:
    """The canonical form of a node mutation.

    Raises:
        GraphSchemaError: its label, key, a property or a value is not in the registry.
    """
    label = label_of(node.ref.label)
    check_key(node.ref)
    props, times, at = _normalise(label.properties, node, label.name)
    return Node(node.ref, props, at, times)


def normalise_edge(edge: Edge) -> Edge:
    """The canonical form of an edge mutation.

    Raises:
        GraphSchemaError: its kind, ends, a property or a value is not in the registry.
    """
    kind = edge_kind_of(edge.kind)
    if (edge.src.label, edge.dst.label) not in kind.ends:
        raise GraphSchemaError(f"{kind.name} cannot join {edge.src.label[:40]} to {edge.dst.label[:40]}")
    check_key(edge.src)
    check_key(edge.dst)
    props, times, at = _normalise(kind.properties, edge, kind.name)
    return Edge(kind.name, edge.src, edge.dst, props, at, times)


def is_key(key: str) -> bool:
    """Whether a store can hold such a key: neither empty, nor too long, nor with what is no text."""
    return 0 < len(key) <= MAX_KEY_LENGTH and "\0" not in key and (key.isascii() or _is_unicode(key))


def check_key(ref: NodeRef) -> None:
    """Refuse a key that no store could hold.

    Raises:
        GraphSchemaError: it is empty, too long, or holds a NUL or half a surrogate pair.
    """
    key = ref.key
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise GraphSchemaError(f"a {ref.label} key of {len(key)} characters, not 1 to {MAX_KEY_LENGTH}")
    if "\0" in key or not (key.isascii() or _is_unicode(key)):
        raise GraphSchemaError(f"a {ref.label} key with characters that are not text")


@lru_cache(maxsize=32_768)
def canonical_time(text: str) -> str:
    """``text`` as fixed-width UTC text; empty stays empty.

    Raises:
        GraphSchemaError: it is not a time.
    """
    if not text or _CANONICAL_TIME.fullmatch(text):
        return text
    try:
        return format_time(parse_time(text))
    except InvalidEvent as error:
        raise GraphSchemaError(str(error), hint=error.hint) from None


def default_time(rule: Property, props: Mapping[str, Value], at: str) -> str:
    """The time a value belongs to when ``times`` does not say."""
    beside = props.get(rule.beside) if rule.beside else None
    return beside if isinstance(beside, str) else at


def _normalise(
    registry: Mapping[str, Property], element: Node | Edge, owner: str
) -> tuple[dict[str, Value], dict[str, str], str]:
    at = canonical_time(element.at)
    props: dict[str, Value] = {}
    for name, value in element.props.items():
        if value is None:
            continue
        rule = registry.get(name)
        if rule is None:
            raise GraphSchemaError(f"{owner} has no property {name[:80]!r}")
        canonical = _READERS[rule.type](rule, value)
        if rule.type == "strs":
            _set_members(props, rule, canonical)
        else:
            props[name] = canonical
    times = _normalise_times(registry, element.times, props, at) if element.times else {}
    return props, times, at


def _set_members(props: dict[str, Value], rule: Property, members: Value) -> None:
    if isinstance(members, tuple) and members:
        if rule.cap and len(members) > rule.cap:
            props[f"{rule.name}_capped"] = True
            members = members[: rule.cap]
        props[rule.name] = members


def _normalise_times(
    registry: Mapping[str, Property], times: Mapping[str, str], props: Mapping[str, Value], at: str
) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, text in times.items():
        rule = registry.get(name)
        if rule is None or rule.rule not in ("latest", "at_min") or name not in props:
            continue
        moment = canonical_time(text)
        if moment != default_time(rule, props, at):
            kept[name] = moment
    return kept


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(rule: Property, value: Any) -> Value:
    if not isinstance(value, str):
        raise _mismatch(rule, value)
    short = value[:MAX_TEXT_LENGTH]
    return short if short.isascii() or _is_unicode(short) else short.encode("utf-8", "replace").decode()


def _time(rule: Property, value: Any) -> Value:
    if not isinstance(value, str) or not value:
        raise _mismatch(rule, value)
    return canonical_time(value)


def _int(rule: Property, value: Any) -> Value:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or abs(value) > _MAX_INT:
        raise _mismatch(rule, value)
    return value


def _float(rule: Property, value: Any) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _mismatch(rule, value)
    # Adding zero turns -0.0 into 0.0, which compares equal to it but prints differently.
    return float(value) + 0.0


def _bool(rule: Property, value: Any) -> Value:
    if not isinstance(value, bool):
        raise _mismatch(rule, value)
    return value


def _strs(rule: Property, value: Any) -> Value:
    if not isinstance(value, tuple | list):
        raise _mismatch(rule, value)
    members = [str(_text(rule, one)) for one in cast("Iterable[Any]", value)]
    return tuple(sorted(set(members))) if rule.rule == "union" else tuple(members)


def _mismatch(rule: Property, value: Any) -> GraphSchemaError:
    return GraphSchemaError(f"property {rule.name} takes {rule.type}, not {type(value).__name__}")


_READERS: dict[ValueType, Callable[[Property, Any], Value]] = {
    "str": _text,
    "time": _time,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "strs": _strs,
}
