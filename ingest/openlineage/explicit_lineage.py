"""The ``lineage`` facet: sources of a table as a sender states them, on the table or on the job."""

from collections.abc import Iterator
from datetime import datetime

from graph.facts import Fed
from signal_factory.wire import OLDataset, OpenLineageEvent

from ..facets import NONE, Facet, inner, items, text
from ..identity import Identity


def explicit_lineage(
    event: OpenLineageEvent, at: datetime, ref: str, job: str, identity: Identity
) -> Iterator[Fed]:
    """What feeds what. Sources and targets that are jobs are left to their own events."""
    owned = [*event.inputs, *event.outputs, *([event.dataset] if event.dataset else [])]
    for dataset in owned:
        yield from _sources(
            dataset.facets.get("lineage", NONE), identity.dataset(dataset), at, ref, job, identity
        )
    for entry in items(event.job.facets.get("lineage", NONE) if event.job else NONE, "entries"):
        target = _named(entry, identity)
        if target:
            yield from _sources(entry, target, at, ref, job, identity)


def _sources(told: Facet, target: str, at: datetime, ref: str, job: str, identity: Identity) -> Iterator[Fed]:
    columns: dict[str, list[tuple[str, str]]] = {}
    for each in items(told, "inputs"):
        columns.setdefault(_named(each, identity), [])
    fields = inner(told, "fields")
    for column in fields:
        for each in items(inner(fields, column), "inputs"):
            pairs = columns.setdefault(_named(each, identity), [])
            if text(each, "field"):
                pairs.append((text(each, "field"), column))
    for source in sorted(set(columns) - {"", target}):
        yield Fed(at, ref, source, target, job, tuple(columns[source]))


def _named(entry: Facet, identity: Identity) -> str:
    """The URN of an entry that is a data set; "" for a job or a nameless one."""
    name = text(entry, "name")
    if text(entry, "type") not in ("", "DATASET") or not name.strip():
        return ""
    return identity.dataset(OLDataset(namespace=text(entry, "namespace") or "default", name=name))
