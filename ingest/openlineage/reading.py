"""Everything one OpenLineage event says, part by part."""

from collections.abc import Iterator

from graph.facts import Fact
from signal_factory.wire import OpenLineageEvent

from ..identity import Identity
from .datasets import of_dataset
from .event import placed_by
from .explicit_lineage import explicit_lineage
from .jobs import of_job
from .lineage import lineage
from .runs import of_run


def from_openlineage(event: OpenLineageEvent, identity: Identity) -> Iterator[Fact]:
    """Everything one event says. An event without job and data sets says nothing."""
    placed = placed_by(event, identity)
    if not (placed.run_id or placed.job or placed.inputs or placed.outputs):
        return
    for dataset, urn in (*placed.inputs, *placed.outputs):
        yield from of_dataset(placed, dataset, urn)
    if event.run is not None and placed.job:
        yield from of_run(placed)
    if placed.job:
        yield from of_job(placed)
    yield from lineage(placed)
    yield from explicit_lineage(placed.event, placed.at, placed.ref, placed.job, identity)
