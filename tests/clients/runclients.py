"""Run the real clients on their small projects, their events sent to a file or to a server.

A place is a fresh folder: ``place/lake`` holds the data, ``place/<project>`` a copy of the project.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from clientenvs import PROJECTS, ClientEnv

LIMIT_SECONDS = 240


@dataclass(frozen=True)
class FileSink:
    """Events appended to a file, one a line."""

    path: Path

    def environment(self) -> dict[str, str]:
        prefix = "OPENLINEAGE__TRANSPORT__"
        return {f"{prefix}TYPE": "file", f"{prefix}LOG_FILE_PATH": str(self.path), f"{prefix}APPEND": "true"}

    def airflow_transport(self) -> dict[str, object]:
        return {"type": "file", "log_file_path": str(self.path), "append": True}

    def spark_conf(self) -> dict[str, str]:
        return {"transport.type": "file", "transport.location": str(self.path)}


@dataclass(frozen=True)
class ServerSink:
    """Events posted to a server that speaks the OpenLineage HTTP API."""

    url: str
    api_key: str

    def environment(self) -> dict[str, str]:
        return {"OPENLINEAGE_URL": self.url, "OPENLINEAGE_API_KEY": self.api_key}

    def airflow_transport(self) -> dict[str, object]:
        auth = {"type": "api_key", "apiKey": self.api_key}
        return {"type": "http", "url": self.url, "endpoint": "api/v1/lineage", "auth": auth}

    def spark_conf(self) -> dict[str, str]:
        return {
            "transport.type": "http",
            "transport.url": self.url,
            "transport.endpoint": "/api/v1/lineage",
            "transport.auth.type": "api_key",
            "transport.auth.apiKey": self.api_key,
        }


Sink = FileSink | ServerSink


def _clean_environment(client: ClientEnv, extra: dict[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "JAVA_HOME", "TMPDIR") if name in os.environ}
    path = f"{client.home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": path, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"} | extra


def _run(command: list[str], cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )


def copy_project(name: str, place: Path) -> Path:
    """A copy of one of ``projects/`` in ``place``, beside an empty lake."""
    (place / "lake").mkdir(parents=True, exist_ok=True)
    return Path(shutil.copytree(PROJECTS / name, place / name, dirs_exist_ok=True))


def run_dbt(client: ClientEnv, place: Path, sink: Sink, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``dbt-ol ARGUMENTS`` on the shop project, its database in the lake."""
    project = copy_project("dbt_shop", place)
    extra = {"SHOP_DATABASE": str(place / "lake" / "shop.duckdb"), "OPENLINEAGE_NAMESPACE": "dbt"}
    environment = _clean_environment(client, extra | sink.environment())
    return _run([client.program("dbt-ol"), *arguments, "--profiles-dir", "."], project, environment)


DELTA_SESSION = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
# Without the extension the listener sends the failure of a write to Parquet; Delta is used by path alone.
DELTA_PATHS_ONLY = {"spark.databricks.delta.requiredSparkConfsCheck.enabled": "false"}


def run_spark(client: ClientEnv, place: Path, sink: Sink, case: str) -> subprocess.CompletedProcess[str]:
    """The orders job with the official listener; ``case`` names what goes wrong in it.

    ``missing_column``, ``cast_error`` and ``udf_error`` break the write to Delta, ``export_cast_error`` and
    ``export_udf_error`` a write to Parquet after it. recorded/README.md says what the listener makes of them.
    """
    conf = DELTA_PATHS_ONLY if case.startswith("export") else DELTA_SESSION
    return _submit(client, place, sink, "spark_orders/orders_job.py", case, conf)


def run_spark_export(
    client: ClientEnv, place: Path, sink: Sink, case: str, *, delta: bool = False
) -> subprocess.CompletedProcess[str]:
    """The export job, which writes Parquet only; ``delta`` gives its session the Delta extension all the same."""
    conf = {"spark.driver.maxResultSize": "1m"} | (DELTA_SESSION if delta else {})
    return _submit(client, place, sink, "spark_export/export_job.py", case, conf)


def _submit(
    client: ClientEnv, place: Path, sink: Sink, script: str, case: str, extra: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    project = copy_project(script.partition("/")[0], place)
    landing = PROJECTS / "spark_orders" / "landing"
    shutil.copytree(landing, place / "lake" / "landing", dirs_exist_ok=True)
    conf = (
        {
            "spark.app.name": "orders_export" if "export_job" in script else "orders_silver_transform",
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "1",
            "spark.databricks.delta.snapshotPartitions": "1",
            "spark.sql.ansi.enabled": "true",
            "spark.extraListeners": "io.openlineage.spark.agent.OpenLineageSparkListener",
            "spark.openlineage.namespace": "spark",
        }
        | extra
        | {f"spark.openlineage.{name}": value for name, value in sink.spark_conf().items()}
    )
    command = [client.program("spark-submit"), "--master", "local[1]", "--driver-memory", "1g"]
    command += ["--driver-class-path", os.pathsep.join(client.jars)]
    command += [part for name, value in conf.items() for part in ("--conf", f"{name}={value}")]
    environment = _clean_environment(
        client, {"PYSPARK_PYTHON": client.program("python"), "SPARK_LOCAL_IP": "127.0.0.1"}
    )
    return _run([*command, str(place / script), f"file://{place / 'lake'}", case], project, environment)


def airflow_environment(client: ClientEnv, place: Path, project: str, sink: Sink) -> dict[str, str]:
    """An Airflow home of its own in ``place``, with the DAGs of ``project``."""
    extra = {
        "AIRFLOW_HOME": str(place / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(place / project),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "airflow",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(sink.airflow_transport()),
        "SHOP_LAKE": str(place / "lake"),
    }
    return _clean_environment(client, extra)


def run_airflow(client: ClientEnv, place: Path, sink: Sink, dag: str) -> subprocess.CompletedProcess[str]:
    """One run of ``dag`` by ``airflow dags test``, in an Airflow home of its own."""
    project = copy_project("airflow_dags", place)
    environment = airflow_environment(client, place, "airflow_dags", sink)
    airflow = client.program("airflow")
    migrated = _run([airflow, "db", "migrate"], project, environment)
    if migrated.returncode:
        return migrated
    return _run(
        [airflow, "dags", "test", dag, "2024-01-15", "-f", str(project / "shop_dags.py")],
        project,
        environment,
    )
