"""One pass of retention: what is no longer hot is archived and folded, what is no longer warm leaves.

Nothing is remembered between passes, or between the steps of one: what is still to do
is what the graph still holds, and what is done twice has no second effect. So a pass
may end anywhere, also by ``kill -9``, and the next one goes on.

1. Of the oldest runs, what the graph knows is merged into their days of the archive.
2. The node of each job and day they belong to is computed from all that is archived of
   it, and put into the graph in place of what it said before.
3. Runs that are still as they were archived leave the graph. One that was heard of in
   between stays, and is archived with what is new by the next pass.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..model import Edge, Node, NodeRef
from ..port import GraphStore
from .archive import Archive
from .fold import fold, job_of
from .pacing import WIDE, Pace, slices, weighed
from .rows import Elements
from .tiers import ARCHIVED, ARCHIVED_KINDS, DAY_NODE, FOLDED, Horizons, beside, day_of, end_of

CHUNK = 2_000
_RAN = ("WROTE_TO", "READ_FROM")


@dataclass(slots=True)
class Outcome:
    """What a pass did. ``retired`` are the nodes that left the graph."""

    folded: int = 0
    archived: int = 0
    edges: int = 0
    retired: list[NodeRef] = field(default_factory=list[NodeRef])


@dataclass(frozen=True, slots=True)
class _Day:
    """What a job's day becomes: node and edges while it is warm; ``marks`` are for its job and tables."""

    node: Node
    edges: list[Edge]
    marks: list[Node]
    is_warm: bool


class Sweep:
    """A pass over one graph. Reading and archiving need no turn of the writer; changing the graph does."""

    def __init__(
        self,
        store: GraphStore,
        archive: Archive,
        horizons: Horizons,
        pace: Pace | None = None,
        *,
        chunk: int = CHUNK,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store, self._archive, self._horizons = store, archive, horizons
        self.pace = pace or Pace()
        self.pace.ease = store.ease
        self._chunk, self._should_stop = chunk, should_stop
        self._done = Outcome()

    def run(self) -> Outcome:
        """Do all that is due, or until ``should_stop``.

        Raises:
            BackendUnavailable: archive or graph failed; what was not archived is in the graph still.
        """
        self._store.ease()
        with self._store.lazily():
            self._retire()
        return self._done

    def _retire(self) -> None:
        for label in FOLDED:
            self._drain(label, self._horizons.folded, self._fold)
        self._drain(DAY_NODE, self._horizons.archived, self._forget_days)
        for label in ARCHIVED:
            self._drain(label, self._horizons.archived, self._archive_nodes)
        for kind in ARCHIVED_KINDS:
            self._drain_edges(kind)

    def _drain(self, label: str, before: str, retire: Callable[[list[Node]], None]) -> None:
        """Retire the oldest again and again, until all that are left cannot go now."""
        staying: set[NodeRef] = set()
        while not self._should_stop():
            aged = self._store.aged(label, before, self._chunk + len(staying))
            nodes = [node for node in aged if node.ref not in staying]
            if not nodes:
                return
            begun = len(self._done.retired)
            retire(nodes)
            staying |= {node.ref for node in nodes} - set(self._done.retired[begun:])

    def _fold(self, runs: list[Node]) -> None:
        told = Elements()
        told.add(runs, self._store.edges_of(node.ref for node in runs))
        days = self._days_of(runs)
        kept = {day: self._archive.merge("runs", day, part) for day, part in _by_day(told, days).items()}
        self._put_days(kept, {(job_of(kept[day].nodes[ref]), day) for ref, day in days.items()})
        self._done.folded += self._remove(told)

    def _days_of(self, runs: list[Node]) -> dict[NodeRef, str]:
        """The day each run began; one that is archived already, a day before or after, stays there."""
        days = {run.ref: day_of(str(run.props.get("first_seen") or run.at)) for run in runs}
        for day in sorted(set(days.values())):
            for other in (beside(day, -1), beside(day, 1)):
                mine = [ref for ref, own in days.items() if own == day]
                held = self._archive.holding("runs", other, mine)
                if held:
                    here = self._archive.holding("runs", day, held)
                    days.update(dict.fromkeys(held - here, other))
        return days

    def _put_days(self, kept: dict[str, Elements], wanted: set[tuple[str, str]]) -> None:
        jobs = {day: _by_job(part) for day, part in kept.items()}
        days: dict[NodeRef, _Day] = {}
        for job, day in sorted(wanted):
            runs = jobs[day][job]
            node, edges = fold(job, day, list(runs.nodes.values()), runs.edges.values())
            is_warm = end_of(day) > self._horizons.archived
            edges = self._reaching(edges)
            marks = _marks(job, edges, end_of(day), "folded_until" if is_warm else "archived_until")
            days[node.ref] = _Day(node, edges, marks, is_warm)
        weights = {ref: 1 + len(day.edges) + len(day.marks) for ref, day in days.items()}
        for part in weighed(weights, self.pace):
            with self.pace.slice(sum(weights[ref] for ref in part)):
                self._replace([days[ref] for ref in part])

    def _reaching(self, edges: list[Edge]) -> list[Edge]:
        """Edges whose far end the graph still knows: an old name or signature does not come back."""
        far = {end for edge in edges for end in (edge.src, edge.dst) if end.label != DAY_NODE}
        known = self._store.get(far)
        return [edge for edge in edges if edge.src in known or edge.dst in known]

    def _known(self, marks: list[Node]) -> list[Node]:
        known = self._store.get(mark.ref for mark in marks)
        return [mark for mark in marks if mark.ref in known]

    def _replace(self, days: list["_Day"]) -> None:
        """Counts may go down when a run's end is heard of late, so a day is not merged but put anew."""
        warm = {day.node.ref: day for day in days if day.is_warm}
        held = self._store.get(warm)
        at: dict[NodeRef, list[Edge]] = {ref: [] for ref in held}
        for edge in self._store.edges_of(held):
            at[edge.src if edge.src in at else edge.dst].append(edge)
        same = {ref for ref in held if held[ref] == warm[ref].node and at[ref] == warm[ref].edges}
        if held.keys() - same:
            self._store.delete(held.keys() - same)
        new = [day for ref, day in warm.items() if ref not in same]
        marks = self._known(_merged([mark for day in days for mark in day.marks]))
        self._store.upsert([*(day.node for day in new), *marks], [edge for day in new for edge in day.edges])

    def _forget_days(self, days: list[Node]) -> None:
        """Folded days end; all that they were made of is archived."""
        told = Elements()
        told.add(days, self._store.edges_of(node.ref for node in days))
        marks: list[Node] = []
        for node in days:
            own = [edge for edge in told.edges.values() if node.ref in (edge.src, edge.dst)]
            marks += _marks(job_of(node), own, end_of(str(node.props["day"])), "archived_until")
        for part in slices(_merged(marks), self.pace):
            with self.pace.slice(len(part)):
                self._store.upsert(self._known(part), [])
        self._remove(told)

    def _archive_nodes(self, nodes: list[Node]) -> None:
        """Archive what no run in the graph speaks of any more; what hangs on runs leaves after them."""
        edges = self._store.edges_of(node.ref for node in nodes)
        needed = {end for edge in edges if _is_of_run(edge) for end in (edge.src, edge.dst)}
        days = {node.ref: day_of(node.at) for node in nodes if node.ref not in needed}
        told = Elements()
        told.add(
            (node for node in nodes if node.ref in days),
            (edge for edge in edges if edge.src in days or edge.dst in days),
        )
        for day, part in _by_day(told, days).items():
            self._archive.merge("graph", day, part)
        self._done.archived += self._remove(told)

    def _drain_edges(self, kind: str) -> None:
        """Retire what is old between nodes that stay; what is at a run or its day leaves with that."""
        seen: set[tuple[NodeRef, NodeRef]] = set()
        while not self._should_stop():
            aged = self._store.aged_edges(kind, self._horizons.archived, self._chunk + len(seen))
            edges = [edge for edge in aged if (edge.src, edge.dst) not in seen]
            if not edges:
                return
            seen |= {(edge.src, edge.dst) for edge in edges}
            gone = self._archive_edges(kind, [edge for edge in edges if not _is_of_run(edge)])
            seen -= {(edge.src, edge.dst) for edge in gone}

    def _archive_edges(self, kind: str, edges: list[Edge]) -> list[Edge]:
        by_day: dict[str, Elements] = defaultdict(Elements)
        for edge in edges:
            by_day[day_of(edge.at)].add(edges=[edge])
        for day in sorted(by_day):
            self._archive.merge("graph", day, by_day[day])
        gone: list[Edge] = []
        for part in slices(edges, self.pace):
            with self.pace.slice(2 * len(part)):
                gone += self._remove_edges(kind, part)
        self._done.edges += len(gone)
        return gone

    def _remove_edges(self, kind: str, part: list[Edge]) -> list[Edge]:
        still = {
            (edge.src, edge.dst): edge
            for edge in self._store.get_edges((kind, edge.src, edge.dst) for edge in part)
        }
        same = [edge for edge in part if still.get((edge.src, edge.dst)) == edge]
        self._store.delete_edges((kind, edge.src, edge.dst) for edge in same)
        self._remove_shells({end for edge in same for end in (edge.src, edge.dst)})
        return same

    def _remove_shells(self, ends: set[NodeRef]) -> None:
        """Names that only these edges had brought back after they had left."""
        shells = {
            ref for ref, node in self._store.get(ends).items()
            if not node.props and not node.at and ref.label in (*FOLDED, *ARCHIVED)
        }  # fmt: skip
        used = {end for edge in self._store.edges_of(shells) for end in (edge.src, edge.dst)}
        self._store.delete(shells - used)

    def _remove(self, told: Elements) -> int:
        """Take nodes with their edges out of the graph, unless something new was said of them since."""
        at: dict[NodeRef, int] = dict.fromkeys(told.nodes, 1)
        for _, src, dst in told.edges:
            for end in (src, dst):
                if end in at:
                    at[end] += 1
        before = len(self._done.retired)
        for ref in [ref for ref, weight in at.items() if weight > max(WIDE, self.pace.size)]:
            self._thin(ref, told)
            at[ref] = 1
        for part in weighed(at, self.pace):
            with self.pace.slice(sum(at[ref] for ref in part)):
                unchanged = self._unchanged(part, told)
                self._store.delete(unchanged)
            self._done.retired += unchanged
        return len(self._done.retired) - before

    def _thin(self, wide: NodeRef, told: Elements) -> None:
        """Take the edges of one node, as far as they are archived, before the node itself."""
        own = [identity for identity in told.edges if wide in identity]
        for part in slices(own, self.pace):
            with self.pace.slice(2 * len(part)):
                if self._store.get([wide]).get(wide) != told.nodes[wide]:
                    return
                held = self._store.get_edges(part)
                same = [edge for edge in held if told.edges[(edge.kind, edge.src, edge.dst)] == edge]
                self._store.delete_edges((edge.kind, edge.src, edge.dst) for edge in same)

    def _unchanged(self, refs: list[NodeRef], told: Elements) -> list[NodeRef]:
        changed = {
            end
            for edge in self._store.edges_of(refs)
            if told.edges.get((edge.kind, edge.src, edge.dst)) != edge
            for end in (edge.src, edge.dst)
        }
        held = self._store.get(refs)
        return [ref for ref in refs if ref not in changed and held.get(ref) == told.nodes[ref]]


def _is_of_run(edge: Edge) -> bool:
    return not {edge.src.label, edge.dst.label}.isdisjoint((*FOLDED, DAY_NODE))


def _by_day(told: Elements, days: dict[NodeRef, str]) -> dict[str, Elements]:
    """Elements by day; an edge goes with the node it starts at, or else with the one it ends at."""
    parts: dict[str, Elements] = defaultdict(Elements)
    for ref, day in days.items():
        parts[day].add([told.nodes[ref]])
    for edge in told.edges.values():
        parts[days.get(edge.src) or days[edge.dst]].add(edges=[edge])
    return dict(sorted(parts.items()))


def _by_job(told: Elements) -> dict[str, Elements]:
    """Runs by the job whose they are, with the edges at them."""
    parts: dict[str, Elements] = defaultdict(Elements)
    jobs = {ref: job_of(node) for ref, node in told.nodes.items()}
    for ref, job in jobs.items():
        parts[job].nodes[ref] = told.nodes[ref]
    for identity, edge in told.edges.items():
        for end in {edge.src, edge.dst} & jobs.keys():
            parts[jobs[end]].edges[identity] = edge
    return parts


def _marks(job: str, edges: Iterable[Edge], until: str, name: str) -> list[Node]:
    """Said of a job and of its tables: up to when their runs are no longer there one by one."""
    tables = {edge.dst for edge in edges if edge.kind in _RAN}
    refs = [*sorted(tables), *([NodeRef("Job", job)] if job else [])]
    return [Node(ref, {name: until}) for ref in refs]


def _merged(marks: list[Node]) -> list[Node]:
    told = Elements()
    for mark in marks:
        told.add([mark])
    return [told.nodes[ref] for ref in sorted(told.nodes)]
