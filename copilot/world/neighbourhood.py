"""A bounded neighbourhood of the graph, read the way an investigation asks it.

Everything here comes from one expansion (``graph.port.GraphStore.expand``), so the
answer is the same on every store.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from graph.model import Edge, ExpandSpec, Hop, NodeRef, Subgraph, Value
from graph.port import GraphStore
from signal_factory.times import format_time, parse_time

from .commits import Write, came_to_nothing, effective, write_of
from .runs import RunsByJob
from .views import (
    Change,
    CommitView,
    FailureView,
    RunView,
    SignalView,
    change_view,
    failure_view,
    run_view,
    signal_view,
)

HISTORY = timedelta(days=9)
"""How far back an investigation looks: the seven-day baseline and some room."""

_UPSTREAM = (
    Hop("WROTE_TO", "in"), Hop("READ_FROM", "out"), Hop("FEEDS", "in"), Hop("EXECUTED", "in"),
    Hop("EXECUTED", "out"), Hop("DEPLOYED", "in"), Hop("DEPLOYED", "out"), Hop("OWNED_BY", "out"),
    Hop("AFFECTS", "in"), Hop("ENCOUNTERED", "out"),
)  # fmt: skip


def look(store: GraphStore, datasets: Iterable[str], first_bad: datetime, now: datetime) -> "World":
    """The neighbourhood upstream of some data sets around the time they broke.

    It has no end in time: a sender whose clock is ahead tells of what is still to come.
    """
    spec = ExpandSpec(
        _UPSTREAM, max_hops=8, max_nodes=1_500, max_degree=60, since=format_time(first_bad - HISTORY)
    )
    return World(store.expand([NodeRef("Dataset", urn) for urn in datasets], spec), now)


class World:
    """Questions about one neighbourhood. Lists are in order of time."""

    def __init__(self, subgraph: Subgraph, now: datetime) -> None:
        self.now = now
        self.is_partial = subgraph.is_partial
        self.nodes = subgraph.nodes
        self._out: dict[tuple[str, NodeRef], list[Edge]] = defaultdict(list)
        self._in: dict[tuple[str, NodeRef], list[Edge]] = defaultdict(list)
        for edge in subgraph.edges:
            self._out[edge.kind, edge.src].append(edge)
            self._in[edge.kind, edge.dst].append(edge)
        self._commits: dict[str, list[CommitView]] = {}

    def out(self, kind: str, ref: NodeRef, label: str = "") -> list[Edge]:
        """Edges of a kind that leave ``ref``, for ends of ``label`` if given."""
        return [each for each in self._out.get((kind, ref), ()) if not label or each.dst.label == label]

    def into(self, kind: str, ref: NodeRef, label: str = "") -> list[Edge]:
        """Edges of a kind that reach ``ref``."""
        return [each for each in self._in.get((kind, ref), ()) if not label or each.src.label == label]

    def prop(self, label: str, key: str, name: str) -> Value:
        """A property of a node, None where it has none."""
        node = self.nodes.get(NodeRef(label, key))
        return node.props.get(name) if node else None

    def text(self, label: str, key: str, name: str) -> str:
        """A property as text, "" where there is none."""
        value = self.prop(label, key, name)
        return value if isinstance(value, str) else ""

    @cached_property
    def runs(self) -> RunsByJob:
        """Runs by job."""
        return RunsByJob(self.nodes)

    def run(self, run_id: str) -> RunView | None:
        """One run."""
        node = self.nodes.get(NodeRef("JobRun", run_id))
        return run_view(NodeRef("JobRun", run_id), node) if node else None

    def commits(self, urn: str) -> list[CommitView]:
        """Commits of a table that count as such, by the writer's own standard."""
        if urn not in self._commits:
            edges = self.into("WROTE_TO", NodeRef("Dataset", urn), "JobRun")
            writes = (write_of(each, self.text("JobRun", each.src.key, "job")) for each in edges)
            self._commits[urn] = effective(filter(None, writes), self._came_to_nothing)
        return self._commits[urn]

    def _came_to_nothing(self, write: Write) -> bool:
        run = self.run(write.run_id)
        return run is not None and came_to_nothing(write, run, self.runs.get(run.job, ()))

    def writers(self, urn: str) -> list[str]:
        """Jobs that write a table: the registered one first, then those that wrote it last."""
        registered = self.text("Dataset", urn, "job")
        ref = NodeRef("Dataset", urn)
        seen: dict[str, str] = {}
        for edge in self.into("WROTE_TO", ref, "JobRun"):
            job = self.text("JobRun", edge.src.key, "job")
            if job and (edge.props.get("role") != "validated" or "timestamp" in edge.props):
                seen[job] = max(seen.get(job, ""), edge.at)
        for edge in self.into("WROTE_TO", ref, "Job"):
            seen.setdefault(edge.src.key, "")
        ranked = sorted(seen, key=lambda job: (seen[job], job), reverse=True)
        return [*([registered] if registered else []), *(job for job in ranked if job != registered)]

    def inputs(self, job: str) -> list[str]:
        """Tables a job reads."""
        return sorted({edge.dst.key for edge in self.out("READ_FROM", NodeRef("Job", job), "Dataset")})

    def sources(self, urn: str) -> list[str]:
        """Tables that feed a table, by lineage and by its writers' inputs."""
        ref = NodeRef("Dataset", urn)
        fed = {edge.src.key for edge in self.into("FEEDS", ref, "Dataset")}
        read = {source for job in self.writers(urn) for source in self.inputs(job)}
        return sorted((fed | read) - {urn})

    def declared(self, urn: str) -> list[str]:
        """Tables that feed a table by what registrations declare, through no job that is known."""
        edges = self.into("FEEDS", NodeRef("Dataset", urn), "Dataset")
        return sorted({edge.src.key for edge in edges if not edge.props.get("jobs")} - {urn})

    def failures(self, label: str, key: str) -> list[FailureView]:
        """Failure signatures on a data set or job."""
        edges = self.into("AFFECTS", NodeRef(label, key), "FailureSignature")
        views = [failure_view(edge.src, self.nodes[edge.src]) for edge in edges if edge.src in self.nodes]
        return sorted(views, key=lambda each: (each.first_seen, each.ref))

    def signals(self, urn: str) -> list[SignalView]:
        """Signals on a data set."""
        edges = self.into("AFFECTS", NodeRef("Dataset", urn), "Signal")
        views = [signal_view(edge.src, self.nodes[edge.src]) for edge in edges if edge.src in self.nodes]
        return sorted(views, key=lambda each: (each.at, each.signal_id))

    def changes_on(self, label: str, key: str) -> list[Change]:
        """Deployments onto a job or data set, or of a service or producer."""
        ref = NodeRef(label, key)
        kinds = self.into("DEPLOYED", ref) if label in ("Job", "Dataset") else self.out("DEPLOYED", ref)
        refs = {(each.src if label in ("Job", "Dataset") else each.dst) for each in kinds}
        found = [change_view(each, self.nodes[each]) for each in refs if each in self.nodes]
        return sorted(found, key=lambda each: (each.at, each.key))

    def versions_seen(self, urn: str) -> list[tuple[Change, datetime, datetime]]:
        """Producer versions observed in a stream's records, with when each was first and last seen there."""
        edges = self.into("AFFECTS", NodeRef("Dataset", urn), "Deployment")
        found = [
            (
                change_view(edge.src, self.nodes[edge.src]),
                parse_time(str(edge.props.get("first_seen") or edge.at)),
                parse_time(edge.at),
            )
            for edge in edges
            if edge.src in self.nodes
        ]
        return sorted(found, key=lambda each: (each[1], each[0].key))

    def producers(self, urn: str) -> list[str]:
        """Producers seen in a stream's records."""
        edges = self.out("OWNED_BY", NodeRef("Dataset", urn), "Producer")
        return sorted(edge.dst.key for edge in edges)
