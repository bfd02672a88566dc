"""The path from the cause to the incident, and the queries that show it in the graph."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from graph.model import Edge, NodeRef

from ..suspects import Suspect
from ..world import World


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of the path with the events behind it."""

    kind: str
    src: NodeRef
    dst: NodeRef
    evidence: tuple[str, ...] = ()


def path_of(world: World, suspect: Suspect, signal_id: str, incident_id: str) -> list[Step]:
    """From the cause's entity through runs, failures and tables to the incident."""
    signal, incident = NodeRef("Signal", signal_id), NodeRef("Incident", incident_id)
    steps = _from_entity(world, suspect, signal)
    if not steps or steps[-1].dst != signal:
        steps += _through_data(suspect, signal)
    return [*steps, Step("TRIGGERED", signal, incident, suspect.refs[-1:])]


def _from_entity(world: World, suspect: Suspect, signal: NodeRef) -> list[Step]:
    """To the first table, or right to the signal where that tells of the table itself."""
    entity = NodeRef(suspect.label, suspect.key)
    if suspect.label == "Dataset":
        return []
    if suspect.failure:
        return _through_failure(world, suspect, entity, signal)
    if suspect.label in ("Job", "Deployment") and suspect.run_id and world.run(suspect.run_id):
        return _through_run(world, suspect, entity, signal)
    if suspect.label == "Job":
        return [_written(world, suspect, entity)]
    kind = "INTRODUCED" if suspect.label == "Deployment" else "CAUSED"
    return [Step(kind, entity, signal, suspect.refs[:1])]


def _through_failure(world: World, suspect: Suspect, entity: NodeRef, signal: NodeRef) -> list[Step]:
    failure, refs = NodeRef("FailureSignature", suspect.failure), suspect.refs[:2]
    kind = "INTRODUCED" if suspect.label == "Deployment" else "CAUSED"
    if suspect.label == "Producer" and world.out("PRODUCED_DRIFT", entity):
        kind = "PRODUCED_DRIFT"
    first = Step(kind, entity, failure, refs)
    if len(suspect.chain) == 1:
        return [first, Step("CAUSED", failure, signal, refs)]
    return [first, Step("AFFECTS", failure, NodeRef("Dataset", suspect.chain[0]), refs)]


def _through_run(world: World, suspect: Suspect, entity: NodeRef, signal: NodeRef) -> list[Step]:
    run, refs = NodeRef("JobRun", suspect.run_id), (suspect.run_id,)
    first = Step("EXECUTED" if suspect.label == "Job" else "INTRODUCED", entity, run, refs)
    error = NodeRef("FailureSignature", f"{suspect.signature}@{suspect.job}")
    if suspect.signature and error in world.nodes and len(suspect.chain) == 1:
        return [first, Step("ENCOUNTERED", run, error, refs), Step("CAUSED", error, signal, refs)]
    last = _written(world, suspect, run)
    if (
        suspect.label == "Deployment"
        and last.kind == "CAUSED"
        and suspect.job not in world.writers(last.dst.key)
    ):
        # What shipped changed the table; the run in which that was seen only read it.
        return [Step("CAUSED", entity, last.dst, suspect.refs[:1])]
    return [first, last]


def _written(world: World, suspect: Suspect, writer: NodeRef) -> Step:
    """From a job or run to the first table, which it wrote or was to write."""
    table = NodeRef("Dataset", suspect.chain[0])
    wrote = any(edge.dst == table for edge in world.out("WROTE_TO", writer))
    return Step("WROTE_TO" if wrote else "CAUSED", writer, table, suspect.refs[:1])


def _through_data(suspect: Suspect, signal: NodeRef) -> list[Step]:
    tables = [NodeRef("Dataset", urn) for urn in suspect.chain]
    steps = [Step("FEEDS", above, below, (below.key,)) for above, below in pairwise(tables)]
    return [*steps, Step("CAUSED", tables[-1], signal, suspect.refs[:1])]


def steps_told(path: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The steps of a path as a report tells it."""
    return [
        Step(each["edge"], _ref(each["from"]), _ref(each["to"]), tuple(each["evidence"])) for each in path
    ]


def _ref(told: Mapping[str, str]) -> NodeRef:
    return NodeRef(told["label"], told["key"])


def edges_of(steps: list[Step], moment: str) -> list[Edge]:
    """The derived edges of a path, to be written so that the queries find them."""
    derived = {"INTRODUCED", "CAUSED", "TRIGGERED"}
    return [
        Edge(step.kind, step.src, step.dst, {"evidence": step.evidence[:10]} if step.evidence else {}, moment)
        for step in steps
        if step.kind in derived
    ]
