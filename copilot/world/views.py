"""Nodes of the graph as an investigation sees them: runs, commits, changes, failures, signals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from graph.model import Node, NodeRef
from signal_factory.times import parse_time

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When something happened whose time nobody told."""

_MOST_SKEW = timedelta(minutes=15)


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


def run_view(ref: NodeRef, node: Node) -> RunView | None:
    """The run of a ``JobRun``; None where its job or its time is not known."""
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


def change_view(ref: NodeRef, node: Node) -> Change:
    """The change of a ``Deployment``."""
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


def failure_view(ref: NodeRef, node: Node) -> FailureView:
    """The failure of a ``FailureSignature``."""
    first, last = _moment(node, "first_seen") or LONG_AGO, _moment(node, "last_seen") or LONG_AGO
    return FailureView(
        ref, _text(node, "signature"), _text(node, "family"), _text(node, "field"), first, last,
        _text(node, "first_evidence"), _texts(node, "evidence"), _texts(node, "producers"),
        _texts(node, "versions"), not _number(node, "fail_count") and bool(_number(node, "warn_count")),
        max(_number(node, "count"), _number(node, "fail_count")),
    )  # fmt: skip


def signal_view(ref: NodeRef, node: Node) -> SignalView:
    """The signal of a ``Signal``."""
    at = _moment(node, "breach_start") or _moment(node, "window_end") or LONG_AGO
    return SignalView(
        ref.key, _text(node, "signal_type"), _text(node, "state"), _text(node, "reason"),
        _text(node, "failure_signature"), _text(node, "run_id"), at, _texts(node, "evidence"),
    )  # fmt: skip
