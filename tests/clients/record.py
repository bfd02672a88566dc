"""Record anew what the real clients send: ``python tests/clients/record.py [CLIENT-CASE…]``.

Each case runs in a folder of its own and becomes ``recorded/<client>-<case>.ndjson``: one OpenLineage event a
line, as the client sent it, but for the places of this machine, which become ``/srv`` (so ``/srv/lake``).
"""

import re
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from airflow_nights import run_nights
from clientenvs import RECORDED, ROOT, locate
from runclients import FileSink, run_airflow, run_dbt, run_spark, run_spark_export

Recorder = Callable[[Path, FileSink], CompletedProcess[str]]


def _dbt(*arguments: str) -> Recorder:
    return lambda place, sink: run_dbt(locate("dbt"), place, sink, *arguments)


def _spark(case: str) -> Recorder:
    return lambda place, sink: run_spark(locate("spark"), place, sink, case)


def _export(case: str, *, delta: bool = False) -> Recorder:
    return lambda place, sink: run_spark_export(locate("spark"), place, sink, case, delta=delta)


def _airflow(dag: str) -> Recorder:
    return lambda place, sink: run_airflow(locate("airflow"), place, sink, dag)


CASES: dict[str, Recorder] = {
    "dbt-failing-tests": _dbt("build"),
    "dbt-failing-tests-structured-logs": _dbt("--consume-structured-logs", "build"),
    "dbt-ok": _dbt("build", "--vars", "{only_valid: true}"),
    "dbt-ok-structured-logs": _dbt("--consume-structured-logs", "build", "--vars", "{only_valid: true}"),
    "dbt-broken-model": _dbt("build", "--vars", "{broken_column: true}"),
    "spark-ok": _spark("ok"),
    "spark-missing-column": _spark("missing_column"),
    "spark-cast-error": _spark("cast_error"),
    "spark-udf-error": _spark("udf_error"),
    "spark-export-cast-error": _spark("export_cast_error"),
    "spark-export-udf-error": _spark("export_udf_error"),
    "spark-parquet-ok": _export("ok"),
    "spark-parquet-cast-error": _export("cast_error"),
    "spark-parquet-udf-error": _export("udf_error"),
    "spark-parquet-missing-column": _export("missing_column"),
    "spark-parquet-driver-memory": _export("driver_memory"),
    "spark-plain-ok": _export("plain_ok"),
    "spark-plain-udf-error": _export("plain_udf_error"),
    "spark-extended-ok": _export("plain_ok", delta=True),
    "spark-extended-repeated-column": _export("plain_repeated_column", delta=True),
    "airflow-ok": _airflow("shop_daily"),
    "airflow-failing-task": _airflow("shop_by_country"),
    "airflow-nights": lambda place, sink: run_nights(locate("airflow"), place, sink),
}


def neutral(text: str, place: Path, client: str) -> str:
    """``text`` without the places and the name of the machine it was recorded on."""
    for here, there in (
        (str(place), "/srv"),
        (str(locate(client).home), f"/opt/{client}"),
        (str(ROOT), "/srv/signal-factory"),
        (str(Path.home()), "/home/etl"),
    ):
        text = text.replace(here, there)
    return re.sub(rf"\b{re.escape(socket.gethostname())}\b", "worker-1", text)


def record(name: str) -> None:
    client = name.partition("-")[0]
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        place = Path(folder)
        events = place / "events.ndjson"
        done = CASES[name](place, FileSink(events))
        if not events.exists():
            sys.exit(
                f"{name}: no event, exit code {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
        lines = events.read_text("utf-8").splitlines()
        text = neutral("\n".join(line for line in lines if line) + "\n", place, client)
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{name}.ndjson").write_text(text, "utf-8")
    print(f"{name}: {len(lines)} events, the client's exit code {done.returncode}")


if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        record(case)
