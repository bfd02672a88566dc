"""What a report cites, and what a recording offers to be cited (contract rule 14)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from signal_factory.errors import InvalidEvent
from signal_factory.urns import dataset_urn_for
from signal_factory.wire import KINDS
from signal_factory.wire.shapes import is_list, is_object

_NAMING = frozenset({
    "evidence_id", "source_evidence_id", "run_id", "runId", "dag_run_id", "spark_run_id", "upstream_dataset",
    "input_dataset", "job",
})  # fmt: skip
_NAMES = ("evd-", "ds://", "urn:", "job://")
_OURS = ("sig-", "inc-")


def citations(report: Mapping[str, Any]) -> list[str]:
    """Every reference to an event in one RCAReport, once, sorted."""
    return sorted(set(_cited(report)))


def unresolved(refs: Iterable[str], names: frozenset[str]) -> list[str]:
    """Those of ``refs`` that name nothing, with or without their ``kind:`` prefix."""
    return [ref for ref in refs if ref not in names and _without_kind(ref) not in names]


def citable(events: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Evidence ids, run ids, deployment keys and URNs that occur in the envelopes."""
    names: set[str] = set()
    for event in events:
        body = event["body"]
        names.update(_names(body, ""))
        names.update(_versions(event["kind"], body))
    return frozenset(names)


def _cited(report: Mapping[str, Any]) -> Iterator[str]:
    yield from report["evidence_refs"]
    for cause in (*report["candidates"], *filter(None, [report["root_cause"]])):
        yield from cause["evidence_refs"]
    for step in report["path"]:
        yield from step["evidence"]
    yield from (
        entry["ref"]
        for entry in report["timeline"]
        if entry.get("ref") and not entry["ref"].startswith(_OURS)
    )


def _without_kind(ref: str) -> str:
    kind, _, rest = ref.partition(":")
    return rest if kind in KINDS and rest else ref


def _names(value: object, field: str) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(_NAMES) or field in _NAMING:
            yield value
    elif is_object(value):
        for name, inner in value.items():
            yield from _names(inner, name)
        if "namespace" in value and "name" in value:
            yield f"job://{value['namespace']}/{value['name']}"
            yield dataset_urn_for(str(value["namespace"]), str(value["name"]))
    elif is_list(value):
        for inner in value:
            yield from _names(inner, field)


def _versions(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    if kind == "deployment":
        yield from _deployed(body)
    producer = body.get("producer")
    if is_object(producer):
        yield f"{producer.get('id')}:{producer.get('version')}"
    for name in ("code_ref", "deploy_ref"):
        yield f"{body.get('producer_urn')}:{body.get(name)}"
    job = _object(body.get("job"))
    location = _object(_object(job.get("facets")).get("sourceCodeLocation"))
    yield f"job://{job.get('namespace')}/{job.get('name')}:{location.get('version')}"


def _object(value: object) -> dict[str, Any]:
    return value if is_object(value) else {}


def _deployed(body: Mapping[str, Any]) -> Iterator[str]:
    from signal_factory.wire import Deployment
    from signal_factory.wire.bodies import parse_body

    try:
        read = parse_body("deployment", dict(body))
    except InvalidEvent:
        return
    if isinstance(read, Deployment):
        yield read.key
