"""The commit that a failure was seen in is no proof that the data was good after a change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scenarios.expecting import Json, assert_cause
from tests.scenarios.replaying import replay
from tests.scenarios.scenario import LAKE, Scenario, rfc3339
from tests.scenarios.scenario_fleet import ORDERS, TONIGHT, YESTERDAY, fleet, noon, tonight
from tests.scenarios.scenario_openlineage import PRODUCER, SCHEMA_URL, facet
from tests.scenarios.scenario_runs import Batch, Night

FINE = (("order_id", "string"), ("customer_id", "string"))
RENAMED = (("order_id", "string"), ("cust_id", "string"))
RAW = Batch("job://spark/orders_load", "ds://bronze/orders", start="00:10", minutes=10)
BUILD = replace(ORDERS, reads=(RAW.writes,), start="00:40", minutes=10)
MART = Batch("job://spark/orders_mart", "ds://gold/orders", (BUILD.writes,), start="01:10", minutes=10)
UNRESOLVED = "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column with name `customer_id` cannot be resolved"
DQ: Json = {"dq": {"compliance_rate": 0.99}}


def _commit_ahead(scenario: Scenario, day: str) -> None:
    """The loader tells of its commit, and nothing of columns, seconds before its run's own last event."""
    when = scenario.at(day, "00:20") - timedelta(seconds=20)
    scenario.emit(when, "write_event", {
        "event_type": "DatasetWriteCommitted", "event_time": rfc3339(when), "dataset_urn": RAW.writes,
        "run_id": f"orders_load-{day.replace('-', '')}T0510", "rows_written": 100_000,
        "output_partitions_written": [f"dt={day}"],
    })  # fmt: skip


def _renamed(deployed_on: str, clock: str) -> Scenario:
    """A column of the first table was renamed tonight, and the job that reads it fails."""
    scenario = fleet("openlineage", (RAW, BUILD), slo={RAW.writes: {}}, usual=Night(schema=FINE))
    scenario.deploy(scenario.at(deployed_on, clock), "orders-load", "v2", datasets=[RAW.writes])
    _commit_ahead(scenario, TONIGHT)
    failing = Night(outcome="fail", minutes=3, reason=UNRESOLVED)
    tonight(scenario, (RAW, BUILD), {RAW.job: Night(schema=RENAMED), BUILD.job: failing})
    return scenario


def test_a_commit_without_columns_clears_no_change_of_columns() -> None:
    assert_cause(replay(_renamed(YESTERDAY, "12:00")), "DEPLOYMENT", "orders-load:v2")


def test_an_update_with_the_old_columns_clears_the_change_before_it() -> None:
    assert_cause(replay(_renamed("2026-01-13", "12:00")), "SCHEMA_DRIFT", RAW.writes)


def _checked(scenario: Scenario, batch: Batch, day: str, clock: str, *, passed: bool) -> None:
    """A job of its own that checks one table for duplicates."""
    when, name = scenario.at(day, clock), batch.writes.rpartition("/")[2]
    assertion = {"assertion": "unique", "column": "order_id", "success": passed}
    table = {
        "namespace": LAKE, "name": batch.writes.removeprefix("ds://"),
        "inputFacets": {
            "dataQualityAssertions": facet("DataQualityAssertionsDatasetFacet") | {"assertions": [assertion]}
        },
    }  # fmt: skip
    scenario.emit(when, "openlineage", {
        "eventType": "COMPLETE" if passed else "FAIL", "eventTime": rfc3339(when), "producer": PRODUCER,
        "schemaURL": SCHEMA_URL, "run": {"runId": f"check-{batch.writes}-{day}", "facets": {}},
        "job": {"namespace": "checks", "name": f"{batch.writes.split('/')[2]}_{name}", "facets": {}},
        "inputs": [table], "outputs": [],
    })  # fmt: skip


@pytest.mark.parametrize("deployed_on", [YESTERDAY, "2026-01-13"])
def test_tables_that_fail_their_tests_after_one_change_are_one_incident(deployed_on: str) -> None:
    scenario = fleet("openlineage", (BUILD, MART), slo={BUILD.writes: DQ, MART.writes: DQ})
    for day in ("2026-01-12", "2026-01-13", YESTERDAY, TONIGHT):
        is_good = day != TONIGHT
        _checked(scenario, BUILD, day, "00:52", passed=is_good)
        _checked(scenario, MART, day, "01:22", passed=is_good)
    scenario.deploy(noon(scenario, deployed_on), "orders-build", "v7", jobs=[BUILD.job])
    tonight(scenario, (BUILD, MART))
    document = replay(scenario)
    if deployed_on == YESTERDAY:
        incident = assert_cause(document, "DEPLOYMENT", "orders-build:v7")
    else:
        incident = assert_cause(document, "SOURCE_DATA_ANOMALY", BUILD.writes)
    assert incident["datasets"] == sorted([BUILD.writes, MART.writes])
