"""What was answered, in the form in which the engine and the baselines are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Named: TypeAlias = tuple[str, str]
"""A cause: its kind (contract §3) and the key of its entity."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``cause`` is None for INCONCLUSIVE; ``candidates`` come best first; ``path`` are data set URNs."""

    cause: Named | None
    candidates: tuple[Named, ...] = ()
    path: tuple[str, ...] = ()


def answer_of(incident: Mapping[str, Any]) -> Answer:
    """The answer in an incident's report."""
    rca = incident["rca"]
    cause = rca["root_cause"]
    return Answer(
        cause=_named(cause) if cause else None,
        candidates=tuple(_named(each) for each in rca["candidates"]),
        path=path_of(incident),
    )


def path_of(incident: Mapping[str, Any]) -> tuple[str, ...]:
    """The data sets along the report's path, each once; the incident's own where the path names none.

    A path from a deployment through a failure straight to the incident passes no other
    data set: the cause's first data set and the incident's are then the same.
    """
    steps = incident["rca"]["path"]
    nodes = [end for step in steps for end in (step["from"], step["to"])]
    urns = dict.fromkeys(node["key"] for node in nodes if node["label"] == "Dataset")
    return tuple(urns) or (incident["dataset_urn"],)


def _named(cause: Mapping[str, Any]) -> Named:
    return cause["kind"], cause["entity"]["key"]
