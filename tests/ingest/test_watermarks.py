"""Partitions in every spelling: the watermark is as fine as what was told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.keys import without_partition
from ingest.watermarks import watermark_of
from service.replay import replay_lines

DAILY = ("dt=%Y-%m-%d", "%Y%m%d", "ds=%Y/%m/%d", "year=%Y/month=%m/day=%d", "%Y_%m_%d", "p_%Y%m%d")
HOURLY = (
    "dt=%Y-%m-%d/hour=%H", "hour=%Y-%m-%d-%H", "%Y%m%d%H", "%Y-%m-%dT%H", "%Y/%m/%d/%H", "%Y%m%d_%H",
    "year=%Y/month=%m/day=%d/hour=%H", "ds=%Y-%m-%d/hr=%H",
)  # fmt: skip
FINER = (
    "ts=%Y-%m-%dT%H:%M", "dt=%Y-%m-%d/hour=%H/minute=%M", "%Y%m%d%H%M", "%Y-%m-%dT%H:%M:00Z", "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d-%H-%M", "%Y/%m/%d/%H/%M", "%Y%m%dT%H%M",
)  # fmt: skip
MOMENTS = st.integers(0, 90 * 366 * 1440).map(
    lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(MOMENTS, st.sampled_from(DAILY))
def test_a_day_is_a_day_however_it_is_spelt(moment: datetime, spelt: str) -> None:
    assert watermark_of([moment.strftime(spelt)]) == f"{moment:%Y-%m-%d}"


@given(MOMENTS, st.sampled_from(HOURLY))
def test_an_hour_is_an_hour_however_it_is_spelt(moment: datetime, spelt: str) -> None:
    assert watermark_of([moment.strftime(spelt)]) == f"{moment:%Y-%m-%dT%H}"


@given(MOMENTS, st.sampled_from(FINER))
def test_minutes_are_kept_however_they_are_spelt(moment: datetime, spelt: str) -> None:
    assert watermark_of([moment.strftime(spelt)]) == f"{moment:%Y-%m-%dT%H:%M}"


@given(MOMENTS, st.sampled_from((*HOURLY, *FINER)))
def test_the_next_hour_advances_the_watermark(moment: datetime, spelt: str) -> None:
    later = moment + timedelta(hours=1)
    assert watermark_of([later.strftime(spelt)]) > watermark_of([moment.strftime(spelt)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dt=2026-01-19/part-00001.parquet", "2026-01-19"), ("2026-01-19/00001-7-abc.parquet", "2026-01-19"),
        ("hour=3/dt=2026-01-19", "2026-01-19"), ("region=eu", ""), ("v20261399", ""), ("", ""),
        ("2026-01-19.csv", "2026-01-19"),
    ],
)  # fmt: skip
def test_numbers_that_are_no_time_are_not_taken_for_one(text: str, expected: str) -> None:
    assert watermark_of([text]) == expected


@given(MOMENTS, st.sampled_from([*DAILY[:4], *HOURLY, *FINER]))
def test_a_partition_at_the_end_of_a_name_is_no_table_of_its_own(moment: datetime, spelt: str) -> None:
    assert without_partition(f"s3://lake/gold/orders/{moment.strftime(spelt)}") == "s3://lake/gold/orders"


def test_a_commit_of_a_quarter_of_an_hour_is_kept_in_the_graph() -> None:
    body = {
        "event_type": "DatasetWriteCommitted", "event_time": "2026-05-19T00:16:00Z", "run_id": "r",
        "dataset_urn": "ds://gold/orders", "output_partitions_written": ["ts=2026-05-19T00:15"],
    }  # fmt: skip
    line = json.dumps({"time": "2026-05-19T00:16:00Z", "kind": "write_event", "body": body})
    assert replay_lines([line])["rejected"] == []
