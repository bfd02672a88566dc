"""What flows from the inputs of an event to its outputs, table by table and column by column."""

from collections.abc import Iterator

from graph.facts import Fed
from signal_factory.wire import OLDataset
from signal_factory.wire.shapes import is_object

from ..facets import NONE, items, text
from .event import Placed


def lineage(placed: Placed) -> Iterator[Fed]:
    """Every input feeds every output."""
    for _, source in placed.inputs:
        for target_dataset, target in placed.outputs:
            if source != target:
                columns = tuple(_columns(target_dataset, source, placed))
                yield Fed(placed.at, placed.ref, source, target, placed.job, columns)


def _columns(target: OLDataset, source: str, placed: Placed) -> Iterator[tuple[str, str]]:
    """(source column, target column) pairs that column lineage names, both forms of the facet."""
    facet = target.facets.get("columnLineage") or target.output_facets.get("columnLineage") or NONE
    names = {(each.namespace, each.name): urn for each, urn in placed.inputs}
    fields = facet.get("fields")
    pairs = fields.items() if is_object(fields) else (
        (text(each, "name"), each) for each in items(facet, "fields")
    )  # fmt: skip
    for column, entry in pairs:
        for origin in items(entry, "inputFields") if is_object(entry) else ():
            told = (text(origin, "namespace"), text(origin, "name"))
            if column and text(origin, "field") and names.get(told, source) == source:
                yield text(origin, "field"), column
