"""The path from the cause to the incident, and the queries that show it in the graph."""

from dataclasses import dataclass
from itertools import pairwise

from graph.model import Edge, NodeRef

from .suspects import Suspect
from .world import World


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
    steps = _to_data(world, suspect, signal)
    if not steps or steps[-1].dst != signal:
        steps += _through_data(
            suspect, steps[-1].dst if steps else NodeRef("Dataset", suspect.chain[0]), signal
        )
    return [*steps, Step("TRIGGERED", signal, incident, suspect.refs[-1:])]


def _to_data(world: World, suspect: Suspect, signal: NodeRef) -> list[Step]:
    entity, first = NodeRef(suspect.label, suspect.key), NodeRef("Dataset", suspect.chain[0])
    if suspect.label == "Dataset":
        return []
    steps: list[Step] = []
    here = entity
    if (
        suspect.run_id
        and world.run(suspect.run_id)
        and suspect.label in ("Job", "Deployment")
        and not suspect.failure
    ):
        run = NodeRef("JobRun", suspect.run_id)
        steps.append(
            Step("EXECUTED" if suspect.label == "Job" else "INTRODUCED", entity, run, (suspect.run_id,))
        )
        here = run
        error = NodeRef("FailureSignature", f"{suspect.signature}@{suspect.job}")
        if suspect.signature and error in world.nodes and len(suspect.chain) == 1:
            return [
                *steps,
                Step("ENCOUNTERED", run, error, (suspect.run_id,)),
                Step("CAUSED", error, signal, (suspect.run_id,)),
            ]
    elif suspect.failure:
        failure = NodeRef("FailureSignature", suspect.failure)
        kind = "INTRODUCED" if suspect.label == "Deployment" else "CAUSED"
        if suspect.label == "Producer" and world.out("PRODUCED_DRIFT", entity):
            kind = "PRODUCED_DRIFT"
        steps.append(Step(kind, entity, failure, suspect.refs[:2]))
        here = failure
        if len(suspect.chain) == 1:
            return [*steps, Step("CAUSED", failure, signal, suspect.refs[:2])]
    if here.label == "FailureSignature":
        return [*steps, Step("AFFECTS", here, first, suspect.refs[:2])]
    if here.label in ("JobRun", "Job"):
        wrote = any(edge.dst == first for edge in world.out("WROTE_TO", here))
        if suspect.label == "Deployment" and not wrote and suspect.job not in world.writers(first.key):
            # What shipped changed the table; the run in which that was seen only read it.
            return [Step("CAUSED", entity, first, suspect.refs[:1])]
        return [*steps, Step("WROTE_TO" if wrote else "CAUSED", here, first, suspect.refs[:1])]
    return [
        *steps,
        Step("INTRODUCED" if here.label == "Deployment" else "CAUSED", here, signal, suspect.refs[:1]),
    ]


def _through_data(suspect: Suspect, start: NodeRef, signal: NodeRef) -> list[Step]:
    tables = [NodeRef("Dataset", urn) for urn in suspect.chain]
    steps = [Step("FEEDS", above, below, (below.key,)) for above, below in pairwise(tables)]
    last = tables[-1] if tables else start
    return [*steps, Step("CAUSED", last, signal, suspect.refs[:1])]


def edges_of(steps: list[Step], moment: str) -> list[Edge]:
    """The derived edges of a path, to be written so that the queries find them."""
    derived = {"INTRODUCED", "CAUSED", "TRIGGERED"}
    return [
        Edge(step.kind, step.src, step.dst, {"evidence": step.evidence[:10]} if step.evidence else {}, moment)
        for step in steps
        if step.kind in derived
    ]


def cypher(steps: list[Step]) -> str:
    """The path as Cypher, to paste."""
    nodes = [steps[0].src, *(step.dst for step in steps)]
    pattern = _cypher_node(nodes[0])
    for step in steps:
        pattern += f"-[:{step.kind}]->{_cypher_node(step.dst)}"
    return f"MATCH path = {pattern}\nRETURN path"


def gremlin(steps: list[Step]) -> str:
    """The path as Gremlin, to paste."""
    text = f"g.V().has('{steps[0].src.label}', 'key', {_quoted(steps[0].src.key)})"
    for step in steps:
        text += f".out('{step.kind}').has('{step.dst.label}', 'key', {_quoted(step.dst.key)})"
    return f"{text}.path()"


def _cypher_node(ref: NodeRef) -> str:
    return f"(:{ref.label} {{key: {_quoted(ref.key)}}})"


def _quoted(text: str) -> str:
    return (
        "'"
        + text.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024").replace("\n", "\\n")
        + "'"
    )
