"""What a run measured: columns of tables (``dataQualityMetrics``), and what it used itself."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite

from graph.facts import Measured
from signal_factory.wire import OLDataset
from signal_factory.wire.shapes import is_object

from .facets import Facet, count, inner

_COLUMNS, _RESOURCES, _LONGEST = 25, 10, 64
_BIGQUERY = ("bigQueryJob", "bigQuery_job")


def measured(
    at: datetime, ref: str, run_id: str, job: str,
    inputs: tuple[tuple[OLDataset, str], ...], outputs: tuple[tuple[OLDataset, str], ...],
) -> Iterator[Measured]:  # fmt: skip
    """Rows of its inputs; null rates, shares of distinct values and means of the columns that a run measured.

    The rows of an output are those of its commit.
    """
    for place, (dataset, urn) in enumerate((*inputs, *outputs)):
        facet = dataset.input_facets.get("dataQualityMetrics") or dataset.facets.get("dataQualityMetrics")
        rows = count(facet, "rowCount") if facet else None
        if not facet or rows is None:
            continue
        metrics = (*((("rows", float(rows)),) if place < len(inputs) else ()), *_of_columns(facet, rows))
        if metrics:
            yield Measured(at, ref, urn, run_id, job, rows, metrics)


def _of_columns(facet: Facet, rows: int) -> Iterator[tuple[str, float]]:
    columns = inner(facet, "columnMetrics")
    for name in sorted(map(str, columns))[:_COLUMNS] if rows else ():
        yield from _of_column(name[:_LONGEST], inner(columns, name), rows)


def _of_column(name: str, facet: Facet, rows: int) -> Iterator[tuple[str, float]]:
    nulls, distinct = count(facet, "nullCount"), count(facet, "distinctCount")
    if nulls is not None and nulls <= rows:
        yield f"null_rate:{name}", nulls / rows
    if distinct is not None and distinct <= rows:
        yield f"distinct_rate:{name}", distinct / rows
    total, counted = _number(facet.get("sum")), count(facet, "count")
    if total is not None and counted:
        yield f"mean:{name}", total / counted


def resources(told: Mapping[str, object]) -> tuple[tuple[str, float], ...]:
    """The amounts in a job event's ``resource_summary``, such as ``executor_cpu_s``."""
    found = ((str(name)[:_LONGEST], _number(value)) for name, value in sorted(told.items()))
    return tuple((name, value) for name, value in found if value is not None and value >= 0)[:_RESOURCES]


def billed(run_facets: Mapping[str, Facet]) -> tuple[tuple[str, float], ...]:
    """The bytes that BigQuery billed a run for."""
    for name in _BIGQUERY:
        facet = run_facets.get(name)
        amount = count(facet, "billedBytes") if is_object(facet) else None
        if amount:
            return (("billed_bytes", float(amount)),)
    return ()


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:
        return None
