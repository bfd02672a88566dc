"""Each facet of OpenLineage does what docs/openlineage.md says of it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph import facts as f
from graph.facts import Fact
from ingest.identity import Identity
from ingest.projection import Projection
from ingest.translate import translate
from signal_factory.times import parse_time
from signal_factory.wire import Envelope

DOC = (Path(__file__).parents[2] / "docs" / "openlineage.md").read_text("utf-8")
AT = "2024-01-15T02:00:00Z"
IN, OUT = (
    {"namespace": "s3://lake", "name": "raw/orders"},
    {"namespace": "s3://lake", "name": "silver/orders"},
)
SOURCE, TARGET = "ds://s3-lake/raw-orders", "ds://s3-lake/silver-orders"
JOB = "job://spark/transform"
ASSERTIONS = {"assertions": [{"assertion": "not_null", "column": "total", "success": False}]}
SUMMARY = {"records_processed": 10, "records_passed": 7, "records_failed": 3,
           "failure_signatures": [{"reason_code": "MISSING_FIELD:total", "count": 3}]}  # fmt: skip


def _event(state: str = "COMPLETE", **parts: Any) -> dict[str, Any]:
    event: dict[str, Any] = {
        "eventType": state, "eventTime": AT, "run": {"runId": "r1", "facets": parts.get("run", {})},
        "job": {"namespace": "spark", "name": parts.get("name", "transform"), "facets": parts.get("job", {})},
        "inputs": [{**IN, "facets": parts.get("source", {}), "inputFacets": parts.get("input", {})}],
        "outputs": [{**OUT, "facets": parts.get("target", {}), "outputFacets": parts.get("output", {})}],
    }  # fmt: skip
    return event


def _facts(event: dict[str, Any]) -> tuple[Fact, ...]:
    return translate(Envelope(time=parse_time(AT), kind="openlineage", body=event), Identity()).facts


def _only(kind: type[Any], facts: tuple[Fact, ...]) -> Any:
    found = [each for each in facts if isinstance(each, kind)]
    assert found
    return found[-1]


def _of(kind: type[Any], **fields: Any) -> Callable[[tuple[Fact, ...]], bool]:
    def told(facts: tuple[Fact, ...]) -> bool:
        return any(
            isinstance(each, kind) and all(getattr(each, name) == value for name, value in fields.items())
            for each in facts
        )

    return told


LINEAGE = {"inputs": [{**IN, "name": "raw/rates", "type": "DATASET"}], "fields": {
    "total": {"inputs": [{**IN, "name": "raw/fees", "type": "DATASET", "field": "fee"}]}}}  # fmt: skip
COLUMNS = {"fields": {"total": {"inputFields": [{**IN, "field": "amount"}]}}}
DAG = {"namespace": "airflow", "name": "daily"}
EFFECTS: dict[str, tuple[dict[str, Any], Callable[[tuple[Fact, ...]], bool]]] = {
    "columnLineage": (_event(target={"columnLineage": COLUMNS}), _of(f.Fed, columns=(("amount", "total"),))),
    "dataQualityAssertions": (
        _event(input={"dataQualityAssertions": ASSERTIONS}),
        _of(f.Tested, dataset=SOURCE, passed=False, signature="NULL_VALUE:total"),
    ),
    "dataQualityMetrics": (
        _event(input={"dataQualityMetrics": {"rowCount": 7}}, target={"dataQualityMetrics": {"rowCount": 5}}),
        _of(f.RunSeen, rows_read=7, rows_written=5),
    ),
    "datasetType": (_event(target={"datasetType": {"datasetType": "VIEW"}}), _of(f.Described, type="VIEW")),
    "documentation": (
        _event(target={"documentation": {"description": "x" * 300}}), _of(f.Described, description="x" * 200),
    ),
    "errorMessage": (
        _event("FAIL", run={"errorMessage": {"message": "KeyError: 'total'"}}),
        _of(f.RunSeen, state="FAIL", error="MISSING_FIELD:total"),
    ),
    "extractionError": (
        _event("FAIL", run={"extractionError": {"errors": [{"errorMessage": "KeyError: 'total'"}]}}),
        _of(f.RunSeen, error="MISSING_FIELD:total"),
    ),
    "gcp_composer_job": (
        _event(job={"gcp_composer_job": {"dagId": "daily", "taskId": "t"}}, run={"gcp_composer_run": {"dagRunId": "d1"}}),
        _of(f.RunSeen, dag="job://spark/daily", dag_run_id="d1"),
    ),
    "gcp_composer_run": (
        _event(job={"gcp_composer_job": {"dagId": "daily", "taskId": "t"}}, run={"gcp_composer_run": {"dagRunId": "d2"}}),
        _of(f.RunSeen, dag_run_id="d2"),
    ),
    "icebergCommitReport": (
        _event(output={"icebergCommitReport": {"snapshotId": 42, "commitMetrics": {"addedRecords": 9}}}),
        _of(f.Committed, version="42", rows=9, strength=2),
    ),
    "inputStatistics": (_event(run={"inputStatistics": {"rowCount": 4}}), _of(f.RunSeen, rows_read=4)),
    "jobType": (_event(job={"jobType": {"integration": "DBT"}}), _of(f.RunSeen, run_type="dbt")),
    "lifecycleStateChange": (
        _event(target={"lifecycleStateChange": {"lifecycleStateChange": "TRUNCATE"}}),
        _of(f.Described, lifecycle="TRUNCATE"),
    ),
    "lineage": (
        _event(target={"lineage": LINEAGE}),
        lambda facts: _of(f.Fed, source="ds://s3-lake/raw-rates", target=TARGET)(facts)
        and _of(f.Fed, source="ds://s3-lake/raw-fees", target=TARGET, columns=(("fee", "total"),))(facts),
    ),
    "nominalTime": (
        _event(run={"nominalTime": {"nominalStartTime": "2024-01-15T01:00:00Z"}}),
        _of(f.RunSeen, scheduled_at=parse_time("2024-01-15T01:00:00Z")),
    ),
    "outputStatistics": (
        _event(output={"outputStatistics": {"rowCount": 8, "size": 80}}), _of(f.Committed, rows=8, size=80, strength=2),
    ),
    "ownership": (
        _event(target={"ownership": {"owners": [{"name": "team:sales"}]}}),
        _of(f.Owned, label="Dataset", key=TARGET, team="sales"),
    ),
    "parent": (
        _event(run={"parent": {"job": DAG, "run": {"runId": "d1"}}}),
        _of(f.RunSeen, dag="job://airflow/daily", dag_run_id="d1"),
    ),
    "schema": (
        _event(target={"schema": {"fields": [{"name": "total", "type": "DECIMAL"}]}}),
        _of(f.SchemaSeen, dataset=TARGET, columns=(("total", "DECIMAL"),)),
    ),
    "sourceCodeLocation": (
        _event(job={"sourceCodeLocation": {"version": "9f3", "pullRequestNumber": "12"}}),
        _of(f.Shipped, key=f"{JOB}:9f3", pull_request="12", jobs=(JOB,)),
    ),
    "subset": (
        _event(output={"subset": {"outputCondition": {"partitions": [{"dimensions": {"dt": "2024-01-14"}}]}}}),
        _of(f.Committed, watermark="2024-01-14", strength=2),
    ),
    "symlinks": (
        _event(target={"symlinks": {"identifiers": [{"namespace": "hive", "name": "db.orders"}]}}),
        _of(f.Committed, dataset="ds://hive/db.orders"),
    ),
    "tags": (
        _event(target={"tags": {"tags": [{"key": "pii", "value": "yes"}]}}), _of(f.Described, tags=("pii",)),
    ),
    "test": (
        _event(run={"test": {"tests": [{"name": "no_nulls", "type": "not_null", "status": "fail", "params": {"column": "total"}}]}}),
        _of(f.Tested, name="no_nulls", passed=False, signature="NULL_VALUE:total"),
    ),
    "version": (_event(target={"version": {"datasetVersion": "7"}}), _of(f.Committed, version="7", strength=2)),
    "airflow": (
        _event(run={"airflow": {"dag": {"dag_id": "daily"}, "taskInstance": {"try_number": 3}},
                    "parent": {"job": DAG, "run": {"runId": "d1"}}}),
        _of(f.RunSeen, run_type="airflow_task", dag="job://airflow/daily", retries=2),
    ),
    "bigQueryJob": (
        _event(run={"bigQueryJob": {"billedBytes": 10_485_760}}),
        _of(f.RunSeen, resources=(("billed_bytes", 10_485_760.0),)),
    ),
    "spark.exception": (
        _event(run={"spark.exception": {"message": "java.lang.OutOfMemoryError: Java heap space"}}),
        lambda facts: _of(f.RunSeen, state="FAIL")(facts) and not _of(f.Committed)(facts),
    ),
    "observability": (
        _event(run={"observability": {"evidence_summary": SUMMARY}}),
        _of(f.Summarised, dataset=TARGET, processed=10, passed=7, failed=3),
    ),
    "observability_evidence": (
        _event(run={"observability_evidence": {"summary": SUMMARY}}),
        _of(f.Summarised, signatures=(("MISSING_FIELD:total", 3, None),)),
    ),
}  # fmt: skip


def _rows(heading: str) -> list[str]:
    section = DOC.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w.]+)` \|", section, re.MULTILINE)


def test_the_tables_name_every_facet_of_the_specification_once() -> None:
    spec = (
        DOC.partition("## Facets of the specification")[2].partition("```\n")[2].partition("```")[0].split()
    )
    producers = {"airflow", "bigQueryJob", "spark.exception", "observability", "observability_evidence"}
    told = [*_rows("Facets that have an effect"), *_rows("Facets without an effect")]
    assert sorted(told) == sorted([*spec, *producers])


def test_every_effect_that_the_table_promises_is_shown_here() -> None:
    assert sorted(_rows("Facets that have an effect")) == sorted(EFFECTS)


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_the_facet_has_its_effect(name: str) -> None:
    event, told = EFFECTS[name]
    assert told(_facts(event))


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_the_effect_is_the_facets_own(name: str) -> None:
    """Without the facet nothing of the kind is said, so no other part of the event did it."""
    event, told = EFFECTS[name]
    assert not told(_facts(_without(event, name)))


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(each, name) for key, each in value.items() if key != name}
    return [_without(each, name) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", _rows("Facets without an effect"))
def test_a_facet_without_an_effect_changes_no_fact(name: str) -> None:
    told = {"name": "secret", "query": "select 1", "variables": [{"name": "A", "value": "b"}]}
    places = ("run", "job", "source", "target", "input", "output")
    assert _facts(_event("COMPLETE", **{place: {name: told} for place in places})) == _facts(_event())


@pytest.mark.parametrize("name", sorted(EFFECTS))
@pytest.mark.parametrize(
    "odd", [{}, {"fields": 3}, {"errors": [None]}, {"tests": {}}, {"inputs": "x", "entries": [1]}]
)
def test_an_odd_facet_is_never_an_error(name: str, odd: dict[str, Any]) -> None:
    places = ("run", "job", "source", "target", "input", "output")
    facts = _facts(_event("FAIL", **{place: {name: odd} for place in places}))
    assert _only(f.RunSeen, facts).state == "FAIL"


def test_a_root_that_is_a_dag_links_a_spark_run_to_both_its_task_and_its_dag_run() -> None:
    parent = {"job": {"namespace": "airflow", "name": "daily.load"}, "run": {"runId": "task1"},
              "root": {"job": DAG, "run": {"runId": "d1"}}}  # fmt: skip
    run = _only(f.RunSeen, _facts(_event(run={"parent": parent})))
    assert (run.dag, run.dag_run_id, run.parent_run_id) == ("job://airflow/daily", "d1", "task1")
    edges = {(each.kind, each.src.key, each.dst.key) for each in Projection().of([run]).edges}
    assert ("EXECUTED", "job://airflow/daily/d1", "r1") in edges
    assert ("EXECUTED", "task1", "r1") in edges


def test_explicit_lineage_on_a_job_event_feeds_the_tables_it_names_and_leaves_jobs_out() -> None:
    entries = [
        {**OUT, "type": "DATASET", "inputs": [{**IN, "type": "DATASET"}, {"type": "JOB"}]},
        {"type": "JOB"},
    ]
    event = {
        "eventTime": AT,
        "job": {"namespace": "spark", "name": "transform", "facets": {"lineage": {"entries": entries}}},
    }
    (fed,) = [each for each in _facts(event) if isinstance(each, f.Fed)]
    assert (fed.source, fed.target, fed.job) == (SOURCE, TARGET, JOB)
