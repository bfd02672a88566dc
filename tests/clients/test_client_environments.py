"""Where the clients are looked for, and that what was built is what is locked."""

import json
import subprocess
from pathlib import Path

import pytest
from clientenvs import CLIENTS, ROOT, ClientEnv, ClientMissing, clients_dir, locate, lock_key


def test_a_client_that_was_not_built_is_missing_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_CLIENTS_DIR", str(tmp_path))
    with pytest.raises(ClientMissing, match="make clients"):
        locate("dbt")


def test_a_client_whose_build_broke_off_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SF_CLIENTS_DIR", str(tmp_path))
    (tmp_path / f"dbt-{lock_key('dbt')}" / "bin").mkdir(parents=True)
    with pytest.raises(ClientMissing):
        locate("dbt")


def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SF_CLIENTS_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert clients_dir() == tmp_path / "signal-factory" / "clients"


@pytest.mark.parametrize("client", CLIENTS)
def test_the_build_script_and_the_tests_agree_on_the_folder(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_CLIENTS_DIR", str(tmp_path))
    told = subprocess.run(
        [ROOT / "scripts" / "clients.sh", "--where", client], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(tmp_path / f"{client}-{lock_key(client)}")


def _installed(client: ClientEnv) -> dict[str, str]:
    script = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({d.name.lower().replace('_', '-'): d.version for d in m.distributions()}))"
    )
    done = subprocess.run(
        [client.program("python"), "-c", script], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.client_dbt
def test_dbt_speaks_openlineage(dbt: ClientEnv) -> None:
    installed = _installed(dbt)
    assert installed["dbt-core"].startswith("1.")
    assert {"dbt-duckdb", "openlineage-dbt"} <= installed.keys()


@pytest.mark.client_airflow
def test_airflow_has_its_openlineage_provider(airflow: ClientEnv) -> None:
    installed = _installed(airflow)
    assert installed["apache-airflow"].startswith("3.")
    assert "apache-airflow-providers-openlineage" in installed


@pytest.mark.client_spark
def test_spark_has_the_listener_and_delta(spark: ClientEnv) -> None:
    assert _installed(spark)["pyspark"] == "4.0.1"
    wanted = [
        line.split()[0] for line in (ROOT / "locks" / "clients-spark-jars.txt").read_text().splitlines()
    ]
    assert [Path(jar).name for jar in spark.jars] == sorted(
        "-".join(w.split(":")[1:]) + ".jar" for w in wanted
    )
