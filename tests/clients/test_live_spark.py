"""A PySpark job writing Delta with the official listener: lineage from path to path, its failure named."""

import json
from pathlib import Path

import pytest
from clientenvs import ClientEnv
from liveserver import LiveServer
from runclients import run_spark

pytestmark = [pytest.mark.client_spark, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def lake(live_server: LiveServer, tmp_path: Path) -> LiveServer:
    for name in ("bronze/orders", "silver/orders", "gold/totals", "export/orders"):
        rule = {"namespace": "file", "name": f"{tmp_path}/lake/{name}", "dataset_urn": f"ds://{name}"}
        live_server.register(f"ds://{name}", tier=1, slo={"dq": {"compliance_rate": 0.99}})
        live_server.send({"kind": "mapping", "body": rule})
    live_server.settle()
    return live_server


def test_delta_tables_are_connected_from_path_to_path(
    lake: LiveServer, spark: ClientEnv, tmp_path: Path
) -> None:
    done = run_spark(spark, tmp_path, lake.sink, "ok")
    assert done.returncode == 0, done.stderr[-4000:]
    lake.settle()
    assert "ds://bronze/orders" in {
        item["urn"] for item in lake.dataset("ds://silver/orders", "/upstream")["items"]
    }
    assert "ds://gold/totals" in {
        item["urn"] for item in lake.dataset("ds://silver/orders", "/blast-radius")["items"]
    }


def test_a_failed_job_is_named_by_its_signals(lake: LiveServer, spark: ClientEnv, tmp_path: Path) -> None:
    done = run_spark(spark, tmp_path, lake.sink, "export_cast_error")
    assert done.returncode != 0
    lake.settle()
    told = json.dumps(lake.dataset("ds://export/orders", "/signals"))
    assert "orders_silver_transform" in told
    assert "CAST" in told
