"""What a run committed to its outputs, and how many rows."""

from collections.abc import Iterator

from graph.facts import Committed
from signal_factory.wire import OLDataset

from ..facets import NONE, Facet, count, inner, items, text
from ..watermarks import watermark_of
from .event import Placed


def commits(placed: Placed) -> Iterator[Committed]:
    """A commit for each output; one that tells of data is stronger than a bare completion."""
    for dataset, urn in placed.outputs:
        statistics = _output_statistics(placed, dataset)
        version = text(dataset.facets.get("version", NONE), "datasetVersion")
        version = version or text(dataset.output_facets.get("icebergCommitReport", NONE), "snapshotId")
        partitions = _partitions(dataset)
        told = bool(statistics or version or partitions)
        yield Committed(
            at=placed.at, ref=placed.run_id, dataset=urn, run_id=placed.run_id, job=placed.job,
            watermark=watermark_of(partitions), partitions=partitions[:10],
            rows=_output_rows(placed, dataset), size=count(statistics, "size", "bytesWritten"),
            version=version, strength=2 if told else 1,
        )  # fmt: skip


def rows_written(placed: Placed) -> int | None:
    """Over all outputs, None where none tells; the run's own count goes before."""
    own = count(placed.run_facets.get("outputStatistics", NONE), "rowCount")
    if own:
        return own
    known = [rows for dataset, _ in placed.outputs if (rows := _output_rows(placed, dataset)) is not None]
    return sum(known) if known else None


def _output_statistics(placed: Placed, dataset: OLDataset) -> Facet:
    name = "outputStatistics"
    own: Facet = dataset.output_facets.get(name) or dataset.facets.get(name) or NONE
    if own or len(placed.outputs) != 1:
        return own
    return placed.run_facets.get(name, NONE)


def _output_rows(placed: Placed, dataset: OLDataset) -> int | None:
    iceberg = inner(dataset.output_facets.get("icebergCommitReport", NONE), "commitMetrics")
    measured = dataset.facets.get("dataQualityMetrics", NONE)
    told = (count(_output_statistics(placed, dataset), "rowCount"), count(iceberg, "addedRecords"))
    return next((rows for rows in (*told, count(measured, "rowCount")) if rows is not None), None)


def _partitions(dataset: OLDataset) -> tuple[str, ...]:
    """Partitions named in the subset facet, else in the data set's own path."""
    condition = inner(dataset.output_facets.get("subset", NONE), "outputCondition")
    told: list[str] = []
    for partition in items(condition, "partitions"):
        values = inner(partition, "dimensions") or partition
        told += [f"{name}={value}" for name, value in values.items() if isinstance(value, str | int)]
    tail = dataset.name.rstrip("/")
    return tuple(told) or ((tail.rpartition("/")[2],) if watermark_of([tail]) else ())
