"""Tests that dbt skipped say nothing of the data: nothing was measured."""

from typing import Any

import pytest

from graph import facts
from ingest.identity import Identity
from ingest.translate import translate
from signal_factory.times import parse_time
from signal_factory.wire import Envelope

AT = "2026-03-07T02:00:04Z"
SKIPPED = {
    "assertion": "not_null",
    "name": "not_null_orders_id",
    "column": "id",
    "severity": "error",
    "success": False,
}
EXECUTED = SKIPPED | {"actual": "3", "expected": "0"}
OLDER = {"assertion": "not_null", "column": "id", "success": False}


def _told(assertion: dict[str, Any], integration: str = "DBT") -> list[tuple[str, bool]]:
    event = {
        "eventType": "FAIL", "eventTime": AT, "run": {"runId": "r1", "facets": {}},
        "job": {
            "namespace": "dbt", "name": "shop.orders.build.test",
            "facets": {"jobType": {"integration": integration, "jobType": "TEST"}},
        },
        "inputs": [{
            "namespace": "duckdb://shop", "name": "shop.orders",
            "inputFacets": {"dataQualityAssertions": {"assertions": [assertion]}},
        }],
        "outputs": [],
    }  # fmt: skip
    told = translate(Envelope(time=parse_time(AT), kind="openlineage", body=event), Identity()).facts
    return [(each.name, each.passed) for each in told if isinstance(each, facts.Tested)]


def test_a_test_without_a_measured_value_was_skipped() -> None:
    assert _told(SKIPPED) == []


@pytest.mark.parametrize("part", ["actual", "expected"])
def test_a_test_with_a_measured_value_has_failed(part: str) -> None:
    assert _told(SKIPPED | {part: "0"}) == [("not_null", False)]
    assert _told(EXECUTED) == [("not_null", False)]


def test_a_passing_test_counts_without_a_value() -> None:
    assert _told(SKIPPED | {"success": True}) == [("not_null", True)]


def test_older_versions_that_never_tell_values_are_believed() -> None:
    assert _told(OLDER) == [("not_null", False)]


def test_other_senders_are_believed_without_a_value() -> None:
    assert _told(SKIPPED, integration="SODA") == [("not_null", False)]
