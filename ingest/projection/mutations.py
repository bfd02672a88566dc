"""What facts add to the graph, before it is filtered and merged."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from graph.keys import signature_key
from graph.model import Edge, Node, NodeRef, Value
from graph.signatures import family_of, field_of, kind_of
from signal_factory.times import format_time

_moment = lru_cache(maxsize=256)(format_time)
_LASTING = frozenset({"Dataset", "Job", "Service", "Producer", "Team", "Column"})


@dataclass(slots=True)
class Mutations:
    """What one fact adds to the graph."""

    nodes: list[Node] = field(default_factory=list[Node])
    edges: list[Edge] = field(default_factory=list[Edge])

    def node(self, label: str, key: str, at: datetime, **props: Value) -> NodeRef:
        """Add to a node; returns its name."""
        ref, moment = NodeRef(label, key), _moment(at)
        kept = {name: value for name, value in props.items() if value not in (None, "", ())}
        self.nodes.append(Node(ref, _seen(moment) | kept, moment))
        return ref

    def failure(self, signature: str, owner: str, at: datetime, **props: Value) -> NodeRef:
        """Add to a failure signature of a data set or job; returns its name."""
        about: dict[str, Value] = {
            "signature": signature, "kind": kind_of(signature),
            "family": family_of(signature), "field": field_of(signature) or "",
        }  # fmt: skip
        return self.node("FailureSignature", signature_key(signature, owner), at, **about, **props)

    def run(self, run_id: str, job: str, at: datetime) -> NodeRef | None:
        """Add a run and what it is a run of, by name only; None where no run is named."""
        if not run_id:
            return None
        run = self.node("JobRun", run_id, at, job=job)
        if job:
            self.edge("EXECUTED", self.node("Job", job, at), run, at)
        return run

    def edge(self, kind: str, src: NodeRef, dst: NodeRef, at: datetime, **props: Value) -> None:
        """Add to an edge. Topology has no place in time, so that no window hides it."""
        moment = _moment(at)
        kept = {name: value for name, value in props.items() if value not in (None, "", ())}
        placed = "" if src.label in _LASTING and dst.label in _LASTING else moment
        self.edges.append(Edge(kind, src, dst, _seen(moment) | kept, placed))


def _seen(moment: str) -> dict[str, Value]:
    return {"first_seen": moment, "last_seen": moment}
