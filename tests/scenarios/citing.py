"""What a report cites, and what a recorded file offers to be cited (contract rule 14)."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.scenarios.expecting import Json, without_kind

_ID_FIELDS = frozenset({
    "evidence_id", "source_evidence_id", "run_id", "runId", "dag_run_id", "spark_run_id",
    "dataset_urn", "urn", "producer_urn", "job_urn", "upstream_dataset", "job",
})  # fmt: skip
_URN_LISTS = frozenset({"feeds", "jobs", "datasets", "input_datasets", "output_datasets", "upstream_urns"})


def citations(report: Json) -> Iterator[str]:
    """Every reference to an event in one RCAReport."""
    yield from report["evidence_refs"]
    for cause in [*report["candidates"], report["root_cause"] or {"evidence_refs": []}]:
        yield from cause["evidence_refs"]
    for step in report["path"]:
        yield from step["evidence"]
    for entry in report["timeline"]:
        if entry.get("ref") and not entry["ref"].startswith(("sig-", "inc-")):
            yield entry["ref"]


def unresolved(document: Json, lines: Iterable[str]) -> list[str]:
    """The citations in all reports that name nothing in ``lines``."""
    names = citable(lines)
    return sorted(
        ref
        for incident in document["incidents"]
        for ref in {*citations(incident["rca"]), *_primary(incident)}
        if ref not in names and without_kind(ref) not in names
    )


def citable(lines: Iterable[str]) -> set[str]:
    """Evidence ids, run ids, deployment keys and URNs that occur in the events."""
    names: set[str] = set()
    versions: set[tuple[str, str]] = set()
    for line in lines:
        body = json.loads(line)["body"]
        _collect(body, names)
        versions.update(_versions(body))
    return names | {f"{who}:{version}" for who, version in versions}


def _primary(incident: Json) -> list[str]:
    primary = incident.get("primary_evidence_id")
    return [primary] if primary else []


def _collect(value: Any, names: set[str]) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _ID_FIELDS and isinstance(inner, str):
                names.add(inner)
            elif name in _URN_LISTS and isinstance(inner, list):
                names.update(item for item in inner if isinstance(item, str))
            _collect(inner, names)
        if isinstance(value.get("job"), dict) and "namespace" in value["job"]:
            names.add(f"job://{value['job']['namespace']}/{value['job']['name']}")
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, names)


def _versions(body: Json) -> Iterator[tuple[str, str]]:
    if "service" in body and "version" in body:
        yield body["service"], body["version"]
    producer = body.get("producer")
    if isinstance(producer, dict) and "version" in producer:
        yield producer["id"], producer["version"]
    for name in ("code_ref", "deploy_ref"):
        if body.get(name) and body.get("producer_urn"):
            yield body["producer_urn"], body[name]
    job = body.get("job")
    if isinstance(job, dict) and "sourceCodeLocation" in job.get("facets", {}):
        yield f"job://{job['namespace']}/{job['name']}", job["facets"]["sourceCodeLocation"]["version"]
