"""dbt's own wrapper posts to a running server, and the incident names the model and the failing test."""

from pathlib import Path

import pytest
from clientenvs import ClientEnv
from liveserver import LiveServer
from runclients import run_dbt

pytestmark = [pytest.mark.client_dbt, pytest.mark.slow, pytest.mark.timeout(300)]

ENRICHED = "ds://shop/orders_enriched"
STAGED = "ds://shop/stg_orders"


@pytest.fixture
def shop(live_server: LiveServer, tmp_path: Path) -> LiveServer:
    namespace = f"duckdb://{tmp_path / 'lake' / 'shop.duckdb'}"
    slo = {"dq": {"compliance_rate": 0.99}, "contract": {"compliance_rate": 0.99}}
    live_server.register(ENRICHED, tier=1, owner_team="orders-team", slo=slo)
    live_server.register(STAGED, tier=2, slo=slo)
    for urn, table in ((ENRICHED, "orders_enriched"), (STAGED, "stg_orders")):
        rule = {"namespace": namespace, "name": f"shop.main.{table}", "dataset_urn": urn}
        live_server.send({"kind": "mapping", "body": rule})
    live_server.settle()
    return live_server


def test_the_incident_of_a_failing_dbt_test_names_the_model_and_the_test(
    shop: LiveServer, dbt: ClientEnv, tmp_path: Path
) -> None:
    done = run_dbt(dbt, tmp_path, shop.sink, "build")
    assert done.returncode == 1, done.stdout + done.stderr
    shop.settle()
    (incident,) = [i for i in shop.incidents() if ENRICHED in i["datasets"]]
    assert "orders_enriched" in incident["title"]
    assert "not_null:customer_id" in incident["rca"]["narrative"]
    assert incident["rca"]["verdict"] == "ROOT_CAUSE_FOUND"
    assert incident["rca"]["evidence_refs"]


def test_models_are_connected_as_dbt_built_them(shop: LiveServer, dbt: ClientEnv, tmp_path: Path) -> None:
    done = run_dbt(dbt, tmp_path, shop.sink, "build", "--vars", "{only_valid: true}")
    assert done.returncode == 0, done.stdout + done.stderr
    shop.settle()
    assert STAGED in {item["urn"] for item in shop.dataset(ENRICHED, "/upstream")["items"]}
    assert shop.incidents() == []
