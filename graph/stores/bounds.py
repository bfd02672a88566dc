"""The parts of an expansion's meaning that every store shares."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..coalesce import EdgeId
from ..model import Edge, ExpandSpec, Hop, Node, NodeRef, Subgraph

Followed: TypeAlias = tuple[Edge, NodeRef]
"""An edge, and the neighbour it led to."""
Around: TypeAlias = Callable[[NodeRef, Hop], Iterable[Followed]]
"""The edges of one node along one hop, whatever their number and time."""


@dataclass(slots=True)
class Walk:
    """What an expansion met: nodes by depth in the order of discovery, and the edges it followed."""

    depth: dict[NodeRef, int]
    edges: dict[EdgeId, Edge] = field(default_factory=dict[EdgeId, Edge])
    is_partial: bool = False


def walk(seeds: Iterable[NodeRef], spec: ExpandSpec, around: Around) -> Walk:
    """The meaning of ``ExpandSpec``, level by level, over ``seeds`` that exist."""
    frontier, is_partial = first(set(seeds), spec.max_nodes)
    walked = Walk(dict.fromkeys(frontier, 0), is_partial=is_partial)
    for level in range(1, spec.max_hops + 1):
        if not frontier:
            break
        met = {far for far in _follow(walked, frontier, spec, around) if far not in walked.depth}
        frontier, is_full = first(met, spec.max_nodes - len(walked.depth))
        walked.depth.update(dict.fromkeys(frontier, level))
        walked.is_partial = walked.is_partial or is_full
    return walked


def _follow(walked: Walk, frontier: Sequence[NodeRef], spec: ExpandSpec, around: Around) -> Iterable[NodeRef]:
    for ref in frontier:
        for hop in set(spec.hops):
            within = [one for one in around(ref, hop) if is_within(one[0], spec)]
            followed, is_cut = latest(within, spec.max_degree)
            walked.edges.update(((edge.kind, edge.src, edge.dst), edge) for edge, _ in followed)
            walked.is_partial = walked.is_partial or is_cut
            yield from (far for _, far in followed)


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
