"""Two small DAGs on files in a lake: one succeeds, in the other a task fails, is retried and fails again."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, Asset, task

LAKE = Path(os.environ["SHOP_LAKE"])
RAW = Asset(f"file://{LAKE}/raw/orders")
SILVER = Asset(f"file://{LAKE}/silver/orders")
GOLD = Asset(f"file://{LAKE}/gold/daily_orders")

DEFAULTS = {"owner": "orders-team", "retries": 1, "retry_delay": timedelta(seconds=1)}


@task(inlets=[RAW], outlets=[SILVER])
def clean_orders() -> int:
    (LAKE / "silver").mkdir(parents=True, exist_ok=True)
    (LAKE / "silver" / "orders").write_text(json.dumps({"order_id": 1, "total": "19.90"}))
    return 1


@task(inlets=[SILVER], outlets=[GOLD])
def daily_orders(rows: int) -> None:
    (LAKE / "gold").mkdir(parents=True, exist_ok=True)
    (LAKE / "gold" / "daily_orders").write_text(str(rows))


@task(inlets=[SILVER], outlets=[GOLD])
def daily_orders_by_country(rows: int) -> None:
    order = json.loads((LAKE / "silver" / "orders").read_text())
    (LAKE / "gold" / "daily_orders").write_text(order["shipping_country"] * rows)


with DAG(
    "shop_daily", schedule="0 2 * * *", start_date=datetime(2024, 1, 1), catchup=False, default_args=DEFAULTS
):
    daily_orders(clean_orders())

with DAG(
    "shop_by_country",
    schedule="0 2 * * *",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    default_args=DEFAULTS,
):
    daily_orders_by_country(clean_orders())
