"""Four nightly DAGs on files in a lake. What happens on a night is decided by the files that lie there."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG, Asset, task

LAKE = Path(os.environ["SHOP_LAKE"])
NIGHTLY = {
    "schedule": "0 2 * * *",
    "start_date": datetime(2026, 1, 5),
    "catchup": True,
    "max_active_runs": 1,
    "default_args": {"owner": "orders-team", "retries": 1, "retry_delay": timedelta(seconds=1)},
}


def asset(name: str) -> Asset:
    return Asset(f"file://{LAKE}/{name}")


def landed(name: str, ds: str) -> dict:
    return json.loads((LAKE / "landing" / name / f"{ds}.json").read_text())


def write(name: str, row: dict) -> None:
    path = LAKE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(row))


@task(inlets=[asset("landing/orders")], outlets=[asset("silver/orders")])
def load_orders(ds: str) -> None:
    held = LAKE / "landing" / "orders" / f"{ds}.held"
    if held.exists():
        held.unlink()
        raise TimeoutError("could not get the lock on silver/orders within 30 s")
    order = landed("orders", ds)
    write("silver/orders", order | {"total": order["total"]})


@task(inlets=[asset("silver/orders")], outlets=[asset("gold/daily_orders")])
def daily_orders() -> None:
    order = json.loads((LAKE / "silver" / "orders").read_text())
    write("gold/daily_orders", {"country": order["shipping_country"], "total": order["total"]})


@task(inlets=[asset("silver/orders")], outlets=[asset("gold/customer_totals")])
def customer_totals() -> None:
    order = json.loads((LAKE / "silver" / "orders").read_text())
    write("gold/customer_totals", {"customer": order["customer_id"], "total": order["total"]})


def waiting_for(name: str, **how: object) -> FileSensor:
    return FileSensor(
        task_id=f"wait_for_{name}",
        filepath=f"{LAKE}/landing/{name}/{{{{ ds }}}}.json",
        inlets=[asset(f"landing/{name}")],
        poke_interval=2,
        **how,
    )


def loading(name: str) -> object:
    @task(task_id=f"load_{name}", inlets=[asset(f"landing/{name}")], outlets=[asset(f"silver/{name}")])
    def load(ds: str) -> None:
        write(f"silver/{name}", landed(name, ds))

    return load()


with DAG("shop_nightly", end_date=datetime(2026, 1, 9), **NIGHTLY):
    load_orders() >> [daily_orders(), customer_totals()]

with DAG("partner_prices", end_date=datetime(2026, 1, 7), **NIGHTLY):
    waiting_for("prices", deferrable=True) >> loading("prices")

with DAG("exchange_rates", end_date=datetime(2026, 1, 7), **NIGHTLY):
    waiting_for("rates", mode="reschedule") >> loading("rates")

with DAG("stock_levels", end_date=datetime(2026, 1, 7), **NIGHTLY):
    waiting_for("stock", mode="poke", timeout=10) >> loading("stock")
