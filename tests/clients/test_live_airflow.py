"""Airflow's OpenLineage provider posts to a running server, and a failing task is named."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clientenvs import ClientEnv
from liveserver import LiveServer
from runclients import run_airflow

pytestmark = [pytest.mark.client_airflow, pytest.mark.slow, pytest.mark.timeout(300)]

GOLD = "ds://gold/daily_orders"
FAILING_TASK = "job://airflow/shop_by_country.daily_orders_by_country"


@pytest.fixture
def deadline() -> datetime:
    """A quarter of an hour in which the DAG has to be done, to the minute."""
    return (datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)


@pytest.fixture
def lake(live_server: LiveServer, tmp_path: Path, deadline: datetime) -> LiveServer:
    slo = {"freshness": {"expected_update_by": f"{deadline:%H:%M} UTC daily", "grace_period": "30m"}}
    for name in ("raw/orders", "silver/orders", "gold/daily_orders"):
        rule = {"namespace": "file", "name": f"{tmp_path}/lake/{name}", "dataset_urn": f"ds://{name}"}
        live_server.register(f"ds://{name}", tier=1, slo=slo if name.startswith("gold") else {})
        live_server.send({"kind": "mapping", "body": rule})
    live_server.settle()
    return live_server


def test_inlets_and_outlets_become_lineage(
    lake: LiveServer, airflow: ClientEnv, tmp_path: Path, deadline: datetime
) -> None:
    done = run_airflow(airflow, tmp_path, lake.sink, "shop_daily")
    assert done.returncode == 0, done.stdout[-4000:]
    lake.settle()
    upstream = {item["urn"] for item in lake.dataset(GOLD, "/upstream")["items"]}
    assert {"ds://silver/orders", "ds://raw/orders"} <= upstream
    lake.pass_time(deadline + timedelta(hours=1))
    assert lake.incidents() == []


def test_a_failing_task_is_named_with_the_signature_of_its_error(
    lake: LiveServer, airflow: ClientEnv, tmp_path: Path, deadline: datetime
) -> None:
    done = run_airflow(airflow, tmp_path, lake.sink, "shop_by_country")
    assert done.returncode != 0
    lake.settle()
    assert FAILING_TASK in json.dumps(lake.dataset(GOLD, "/signals"))
    lake.pass_time(deadline + timedelta(hours=1))
    (incident,) = lake.incidents()
    cause = incident["rca"]["root_cause"]
    assert (cause["kind"], cause["entity"]["key"]) == ("JOB_FAILED", FAILING_TASK)
    assert incident["failure_signature"] == "MISSING_FIELD:shipping_country"
    assert incident["dataset_urn"] == GOLD
