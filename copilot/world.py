"""A bounded neighbourhood of the graph, read the way an investigation asks it.

Everything here comes from one expansion (``graph.port.GraphStore.expand``), so the
answer is the same on every store.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef, Subgraph, Value
from graph.port import GraphStore
from signal_factory.times import format_time, parse_time

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When something happened whose time nobody told."""

_MOST_SKEW = timedelta(minutes=15)

HISTORY = timedelta(days=9)
"""How far back an investigation looks: the seven-day baseline and some room."""

_UPSTREAM = (
    Hop("WROTE_TO", "in"), Hop("READ_FROM", "out"), Hop("FEEDS", "in"), Hop("EXECUTED", "in"),
    Hop("EXECUTED", "out"), Hop("DEPLOYED", "in"), Hop("DEPLOYED", "out"), Hop("OWNED_BY", "out"),
    Hop("AFFECTS", "in"), Hop("ENCOUNTERED", "out"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunView:
    """A job run as the graph knows it."""

    run_id: str
    job: str
    status: str
    started: datetime
    ended: datetime | None
    scheduled: datetime | None
    code: str
    error: str
    dag: str
    retries: int
    dag_run: str = ""
    parent: str = ""

    @property
    def was_followed(self) -> bool:
        """Whether more than its end is known of it."""
        return self.ended is None or self.started < self.ended

    @property
    def minutes(self) -> float | None:
        """How long it ran, None while that is not known."""
        return (self.ended - self.started).total_seconds() / 60 if self.ended else None


@dataclass(frozen=True, slots=True)
class CommitView:
    """New data in a table; ``advances`` says whether it moved the watermark."""

    at: datetime
    run_id: str
    watermark: str
    rows: int | None
    strength: int
    advances: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A deployment as the graph knows it."""

    key: str
    service: str
    version: str
    previous: str
    at: datetime
    sources: tuple[str, ...]
    summary: str

    @property
    def is_told(self) -> bool:
        """Whether an event said so; otherwise it was concluded from a version that appeared."""
        return bool({"event", "cdevents"} & set(self.sources))


@dataclass(frozen=True, slots=True)
class FailureView:
    """A failure signature on one data set or job."""

    ref: NodeRef
    signature: str
    family: str
    field: str
    first_seen: datetime
    last_seen: datetime
    first_evidence: str
    evidence: tuple[str, ...]
    producers: tuple[str, ...]
    versions: tuple[str, ...]
    warned_only: bool
    count: int


@dataclass(frozen=True, slots=True)
class SignalView:
    """A signal on a data set."""

    signal_id: str
    signal_type: str
    state: str
    reason: str
    signature: str
    run_id: str
    at: datetime
    evidence: tuple[str, ...]


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
    def runs(self) -> dict[str, list[RunView]]:
        """Runs by job."""
        found: dict[str, list[RunView]] = defaultdict(list)
        for ref, node in self.nodes.items():
            if ref.label == "JobRun":
                view = _run(ref, node)
                if view is not None:
                    found[view.job].append(view)
        for runs in found.values():
            runs.sort(key=lambda each: (each.started, each.run_id))
        return dict(found)

    def run(self, run_id: str) -> RunView | None:
        """One run."""
        node = self.nodes.get(NodeRef("JobRun", run_id))
        return _run(NodeRef("JobRun", run_id), node) if node else None

    def commits(self, urn: str) -> list[CommitView]:
        """Commits of a table that count as such, by the writer's own standard."""
        if urn not in self._commits:
            self._commits[urn] = _commits(self.into("WROTE_TO", NodeRef("Dataset", urn), "JobRun"), self)
        return self._commits[urn]

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
        views = [_failure(edge.src, self.nodes[edge.src]) for edge in edges if edge.src in self.nodes]
        return sorted(views, key=lambda each: (each.first_seen, each.ref))

    def signals(self, urn: str) -> list[SignalView]:
        """Signals on a data set."""
        edges = self.into("AFFECTS", NodeRef("Dataset", urn), "Signal")
        views = [_signal(edge.src, self.nodes[edge.src]) for edge in edges if edge.src in self.nodes]
        return sorted(views, key=lambda each: (each.at, each.signal_id))

    def changes_on(self, label: str, key: str) -> list[Change]:
        """Deployments onto a job or data set, or of a service or producer."""
        ref = NodeRef(label, key)
        kinds = self.into("DEPLOYED", ref) if label in ("Job", "Dataset") else self.out("DEPLOYED", ref)
        refs = {(each.src if label in ("Job", "Dataset") else each.dst) for each in kinds}
        found = [_change(each, self.nodes[each]) for each in refs if each in self.nodes]
        return sorted(found, key=lambda each: (each.at, each.key))

    def versions_seen(self, urn: str) -> list[tuple[Change, datetime, datetime]]:
        """Producer versions observed in a stream's records, with when each was first and last seen there."""
        edges = self.into("AFFECTS", NodeRef("Dataset", urn), "Deployment")
        found = [
            (
                _change(edge.src, self.nodes[edge.src]),
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


def _moment(node: Node, name: str) -> datetime | None:
    value = node.props.get(name)
    return parse_time(value) if isinstance(value, str) and value else None


def _text(node: Node, name: str) -> str:
    value = node.props.get(name)
    return value if isinstance(value, str) else ""


def _texts(node: Node, name: str) -> tuple[str, ...]:
    value = node.props.get(name)
    return value if isinstance(value, tuple) else ()


def _number(node: Node, name: str) -> int:
    value = node.props.get(name)
    return int(value) if isinstance(value, int | float) else 0


def _run(ref: NodeRef, node: Node) -> RunView | None:
    started = _moment(node, "started_at") or _moment(node, "first_seen")
    job = _text(node, "job")
    if started is None or not job:
        return None
    return RunView(
        ref.key, job, _text(node, "status"), started, _moment(node, "ended_at"),
        _moment(node, "scheduled_at"),
        _text(node, "deploy_ref") or _text(node, "code_ref"), _text(node, "failure_signature"),
        _text(node, "dag_id"), _number(node, "retry_count"), _text(node, "dag_run_id"),
        _text(node, "parent_run_id"),
    )  # fmt: skip


def _change(ref: NodeRef, node: Node) -> Change:
    return Change(
        ref.key, _text(node, "service"), _text(node, "version"), _text(node, "previous_version"),
        _live(node), _texts(node, "source"), _text(node, "change_summary"),
    )  # fmt: skip


def _live(node: Node) -> datetime:
    """When a version went live: one that records carry minutes before was live, whatever clocks say."""
    told, seen = _moment(node, "deployed_at"), _moment(node, "first_seen")
    if told is not None and seen is not None and told - _MOST_SKEW <= seen < told:
        return seen
    return told or seen or LONG_AGO


def _failure(ref: NodeRef, node: Node) -> FailureView:
    first, last = _moment(node, "first_seen") or LONG_AGO, _moment(node, "last_seen") or LONG_AGO
    return FailureView(
        ref, _text(node, "signature"), _text(node, "family"), _text(node, "field"), first, last,
        _text(node, "first_evidence"), _texts(node, "evidence"), _texts(node, "producers"),
        _texts(node, "versions"), not _number(node, "fail_count") and bool(_number(node, "warn_count")),
        max(_number(node, "count"), _number(node, "fail_count")),
    )  # fmt: skip


def _signal(ref: NodeRef, node: Node) -> SignalView:
    at = _moment(node, "breach_start") or _moment(node, "window_end") or LONG_AGO
    return SignalView(
        ref.key, _text(node, "signal_type"), _text(node, "state"), _text(node, "reason"),
        _text(node, "failure_signature"), _text(node, "run_id"), at, _texts(node, "evidence"),
    )  # fmt: skip


_OWN, _FAILED = 2, ("FAIL", "ABORT")


def _came_to_nothing(run: RunView | None, strength: int, world: "World") -> bool:
    """A failed run, or a bare completion of a job whose other runs say when they start."""
    if run is None:
        return False
    if run.status in _FAILED:
        return True
    others = world.runs.get(run.job, ())
    return strength == 0 and not run.was_followed and any(each.was_followed for each in others)


def _commits(edges: list[Edge], world: World) -> list[CommitView]:
    told: list[tuple[datetime, str, str, int | None, int, str]] = []
    for edge in edges:
        stamp = edge.props.get("timestamp")
        if isinstance(stamp, str):
            marks, rows, strength = edge.props.get("source"), edge.props.get("rows"), edge.props.get("count")
            mark = max((m for m in marks if m[:1].isdigit()), default="") if isinstance(marks, tuple) else ""
            told.append((
                parse_time(stamp), edge.src.key, mark, rows if isinstance(rows, int) else None,
                strength if isinstance(strength, int) else 0, world.text("JobRun", edge.src.key, "job"),
            ))  # fmt: skip
    found: list[CommitView] = []
    best: dict[str, int] = {}
    mark = ""
    for at, run_id, watermark, rows, strength, job in sorted(told, key=lambda each: (each[0], each[1])):
        usual = max(best.get(job, 0), best.get("", 0))
        best[job] = max(usual, strength)
        if strength < usual or (strength < _OWN and _came_to_nothing(world.run(run_id), strength, world)):
            continue
        absurd = bool(watermark) and watermark[:10] > (at + timedelta(days=2)).date().isoformat()
        found.append(
            CommitView(
                at, run_id, watermark, rows, strength, not absurd and (not watermark or watermark > mark)
            )
        )
        if not absurd:
            mark = max(mark, watermark)
    return found
