"""The path of a report as queries that people paste to check it in the graph."""

from graph.model import NodeRef

from .paths import Step


def queries(steps: list[Step], incident_id: str) -> dict[str, str]:
    """``{cypher, gremlin}`` of a path; where there is none, of the signals of the incident."""
    if steps:
        return {"cypher": cypher(steps), "gremlin": gremlin(steps)}
    return {
        "cypher": f"MATCH path = (:Signal)-[:TRIGGERED]->(:Incident {{key: '{incident_id}'}})\nRETURN path",
        "gremlin": f"g.V().has('Incident', 'key', '{incident_id}').in('TRIGGERED').path()",
    }


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
