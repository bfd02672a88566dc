"""What real clients sent becomes the facts and the graph one would expect of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphing import graph_of

from graph import facts as f
from graph.model import Edge, Node, NodeRef
from graph.port import GraphStore
from ingest.identity import Identity
from ingest.translate import translate
from signal_factory.times import parse_time
from signal_factory.wire import Envelope

RECORDED = Path(__file__).parents[1] / "clients" / "recorded"
MODEL = "ds://duckdb-srv-lake-shop.duckdb/shop.main.orders_enriched"
EXPORTS = ("spark-export-cast-error", "spark-export-udf-error")


def _envelopes(name: str) -> list[Envelope]:
    bodies = [json.loads(line) for line in (RECORDED / f"{name}.ndjson").read_text("utf-8").splitlines()]
    return [Envelope(time=parse_time(each["eventTime"]), kind="openlineage", body=each) for each in bodies]


def _facts(name: str, kind: type[Any]) -> list[Any]:
    identity = Identity()
    told = [fact for each in _envelopes(name) for fact in translate(each, identity).facts]
    return [each for each in told if isinstance(each, kind)]


def _graph(name: str) -> GraphStore:
    return graph_of([_envelopes(name)])


def _edges(store: GraphStore, kind: str) -> list[Edge]:
    return [each for each in store.elements() if isinstance(each, Edge) and each.kind == kind]


def _nodes(store: GraphStore, label: str) -> list[Node]:
    return store.find(label, limit=1_000)


def test_a_failing_airflow_task_names_the_missing_field_on_its_own_job() -> None:
    task = "job://airflow/shop_by_country.daily_orders_by_country"
    failed = [
        each
        for each in _facts("airflow-failing-task", f.RunSeen)
        if each.state == "FAIL" and each.job == task
    ]
    assert [(each.error, each.retries) for each in failed] == [
        ("MISSING_FIELD:shipping_country", tries) for tries in (0, 1)
    ]
    hurt = [
        edge for edge in _edges(_graph("airflow-failing-task"), "AFFECTS") if edge.dst == NodeRef("Job", task)
    ]
    assert [edge.src.key for edge in hurt] == [f"MISSING_FIELD:shipping_country@{task}"]


@pytest.mark.parametrize("name", ["airflow-failing-task", "airflow-ok"])
def test_airflow_tasks_are_runs_of_one_dag_run(name: str) -> None:
    store = _graph(name)
    (dag_run,) = _nodes(store, "DAGRun")
    tasks = {each.run_id for each in _facts(name, f.RunSeen) if each.run_type == "airflow_task"}
    executed = {edge.dst.key for edge in _edges(store, "EXECUTED") if edge.src == dag_run.ref}
    assert tasks
    assert executed == tasks


def test_failing_dbt_tests_are_results_on_the_model() -> None:
    failed = {
        (each.name, each.signature) for each in _facts("dbt-failing-tests", f.Tested) if not each.passed
    }
    assert failed == {("accepted_values", "UNKNOWN_ENUM:status"), ("not_null", "NULL_VALUE:customer_id")}
    assert {each.dataset for each in _facts("dbt-failing-tests", f.Tested) if not each.passed} == {MODEL}
    hurt = {edge.src.key for edge in _edges(_graph("dbt-failing-tests"), "AFFECTS") if edge.dst.key == MODEL}
    assert hurt == {f"UNKNOWN_ENUM:status@{MODEL}", f"NULL_VALUE:customer_id@{MODEL}"}


def test_a_dbt_test_run_that_gives_no_reason_is_named_by_its_first_failing_test() -> None:
    (failed,) = [
        each for each in _facts("dbt-failing-tests", f.RunSeen) if each.state == "FAIL" and each.inputs
    ]
    assert failed.job == "job://dbt/shop.main.shop.orders_enriched.build.test"
    assert failed.error == "UNKNOWN_ENUM:status"


def test_with_structured_logs_each_test_is_a_run_that_names_the_model_and_what_failed() -> None:
    name = "dbt-failing-tests-structured-logs"
    failed = [each for each in _facts(name, f.Tested) if not each.passed]
    assert {(each.dataset, each.signature) for each in failed} == {
        (MODEL, "UNKNOWN_ENUM:status"),
        (MODEL, "NULL_VALUE:customer_id"),
    }
    errors = {each.run_id: each.error for each in _facts(name, f.RunSeen) if each.state == "FAIL"}
    assert {errors[each.run_id] for each in failed} == {"UNKNOWN_ENUM:status", "NULL_VALUE:customer_id"}
    assert [each for each in _facts(name, f.Tested) if each.passed]


def test_a_day_on_which_dbt_is_well_has_no_failing_test_and_no_failure() -> None:
    assert all(each.passed for each in _facts("dbt-ok", f.Tested))
    assert _nodes(_graph("dbt-ok"), "FailureSignature") == []


@pytest.mark.parametrize("name", EXPORTS)
def test_a_spark_run_that_failed_stays_failed_when_complete_follows(name: str) -> None:
    failed = [each.run_id for each in _facts(name, f.RunSeen) if each.state == "FAIL"]
    store = _graph(name)
    runs = store.get([NodeRef("JobRun", each) for each in failed])
    assert [node.props["status"] for node in runs.values()] == ["FAIL"]
    hurt = [edge.src.key for edge in _edges(store, "ENCOUNTERED")]
    assert hurt == failed


def test_spark_lineage_goes_from_path_to_path_with_its_columns() -> None:
    fed = {(each.source, each.target): each.columns for each in _facts("spark-ok", f.Fed)}
    assert ("ds://file/srv-lake-bronze-orders", "ds://file/srv-lake-silver-orders") in fed
    assert ("total", "total") in fed["ds://file/srv-lake-silver-orders", "ds://file/srv-lake-gold-totals"]
    assert not any("_delta_log" in node.ref.key for node in _nodes(_graph("spark-ok"), "Dataset"))
