from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts import Measured, RunSeen
from ingest.identity import Identity
from ingest.measurements import resources
from ingest.translate import translate
from signal_factory.wire import Envelope

NOW = datetime(2026, 1, 19, 2, tzinfo=UTC)


def _facts(kind: str, body: dict[str, Any]) -> list[Any]:
    return list(translate(Envelope(time=NOW, kind=kind, body=body), Identity()).facts)


def _complete(metrics: Any, where: str = "inputFacets", **run_facets: Any) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE", "eventTime": NOW.isoformat(),
        "run": {"runId": "r1", "facets": run_facets}, "job": {"namespace": "dbt", "name": "orders"},
        "inputs": [{"namespace": "s3://lake", "name": "bronze/orders", where: {"dataQualityMetrics": metrics}}],
        "outputs": [],
    }  # fmt: skip


COLUMNS = {
    "customer_id": {"nullCount": 50, "distinctCount": 900},
    "amount": {"nullCount": 0, "sum": 3_000.5, "count": 1_000, "min": 1.0, "max": 99.0},
}


@pytest.mark.parametrize("where", ["inputFacets", "facets"])
def test_column_metrics_become_rates_and_means_and_no_value_is_kept(where: str):
    (fact,) = [
        each
        for each in _facts(
            "openlineage", _complete({"rowCount": 1_000, "columnMetrics": COLUMNS}, where)
        )
        if isinstance(each, Measured)
    ]  # fmt: skip
    assert (fact.rows, fact.run_id, fact.job) == (1_000, "r1", "job://dbt/orders")
    assert dict(fact.metrics) == {
        "null_rate:amount": 0.0, "mean:amount": 3.0005, "null_rate:customer_id": 0.05,
        "distinct_rate:customer_id": 0.9, "rows": 1_000.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "metrics",
    [
        {"columnMetrics": ["amount"]}, {"columnMetrics": {"a": {"nullCount": 11}}}, {},
        {"columnMetrics": {"a": {"sum": "1e9", "count": 2}}},
    ],
)  # fmt: skip
def test_column_metrics_that_cannot_be_read_leave_the_rows_of_the_input(metrics: Any):
    (fact,) = [
        each
        for each in _facts("openlineage", _complete({"rowCount": 10} | metrics))
        if isinstance(each, Measured)
    ]
    assert fact.metrics == (("rows", 10.0),)


@pytest.mark.parametrize("metrics", [{}, None, "many", {"columnMetrics": COLUMNS}, {"rowCount": -1}])
def test_metrics_without_a_count_of_rows_say_nothing(metrics: Any):
    assert not [
        each for each in _facts("openlineage", _complete(metrics)) if isinstance(each, Measured)
    ]  # fmt: skip


def test_an_input_without_rows_has_no_rates():
    told = _facts("openlineage", _complete({"rowCount": 0, "columnMetrics": COLUMNS}))
    (fact,) = [each for each in told if isinstance(each, Measured)]
    assert fact.metrics == (("rows", 0.0),)


def test_the_rows_of_an_output_are_those_of_its_commit():
    event = _complete({"rowCount": 1_000, "columnMetrics": COLUMNS}, "facets")
    event["inputs"], event["outputs"] = [], event["inputs"]
    (fact,) = [each for each in _facts("openlineage", event) if isinstance(each, Measured)]
    assert "rows" not in dict(fact.metrics)


def test_bytes_that_bigquery_billed_are_what_a_run_used():
    (run,) = [
        each
        for each in _facts("openlineage", _complete({}, bigQueryJob={"billedBytes": 10_485_760}))
        if isinstance(each, RunSeen)
    ]
    assert run.resources == (("billed_bytes", 10_485_760.0),)


def test_numbers_of_a_resource_summary_are_what_a_run_used():
    body = {
        "event_type": "JobRunCompleted", "event_time": NOW.isoformat(), "producer_urn": "job://spark/orders",
        "run_id": "r1", "resource_summary": {"executor_cpu_s": 812.5, "pool": "large", "spot": True, "debt": -3},
    }  # fmt: skip
    (run,) = [each for each in _facts("job_event", body) if isinstance(each, RunSeen)]
    assert run.resources == (("executor_cpu_s", 812.5),)


@given(
    st.dictionaries(st.text(max_size=80), st.integers() | st.floats() | st.text() | st.none() | st.booleans())
)
def test_resources_are_few_finite_and_not_negative(told: dict[str, Any]):
    found = resources(told)
    assert len(found) <= 10
    assert all(0 <= value < float("inf") and len(name) <= 64 for name, value in found)
