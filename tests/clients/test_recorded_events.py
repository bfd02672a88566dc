"""The recordings of real clients are readable, neutral, and say what recorded/README.md says of them."""

import json
import re
from typing import Any

import pytest
from clientenvs import RECORDED

from signal_factory.wire.openlineage import OpenLineageEvent

RECORDINGS = sorted(RECORDED.glob("*.ndjson"))


def _events(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDED / f"{name}.ndjson").read_text("utf-8").splitlines()]


def _types(events: list[dict[str, Any]], job_part: str) -> list[str]:
    return [event["eventType"] for event in events if job_part in event["job"]["name"]]


@pytest.mark.parametrize("name", [path.stem for path in RECORDINGS])
def test_every_recorded_event_is_accepted_as_it_was_sent(name: str) -> None:
    for raw in _events(name):
        event = OpenLineageEvent.model_validate(raw)
        assert event.run is not None
        assert event.job is not None
        assert event.job.name == raw["job"]["name"]
        assert len(event.inputs) == len(raw.get("inputs") or [])
        assert len(event.outputs) == len(raw.get("outputs") or [])


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_names_no_place_of_the_machine_it_was_made_on(path: Any) -> None:
    roots = set(re.findall(r"(?<![\w./~$>-])/(?:home|root|tmp|var|Users)/[\w.-]+", path.read_text("utf-8")))
    assert roots <= {"/home/etl"}


def test_a_failing_dbt_test_is_an_assertion_on_the_input_of_a_test_run() -> None:
    (failed,) = [e for e in _events("dbt-failing-tests") if e["eventType"] == "FAIL" and e["inputs"]]
    assertions = failed["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert failed["job"]["name"] == "shop.main.shop.orders_enriched.build.test"
    assert {a["name"] for a in assertions if not a["success"]} == {
        "accepted_values_orders_enriched_status__placed__shipped__returned",
        "not_null_orders_enriched_customer_id",
    }


def test_a_failed_write_to_delta_looks_like_a_completed_one() -> None:
    for name in ("spark-cast-error", "spark-udf-error"):
        assert _types(_events(name), "silver_orders") == ["START", "COMPLETE"]


def test_a_missing_column_leaves_no_event_of_the_write() -> None:
    events = _events("spark-missing-column")
    assert _types(events, "silver_orders") == []
    assert events[-1]["eventType"] == "COMPLETE"


def test_a_failure_that_spark_does_send_is_followed_by_complete_of_the_same_run() -> None:
    for name in ("spark-export-cast-error", "spark-export-udf-error"):
        events = [e for e in _events(name) if e["job"]["name"].endswith(".export_orders")]
        assert [e["eventType"] for e in events] == ["START", "RUNNING", "FAIL", "COMPLETE"]
        assert len({e["run"]["runId"] for e in events}) == 1
        assert events[2]["run"]["facets"]["spark.exception"]["message"]


def test_each_try_of_an_airflow_task_is_a_run_of_its_own() -> None:
    failed = [
        e
        for e in _events("airflow-failing-task")
        if e["eventType"] == "FAIL" and e["job"]["name"].endswith(".daily_orders_by_country")
    ]
    tries = [e["run"]["facets"]["airflow"]["taskInstance"]["try_number"] for e in failed]
    assert tries == [1, 2]
    assert len({e["run"]["runId"] for e in failed}) == 2
    assert "KeyError" in failed[0]["run"]["facets"]["errorMessage"]["stackTrace"]


def _night(dag: str, night: str) -> list[dict[str, Any]]:
    return [
        e
        for e in _events("airflow-nights")
        if e["job"]["name"].split(".")[0] == dag
        and e["run"]["facets"]["nominalTime"]["nominalStartTime"].startswith(night)
    ]


def test_a_task_behind_a_failed_one_is_not_reported() -> None:
    events = _night("shop_nightly", "2026-01-06")
    assert _types(events, ".load_orders") == ["START", "FAIL", "START", "FAIL"]
    assert {e["job"]["name"] for e in events} == {"shop_nightly", "shop_nightly.load_orders"}
    assert events[-1]["eventType"] == "FAIL"


def test_a_second_try_that_succeeds_ends_the_dag_run_well() -> None:
    events = _night("shop_nightly", "2026-01-07")
    assert _types(events, ".load_orders") == ["START", "FAIL", "START", "COMPLETE"]
    assert next(e for e in reversed(events) if e["job"]["name"] == "shop_nightly")["eventType"] == "COMPLETE"


def test_a_resumed_task_starts_again_as_the_same_run_at_an_earlier_time() -> None:
    events = [
        e for e in _night("partner_prices", "2026-01-05") if e["job"]["name"].endswith(".wait_for_prices")
    ]
    assert [e["eventType"] for e in events] == ["START", "START", "COMPLETE"]
    assert len({e["run"]["runId"] for e in events}) == 1
    assert events[1]["eventTime"] < events[0]["eventTime"]


@pytest.mark.parametrize("dag", ["partner_prices", "exchange_rates"])
def test_a_task_that_waits_for_ever_has_started_and_no_more(dag: str) -> None:
    events = _night(dag, "2026-01-06")
    assert [e["eventType"] for e in events] == ["START", "START"]


def test_a_sensor_that_times_out_fails_at_once() -> None:
    events = _night("stock_levels", "2026-01-06")
    assert _types(events, ".wait_for_stock") == ["START", "FAIL"]
    assert "Sensor has timed out" in json.dumps(events)


def test_a_failure_in_an_adaptive_plan_is_a_completion_without_statistics() -> None:
    ends = {
        name: next(e for e in reversed(_events(f"spark-parquet-{name}")) if e.get("outputs"))
        for name in ("ok", "cast-error", "udf-error")
    }
    assert {end["eventType"] for end in ends.values()} == {"COMPLETE"}
    told = {
        name: "outputStatistics" in end["outputs"][0].get("outputFacets", {}) for name, end in ends.items()
    }
    assert told == {"ok": True, "cast-error": False, "udf-error": False}


def test_a_write_that_fails_at_analysis_is_a_completion_without_statistics() -> None:
    good, bad = (_events(f"spark-extended-{name}") for name in ("ok", "repeated-column"))
    assert _types(good, "export_orders")[-1] == _types(bad, "export_orders")[-1] == "COMPLETE"
    assert "outputStatistics" in json.dumps(good)
    assert "outputStatistics" not in json.dumps(bad)


def test_a_skipped_dbt_test_is_sent_as_failed_but_without_an_actual_value() -> None:
    skipped, run = (
        [
            assertion
            for e in _events(name)
            if e["eventType"] == "FAIL"
            for i in e["inputs"]
            for assertion in i["inputFacets"]["dataQualityAssertions"]["assertions"]
        ]
        for name in ("dbt-broken-model", "dbt-failing-tests")
    )
    assert {(a["success"], "actual" in a) for a in skipped} == {(False, False)}
    assert {"actual" in a for a in run} == {True}


def test_a_skipped_dbt_model_is_aborted_when_it_starts() -> None:
    events = [
        e
        for e in _events("dbt-failing-tests-structured-logs")
        if e["job"]["name"] == "model.shop.customer_totals"
    ]
    assert [e["eventType"] for e in events] == ["START", "ABORT"]
