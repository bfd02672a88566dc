"""Several nights of a whole Airflow: scheduler, triggerer, workers, on SQLite and loopback.

The DAGs catch up with their first nights, one at a time. Files that land late are put there while the sensors
wait; those of the last night never come.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from clientenvs import ClientEnv
from runclients import FileSink, airflow_environment, copy_project

START_SECONDS, NIGHTS_SECONDS, LATE_SECONDS = 120, 300, 5
DAGS = ("shop_nightly", "partner_prices", "exchange_rates", "stock_levels")
FIRST, SECOND, THIRD, FOURTH = "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"
WHOLE = {"order_id": 1, "customer_id": 7, "shipping_country": "NO", "total": "19.90"}


def run_nights(client: ClientEnv, place: Path, sink: FileSink) -> subprocess.CompletedProcess[str]:
    """Airflow standalone until the last night of every DAG has ended or hangs."""
    _land_orders(place / "lake" / "landing")
    copy_project("airflow_nights", place)
    environment = airflow_environment(client, place, "airflow_nights", sink) | _server_settings(place)
    airflow = client.program("airflow")
    for command in (
        ["db", "migrate"],
        ["dags", "reserialize"],
        *(["dags", "unpause", "-y", d] for d in DAGS),
    ):
        done = subprocess.run(
            [airflow, *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return done
    with (place / "standalone.log").open("wb") as log:
        server = subprocess.Popen(
            [airflow, "standalone"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _live_through(place, sink.path)
        sent = sink.path.read_bytes()
    finally:
        _stop(server)
    sink.path.write_bytes(sent)
    return subprocess.CompletedProcess([], 0, (place / "standalone.log").read_text("utf-8"), "")


def _land_orders(landing: Path) -> None:
    without = {name: {k: v for k, v in WHOLE.items() if k != name} for name in WHOLE}
    _land(landing, "orders", FIRST, WHOLE)
    _land(landing, "orders", SECOND, without["total"])
    _land(landing, "orders", THIRD, WHOLE)
    (landing / "orders" / f"{THIRD}.held").touch()
    _land(landing, "orders", FOURTH, without["shipping_country"])


def _land(landing: Path, name: str, night: str, row: dict[str, object]) -> None:
    (landing / name).mkdir(parents=True, exist_ok=True)
    (landing / name / f"{night}.json").write_text(json.dumps(row))


def _server_settings(place: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW_CONN_FS_DEFAULT": "fs://",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(place / "passwords.json"),
    }


def _live_through(place: Path, events: Path) -> None:
    landing = place / "lake" / "landing"
    for name in ("prices", "rates", "stock"):
        _until(lambda waits=f"wait_for_{name}": _told(events, "START", waits, FIRST))
    time.sleep(LATE_SECONDS)
    for name in ("prices", "rates", "stock"):
        _land(landing, name, FIRST, {"value": 1})
    for name in ("prices", "rates"):
        _until(lambda waits=f"wait_for_{name}": _told(events, "START", waits, SECOND))
    _until(lambda: _told(events, "FAIL", "stock_levels", SECOND))
    _until(lambda: _told(events, "FAIL", "shop_nightly", FOURTH))
    time.sleep(LATE_SECONDS)


def _told(events: Path, kind: str, job: str, night: str) -> bool:
    if not events.exists():
        return False
    for line in events.read_text("utf-8").splitlines():
        if f'"{kind}"' not in line or night not in line:
            continue
        event = json.loads(line)
        if event["eventType"] == kind and event["job"]["name"].rpartition(".")[2] == job:
            return bool(event["run"]["facets"]["nominalTime"]["nominalStartTime"].startswith(night))
    return False


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + NIGHTS_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the nights did not pass")
        time.sleep(0.5)


def _stop(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=10)
