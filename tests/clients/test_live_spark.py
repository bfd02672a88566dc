"""A PySpark job writing Delta with the official listener: lineage from path to path, its failure named."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clientenvs import ClientEnv
from liveserver import LiveServer
from runclients import run_spark

pytestmark = [pytest.mark.client_spark, pytest.mark.slow, pytest.mark.timeout(400)]

APPLICATION = "job://spark/orders_silver_transform"
SILVER_JOB = f"{APPLICATION}.execute_save_into_data_source_command.silver_orders"
EXPORT_JOB = f"{APPLICATION}.execute_insert_into_hadoop_fs_relation_command.export_orders"


@pytest.fixture
def deadline() -> datetime:
    """A quarter of an hour in which the job has to be done, to the minute."""
    return (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)


@pytest.fixture
def lake(live_server: LiveServer, tmp_path: Path, deadline: datetime) -> LiveServer:
    freshness = {"expected_update_by": f"{deadline:%H:%M} UTC daily", "grace_period": "30m"}
    for name in ("bronze/orders", "silver/orders", "gold/totals", "export/orders"):
        rule = {"namespace": "file", "name": f"{tmp_path}/lake/{name}", "dataset_urn": f"ds://{name}"}
        slo = {"freshness": freshness} if name in {"silver/orders", "export/orders"} else {}
        live_server.register(f"ds://{name}", tier=1, slo=slo)
        live_server.send({"kind": "mapping", "body": rule})
    live_server.settle()
    return live_server


def test_delta_tables_are_connected_from_path_to_path(
    lake: LiveServer, spark: ClientEnv, tmp_path: Path, deadline: datetime
) -> None:
    done = run_spark(spark, tmp_path, lake.sink, "ok")
    assert done.returncode == 0, done.stderr[-4000:]
    lake.settle()
    upstream = {item["urn"] for item in lake.dataset("ds://silver/orders", "/upstream")["items"]}
    downstream = {item["urn"] for item in lake.dataset("ds://silver/orders", "/blast-radius")["items"]}
    assert "ds://bronze/orders" in upstream
    assert "ds://gold/totals" in downstream
    assert lake.dataset("ds://silver/orders")["writers"] == [SILVER_JOB]

    lake.pass_time(deadline + timedelta(days=1, hours=1))
    (incident,) = [i for i in lake.incidents() if i["dataset_urn"] == "ds://silver/orders"]
    cause = incident["rca"]["root_cause"]
    assert cause["kind"] == "JOB_NOT_TRIGGERED"
    assert cause["entity"]["key"].startswith(APPLICATION)


def test_a_failed_job_is_named_with_the_signature_of_its_error(
    lake: LiveServer, spark: ClientEnv, tmp_path: Path, deadline: datetime
) -> None:
    done = run_spark(spark, tmp_path, lake.sink, "export_cast_error")
    assert done.returncode != 0
    lake.settle()
    assert EXPORT_JOB in json.dumps(lake.dataset("ds://export/orders", "/signals"))

    lake.pass_time(deadline + timedelta(hours=1))
    (incident,) = [i for i in lake.incidents() if i["dataset_urn"] == "ds://export/orders"]
    assert incident["failure_signature"] == "INVALID_CAST:VALUE:NUMERIC"
    cause = incident["rca"]["root_cause"]
    assert (cause["kind"], cause["entity"]["key"]) == ("JOB_FAILED", EXPORT_JOB)
    assert cause["evidence_refs"]
