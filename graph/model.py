"""What the causal graph is made of, independent of any store."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None
Direction: TypeAlias = Literal["out", "in"]


_NOTHING: Mapping[str, str] = MappingProxyType({})


class NodeRef(NamedTuple):
    """A node's name: its label (``graph/schema.py``) and its key within that label.

    A named tuple, because it is the dictionary key of every traversal: hashing and
    ordering happen in C. Nodes and edges are, because a traversal makes thousands.
    """

    label: str
    key: str


class Node(NamedTuple):
    """A node, or a mutation that adds to one.

    ``at`` is the event time (fixed-width UTC text, ``signal_factory.times.format_time``)
    that properties with the merge rule ``latest`` are compared by. ``times`` holds the
    times of properties that were set at another moment than ``at``; stores fill it, so
    that what a store returns can be merged into another without loss.
    """

    ref: NodeRef
    props: Mapping[str, Value] = _NOTHING
    at: str = ""
    times: Mapping[str, str] = _NOTHING


class Edge(NamedTuple):
    """A directed edge, or a mutation that adds to one; (kind, src, dst) is its identity.

    ``at`` is the event time: ``latest`` properties compare by it, and the latest
    ``at`` ever merged is the edge's place in time for windows and degree caps.
    ``times`` is as in ``Node``.
    """

    kind: str
    src: NodeRef
    dst: NodeRef
    props: Mapping[str, Value] = _NOTHING
    at: str = ""
    times: Mapping[str, str] = _NOTHING


@dataclass(frozen=True, slots=True)
class Hop:
    """One kind of edge that an expansion may follow, and which way."""

    kind: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class ExpandSpec:
    """A bounded, typed, time-windowed neighbourhood.

    ``since``/``until`` keep edges whose ``at`` lies within them (an edge without a
    time always qualifies). Of a node's edges of one hop only the ``max_degree``
    latest are followed (ties by neighbour: label, then key). ``max_nodes`` stops the
    walk, breadth first, in the order of (label, key).
    """

    hops: tuple[Hop, ...]
    max_hops: int = 5
    max_nodes: int = 2_000
    max_degree: int = 200
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """What an expansion returns.

    ``nodes`` and ``depth`` are in the order of discovery: by depth, then (label, key).
    ``edges`` holds what was followed between them, by kind and then by the place of
    their ends in ``nodes``. ``is_partial`` says that ``max_nodes`` or ``max_degree``
    cut something off (``max_hops`` and the time window are the question, not a cut).
    """

    nodes: Mapping[NodeRef, Node]
    edges: tuple[Edge, ...]
    depth: Mapping[NodeRef, int]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class GraphStats:
    """Counts for ``/metrics`` and ``sf doctor``."""

    nodes: int
    edges: int
    nodes_by_label: Mapping[str, int]
    edges_by_kind: Mapping[str, int]
