"""Data tests as OpenLineage carries them: ``dataQualityAssertions`` and the ``test`` run facet."""

import re
from collections.abc import Iterator
from datetime import datetime

from graph.facts import Tested
from graph.signatures import signature_of_assertion
from signal_factory.wire import OLDataset

from ..facets import NONE, Facet, inner, items, text

_TEST_JOB = re.compile(r"test\.[^.]+\.(?P<test>[^.]+)(?:\.[0-9a-f]{8,})?")


def tests_of_dataset(
    at: datetime, ref: str, run_id: str, job: str, urn: str, dataset: OLDataset, *, of_dbt: bool
) -> Iterator[Tested]:
    """The assertions a run checked on one of its data sets; ``of_dbt`` says that dbt told them."""
    name = "dataQualityAssertions"
    facet = dataset.input_facets.get(name) or dataset.facets.get(name) or dataset.output_facets.get(name)
    for each in items(facet or NONE, "assertions"):
        assertion, column = text(each, "assertion"), text(each, "column")
        passed = each.get("success")
        if assertion and isinstance(passed, bool) and not (of_dbt and _was_skipped(each)):
            warns = text(each, "severity").lower() in ("warn", "warning")
            signature = signature_of_assertion(assertion, column or None, None)
            yield Tested(at, ref, urn, run_id, job, assertion, column, passed, warns, signature)


def _was_skipped(assertion: Facet) -> bool:
    """Whether dbt did not execute the test: what it executes, it measures.

    Versions that name the test also tell what was measured; older ones tell neither.
    """
    measured = assertion.get("actual") is not None or assertion.get("expected") is not None
    return assertion.get("success") is False and bool(text(assertion, "name")) and not measured


def tests_of_run(
    at: datetime, ref: str, run_id: str, job: str, facets: dict[str, dict[str, object]], dataset: str
) -> Iterator[Tested]:
    """The tests of the ``test`` run facet."""
    for each in items(facets.get("test", NONE), "tests"):
        name, status = text(each, "name"), text(each, "status").lower()
        if not name or status in ("", "skipped", "skip"):
            continue
        passed = status in ("pass", "passed", "success", "warn", "warned")
        warns = text(each, "severity").lower() in ("warn", "warning") or status.startswith("warn")
        column = _column(each)
        signature = signature_of_assertion(text(each, "type") or name, column or None, None)
        yield Tested(at, ref, dataset, run_id, job, name, column, passed, warns, signature)


def test_of_job(
    at: datetime, ref: str, run_id: str, job: str, dataset: str, name: str, table: str, *, passed: bool
) -> Iterator[Tested]:
    """The test that a run *is*: dbt with structured logs runs each under ``test.<project>.<test>.<hash>``."""
    found = _TEST_JOB.fullmatch(name)
    if found is None:
        return
    test = found["test"]
    column = test.partition(f"_{table.rpartition('.')[2]}_")[2].partition("__")[0]
    signature = signature_of_assertion(test, column or None, None)
    yield Tested(at, ref, dataset, run_id, job, test, column, passed, False, signature)


def is_test_job(name: str) -> bool:
    """Whether a job's name says that it is one data test."""
    return _TEST_JOB.fullmatch(name) is not None


def _column(test: Facet) -> str:
    params = inner(test, "params")
    return text(params, "column") or text(params, "column_name")
