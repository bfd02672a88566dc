"""What an event says of a data set: its columns, owners, description, and tests of it."""

from collections.abc import Iterator

from graph.facts import Described, Fact, Owned, SchemaSeen
from signal_factory.wire import OLDataset

from ..facets import NONE, items, owners, text
from .assertions import tests_of_dataset
from .event import Placed


def of_dataset(placed: Placed, dataset: OLDataset, urn: str) -> Iterator[Fact]:
    """Facts of one input or output; tests of a run's data sets are facts of the run."""
    facets = dataset.facets
    columns = tuple(
        (text(each, "name"), text(each, "type"))
        for each in items(facets.get("schema", NONE), "fields")
        if text(each, "name")
    )
    if columns:
        yield SchemaSeen(placed.at, placed.ref, urn, columns[:2_000], placed.job)
    for team in owners(facets):
        yield Owned(placed.at, placed.ref, "Dataset", urn, team)
    yield Described(
        placed.at, placed.ref, urn, (f"{dataset.namespace}/{dataset.name}"[:300],),
        type=text(facets.get("datasetType", NONE), "datasetType"),
        lifecycle=text(facets.get("lifecycleStateChange", NONE), "lifecycleStateChange"),
        version=text(facets.get("version", NONE), "datasetVersion"),
        description=text(facets.get("documentation", NONE), "description")[:200],
        tags=tuple(text(tag, "key") for tag in items(facets.get("tags", NONE), "tags"))[:20],
        resolved=_is_known(dataset, urn),
    )  # fmt: skip
    if placed.event.run is None or not placed.job:
        said = (placed.at, placed.ref, placed.run_id, placed.job)
        yield from tests_of_dataset(*said, urn, dataset, of_dbt=placed.is_dbt)


def _is_known(dataset: OLDataset, urn: str) -> bool:
    """Whether something better than its own name stands behind the URN."""
    return not dataset.own_urn.startswith(urn)
