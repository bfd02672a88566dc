"""The parts of an expansion's meaning that every store shares."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ..model import Edge, ExpandSpec, Node, NodeRef, Subgraph

Followed: TypeAlias = tuple[Edge, NodeRef]
"""An edge, and the neighbour it led to."""


def is_within(edge: Edge, spec: ExpandSpec) -> bool:
    """Whether the window keeps an edge; one without a time always stays."""
    return not edge.at or (spec.since <= edge.at and (not spec.until or edge.at <= spec.until))


def latest(followed: Iterable[Followed], cap: int) -> tuple[list[Followed], bool]:
    """The ``cap`` latest (ties by neighbour), and whether any were left out."""
    ordered = sorted(followed, key=lambda one: one[1])
    ordered.sort(key=lambda one: one[0].at, reverse=True)
    return ordered[:cap], len(ordered) > cap


def first(candidates: Iterable[NodeRef], room: int) -> tuple[list[NodeRef], bool]:
    """The first ``room`` by (label, key), and whether any were left out."""
    ordered = sorted(candidates)
    return ordered[: max(0, room)], len(ordered) > max(0, room)


def subgraph(
    nodes: dict[NodeRef, Node], depth: dict[NodeRef, int], edges: Sequence[Edge], is_partial: bool
) -> Subgraph:
    """The answer in its one order; edges to nodes that were cut off are left out."""
    place = {ref: index for index, ref in enumerate(nodes)}
    inside = [edge for edge in edges if edge.src in place and edge.dst in place]
    inside.sort(key=lambda edge: (edge.kind, place[edge.src], place[edge.dst]))
    return Subgraph(nodes, tuple(inside), depth, is_partial)
