"""Airflow's OpenLineage provider posts to a running server."""

import json
from pathlib import Path

import pytest
from clientenvs import ClientEnv
from liveserver import LiveServer
from runclients import run_airflow

pytestmark = [pytest.mark.client_airflow, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def lake(live_server: LiveServer, tmp_path: Path) -> LiveServer:
    for name in ("raw/orders", "silver/orders", "gold/daily_orders"):
        rule = {"namespace": "file", "name": f"{tmp_path}/lake/{name}", "dataset_urn": f"ds://{name}"}
        live_server.register(f"ds://{name}", tier=1, slo={"dq": {"compliance_rate": 0.99}})
        live_server.send({"kind": "mapping", "body": rule})
    live_server.settle()
    return live_server


def test_inlets_and_outlets_become_lineage(lake: LiveServer, airflow: ClientEnv, tmp_path: Path) -> None:
    done = run_airflow(airflow, tmp_path, lake.sink, "shop_daily")
    assert done.returncode == 0, done.stdout[-4000:]
    lake.settle()
    upstream = {item["urn"] for item in lake.dataset("ds://gold/daily_orders", "/upstream")["items"]}
    assert {"ds://silver/orders", "ds://raw/orders"} <= upstream


def test_a_failing_task_is_named_by_its_signals(lake: LiveServer, airflow: ClientEnv, tmp_path: Path) -> None:
    done = run_airflow(airflow, tmp_path, lake.sink, "shop_by_country")
    assert done.returncode != 0
    lake.settle()
    assert "shop_by_country.daily_orders_by_country" in json.dumps(
        lake.dataset("ds://gold/daily_orders", "/signals")
    )
