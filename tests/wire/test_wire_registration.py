"""Registrations and identity rules."""

from datetime import time, timedelta
from typing import Any

import pytest

from signal_factory.errors import InvalidEvent
from signal_factory.wire import DatasetRegistration, MappingRule, parse_body

URN = "ds://curated/orders_enriched"


def parsed(**body: Any) -> DatasetRegistration:
    found = parse_body("dataset", {"urn": URN, **body})
    assert isinstance(found, DatasetRegistration)
    return found


def freshness(**objective: Any) -> DatasetRegistration:
    return parsed(slo={"freshness": {"expected_update_by": "02:00 ET daily", **objective}})


def test_only_the_urn_is_required():
    found = parsed()
    assert (found.urn, found.tier, found.feeds, found.storage_paths) == (URN, None, (), ())
    assert found.slo.freshness is None


def test_the_specs_example_is_read_whole():
    found = parsed(
        owner_team="data-platform",
        tier="TIER_1",
        storage={
            "bronze": "s3://lake/bronze/orders/",
            "silver": "s3://lake/silver/orders/",
            "gold": "s3://lake/gold/orders/",
        },
        slo={
            "freshness": {"expected_update_by": "02:00 ET daily", "grace_period": "30m"},
            "volume": {"min_rows_per_partition": 100000, "anomaly_threshold_pct": 40},
        },
    )
    assert (found.owner_team, found.tier) == ("data-platform", 1)
    assert found.storage_paths == (
        "s3://lake/bronze/orders/",
        "s3://lake/gold/orders/",
        "s3://lake/silver/orders/",
    )
    assert found.slo.freshness is not None
    assert found.slo.freshness.update_by == (time(2), "America/New_York")
    assert found.slo.freshness.grace == timedelta(minutes=30)
    assert found.slo.volume is not None
    assert (found.slo.volume.min_rows_per_partition, found.slo.volume.anomaly_threshold_pct) == (100_000, 40)


@pytest.mark.parametrize("tier", ["TIER_2", 2, "2", "tier-2", "Tier 2", " tier_2 "])
def test_a_tier_is_a_number_however_it_is_written(tier: Any):
    assert parsed(tier=tier).tier == 2


@pytest.mark.parametrize("tier", [None, 0, 4, "gold", "", True, [1], 10**30])
def test_what_is_no_tier_is_none(tier: Any):
    assert parsed(tier=tier).tier is None


def test_staging_and_quarantine_are_not_where_the_data_set_lives():
    found = parsed(
        storage={
            "format": "delta",
            "partition_key": "dt",
            "table": "orders",
            "gold": {"path": "/lake/gold/orders", "catalog": "unity.sales.orders"},
            "others": ["s3://a/b", 7],
            "staging": "s3://lake/staging/orders/",
            "quarantine": "s3://lake/quarantine/orders/",
        }
    )
    assert found.storage_paths == ("/lake/gold/orders", "orders", "s3://a/b", "unity.sales.orders")


def test_orchestration_and_unknown_fields_are_kept():
    found = parsed(
        orchestration={"dag_id": "orders_daily"}, metadata={"created_by": "autopilot"}, runtime="spark"
    )
    assert found.orchestration == {"dag_id": "orders_daily"}
    assert found.model_extra == {"metadata": {"created_by": "autopilot"}}


@pytest.mark.parametrize("field", ["tier", "storage", "slo", "feeds", "job", "orchestration", "name"])
def test_null_is_absent(field: str):
    assert parsed(**{field: None}) == parsed()


def test_the_zone_of_an_objective_is_its_own_or_the_one_of_its_time():
    for objective, zone in (
        ({}, "America/New_York"),
        ({"timezone": "Europe/Berlin", "expected_update_by": "02:00 daily"}, "Europe/Berlin"),
        ({"timezone": "PT", "expected_update_by": None}, "America/Los_Angeles"),
        ({"expected_update_by": None}, "UTC"),
    ):
        found = freshness(**objective).slo.freshness
        assert found is not None
        assert found.zone == zone


def test_a_grace_period_may_be_seconds():
    found = freshness(grace_period=90).slo.freshness
    assert found is not None
    assert found.grace == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("objective", "field"),
    [
        ({"expected_update_by": "25:99 XX daily"}, "expected_update_by"),
        ({"expected_update_by": "02:00 XX daily"}, "expected_update_by"),
        ({"grace_period": "a while"}, "grace_period"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"schedule": "every day"}, "schedule"),
        ({"schedule": "0 25 * * *"}, "schedule"),
    ],
)
def test_an_objective_that_cannot_be_read_is_refused_with_a_hint(objective: dict[str, Any], field: str):
    with pytest.raises(InvalidEvent) as refused:
        freshness(**objective)
    assert f"slo.freshness.{field}" in str(refused.value)
    assert "Compare the event" not in refused.value.hint


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"urn": None}, "urn"),
        ({"urn": "orders"}, "urn"),
        ({"urn": "ds://curated/orders'); DROP TABLE nodes;--"}, "urn"),
        ({"job": "orders"}, "job"),
        ({"feeds": ["urn:dashboard:exec:daily", "x y"]}, "feeds[1]"),
        ({"slo": {"contract": {"compliance_rate": 95}}}, "slo.contract.compliance_rate"),
        ({"slo": {"dq": {"compliance_rate": float("nan")}}}, "slo.dq.compliance_rate"),
        ({"slo": {"volume": {"anomaly_threshold_pct": 0}}}, "slo.volume.anomaly_threshold_pct"),
        ({"storage": "s3://lake"}, "storage"),
    ],
)
def test_a_wrong_registration_is_refused_by_its_path(body: dict[str, Any], path: str):
    with pytest.raises(InvalidEvent) as refused:
        parsed(**body)
    assert str(refused.value).startswith(f"dataset: {path}: ")


def test_a_mapping_names_a_data_set_of_openlineage_or_a_topic():
    rule = parse_body("mapping", {"namespace": "s3://lake", "name": "bronze/*", "dataset_urn": URN})
    assert isinstance(rule, MappingRule)
    assert (rule.name, rule.topic) == ("bronze/*", None)
    stream = parse_body(
        "mapping", {"topic": "raw.orders", "schema_id": 17, "dataset_urn": URN, "service": "o"}
    )
    assert isinstance(stream, MappingRule)
    assert (stream.topic, stream.schema_id) == ("raw.orders", "17")


@pytest.mark.parametrize(
    "rule", [{}, {"namespace": "n"}, {"name": "n"}, {"namespace": "n", "name": ""}, {"topic": ""}]
)
def test_a_mapping_of_nothing_is_refused(rule: dict[str, Any]):
    with pytest.raises(InvalidEvent, match="namespace and name, or a topic"):
        parse_body("mapping", {"dataset_urn": URN, **rule})
