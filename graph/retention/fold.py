"""A day of a job's runs as one node: a pure function of the runs and of the edges at them."""

from collections.abc import Iterable, Sequence
from functools import reduce

from signal_factory.ids import content_hash

from ..merge import merge_edge
from ..model import Edge, Node, NodeRef, Value
from ..normalise import MAX_KEY_LENGTH, normalise_edge, normalise_node
from .tiers import DAY_NODE

_COUNTED = {
    "COMPLETE": "completed", "SUCCESS": "completed", "FAIL": "failed", "FAILED": "failed",
    "ABORT": "aborted", "SKIPPED": "aborted",
}  # fmt: skip
_FORWARD = frozenset({"READ_FROM", "WROTE_TO", "ENCOUNTERED"})
_SUMMED = ("rows", "bytes")
_MOST_NAME = MAX_KEY_LENGTH - len("@2026-01-19")
_MOST = 2**63 - 1


def job_of(run: Node) -> str:
    """Whose run it is; "" where nobody said."""
    job = run.props.get("job") or run.props.get("dag_id")
    return job if isinstance(job, str) else ""


def day_ref(job: str, day: str) -> NodeRef:
    """The node of a job's day; a job whose name leaves no room is known by a digest of it."""
    name = job if len(job) <= _MOST_NAME else f"{job[: _MOST_NAME - 65]}~{content_hash(job)}"
    return NodeRef(DAY_NODE, f"{name}@{day}")


def fold(job: str, day: str, runs: Sequence[Node], edges: Iterable[Edge]) -> tuple[Node, list[Edge]]:
    """The day's node and its edges: what was read, written and met, and which job it was.

    Counts are by state; of ids the first and the last run are kept, the last that
    completed, and up to ten that failed.
    """
    ordered = sorted(runs, key=lambda run: (_text(run, "first_seen"), run.ref))
    last = f"{day}T23:59:59.999Z"
    ref, at = day_ref(job, day), min(max(run.at for run in runs), last)
    node = normalise_node(Node(ref, _props(job, day, ordered), at))
    keys = {run.ref for run in runs}
    return node, sorted(_edges(ref, keys, edges, last), key=lambda edge: (edge.kind, edge.src, edge.dst))


def _props(job: str, day: str, runs: Sequence[Node]) -> dict[str, Value]:
    good = [run for run in runs if _state(run) == "completed"]
    best = max(good, key=lambda run: (_ended(run), run.ref), default=None)
    found: dict[str, Value] = {
        "job": job, "day": day, "runs": len(runs), "first_run": runs[0].ref.key, "last_run": runs[-1].ref.key,
        "first_seen": min(_text(run, "first_seen") or run.at for run in runs),
        "last_seen": max(_text(run, "last_seen") or run.at for run in runs),
        "last_good_run": best.ref.key if best else "", "last_good_at": _ended(best) if best else "",
        "started_at": min((_text(run, "started_at") for run in runs if _text(run, "started_at")), default=""),
        "ended_at": max((_text(run, "ended_at") for run in runs), default=""),
        "failed_runs": tuple(run.ref.key for run in runs if _state(run) == "failed")[-10:],
        "signatures": tuple({_text(run, "failure_signature") for run in runs} - {""}),
        "versions": tuple({_text(run, "deploy_ref") or _text(run, "code_ref") for run in runs} - {""}),
        "rows_read": _sum(runs, "rows_read"), "rows_written": _sum(runs, "rows_written"),
        "duration_s": max((_number(run, "duration_s") for run in runs), default=0.0),
    }  # fmt: skip
    for state in ("completed", "failed", "aborted", "unfinished"):
        found[state] = sum(_state(run) == state for run in runs)
    return {name: value for name, value in found.items() if value not in ("", ())}


def _edges(ref: NodeRef, runs: set[NodeRef], edges: Iterable[Edge], last: str) -> list[Edge]:
    groups: dict[tuple[str, NodeRef, NodeRef], list[Edge]] = {}
    for edge in edges:
        if edge.src in runs and edge.kind in _FORWARD:
            groups.setdefault((edge.kind, ref, edge.dst), []).append(edge)
        elif edge.dst in runs and edge.kind == "EXECUTED" and edge.src.label == "Job":
            groups.setdefault((edge.kind, edge.src, ref), []).append(edge)
    return [_merged(kind, src, dst, group, last) for (kind, src, dst), group in groups.items()]


def _merged(kind: str, src: NodeRef, dst: NodeRef, group: list[Edge], last: str) -> Edge:
    whole = reduce(merge_edge, sorted(group, key=lambda edge: (edge.src, edge.dst)))
    props = dict(whole.props)
    for name in (*_SUMMED, *(("count",) if kind == "ENCOUNTERED" else ())):
        if name in props:
            props[name] = min(_MOST, sum(_whole(edge, name) for edge in group))
    if kind != "EXECUTED":
        props["runs"] = _ends_of(group)
    return normalise_edge(Edge(kind, src, dst, props, min(whole.at, last), whole.times))


def _ends_of(group: list[Edge]) -> tuple[str, ...]:
    """The runs of the first and the last of the edges; of those that commit, where any does."""
    telling = [edge for edge in group if edge.props.get("commit_at")] or group
    ordered = sorted(telling, key=lambda edge: (str(edge.props.get("commit_at", edge.at)), edge.src))
    return tuple(dict.fromkeys((ordered[0].src.key, ordered[-1].src.key)))


def _state(run: Node) -> str:
    return _COUNTED.get(_text(run, "status"), "unfinished")


def _ended(run: Node) -> str:
    return _text(run, "ended_at") or _text(run, "last_seen") or run.at


def _text(run: Node, name: str) -> str:
    value = run.props.get(name)
    return value if isinstance(value, str) else ""


def _number(run: Node, name: str) -> float:
    value = run.props.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _sum(runs: Sequence[Node], name: str) -> int:
    told = (run.props.get(name) for run in runs)
    return min(_MOST, sum(value for value in told if isinstance(value, int)))


def _whole(edge: Edge, name: str) -> int:
    value = edge.props.get(name)
    return value if isinstance(value, int) else 0
