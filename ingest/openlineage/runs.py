"""What an event says of a run: its state, what it is part of, what it read and wrote, why it failed."""

from collections.abc import Iterator

from graph.facts import Fact, RunSeen, Tested
from graph.signatures import signature_of

from ..facets import NONE, count, inner, items, moment, text
from ..measurements import billed, measured
from .assertions import is_test_job, test_of_job, tests_of_dataset, tests_of_run
from .event import ERRORS, Placed
from .jobs import code_version
from .orchestrator import orchestrator
from .summaries import summaries
from .writes import commits, rows_written

_TERMINAL = ("COMPLETE", "FAIL", "ABORT")


def of_run(placed: Placed) -> Iterator[Fact]:
    """The run itself, its commits, summaries, measures and tests."""
    facets, event = placed.run_facets, placed.event
    dag, dag_run, parent_run = orchestrator(placed)
    nominal = moment(facets.get("nominalTime", NONE), "nominalStartTime")
    airflow = facets.get("airflow", NONE)
    tests = tuple(_tests(placed))
    error = _error(placed, tests) if event.event_type in ("FAIL", "ABORT") or placed.has_error else ""
    state = "FAIL" if placed.has_error and event.event_type in _TERMINAL else event.event_type or "OTHER"
    yield RunSeen(
        at=placed.at, ref=placed.run_id, run_id=placed.run_id, job=placed.job, state=state,
        run_type=placed.run_type, scheduled_at=nominal,
        code_ref=code_version(placed)[0], dag=dag, dag_run_id=dag_run, parent_run_id=parent_run,
        inputs=tuple(urn for _, urn in placed.inputs), outputs=tuple(urn for _, urn in placed.outputs),
        rows_read=_rows_read(placed), rows_written=rows_written(placed), error=error,
        retries=max(0, (count(inner(airflow, "taskInstance"), "try_number") or 1) - 1),
        resources=billed(facets),
    )  # fmt: skip
    if event.event_type == "COMPLETE" and not placed.has_error:
        yield from commits(placed)
    yield from summaries(placed)
    yield from measured(placed.at, placed.ref, placed.run_id, placed.job, placed.inputs, placed.outputs)
    yield from tests


def _tests(placed: Placed) -> Iterator[Tested]:
    """Every data test the event tells of: on its data sets, in its run, or as the run itself."""
    said = (placed.at, placed.ref, placed.run_id, placed.job)
    told = (*placed.inputs, *placed.outputs)
    for dataset, urn in told:
        yield from tests_of_dataset(*said, urn, dataset, of_dbt=placed.is_dbt)
    yield from tests_of_run(*said, placed.run_facets, told[0][1] if told else placed.job)
    if placed.inputs and placed.event.job is not None and placed.event.event_type in ("COMPLETE", "FAIL"):
        table, urn = placed.inputs[0]
        passed = placed.event.event_type == "COMPLETE"
        yield from test_of_job(*said, urn, placed.event.job.name, table.name, passed=passed)


def _error(placed: Placed, tests: tuple[Tested, ...]) -> str:
    """Why a run failed: a test that was the run, its message, its first failing test, in this order."""
    failing = [each for each in tests if not (each.passed or each.warns_only)]
    if failing and placed.event.job is not None and is_test_job(placed.event.job.name):
        return failing[0].signature
    facets = placed.run_facets
    for name in ERRORS:
        facet = facets.get(name, NONE)
        told = "\n".join(each for each in (text(facet, "message"), text(facet, "stackTrace")) if each)
        if told:
            return signature_of(told)
    for failed in items(facets.get("extractionError", NONE), "errors"):
        return signature_of(text(failed, "errorMessage"))
    return failing[0].signature if failing else "UNKNOWN:no_reason"


def _rows_read(placed: Placed) -> int | None:
    rows = [
        count(dataset.input_facets.get(name, dataset.facets.get(name, NONE)), "rowCount")
        for dataset, _ in placed.inputs
        for name in ("inputStatistics", "dataQualityMetrics")
    ]
    known = [each for each in rows if each is not None]
    return max(known) if known else count(placed.run_facets.get("inputStatistics", NONE), "rowCount")
