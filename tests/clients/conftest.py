"""The foreign clients as fixtures: missing, a test skips and says why; in CI it fails."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from clientenvs import ClientEnv, ClientMissing, locate
from liveserver import LiveServer, serving


def _client(name: str) -> ClientEnv:
    try:
        return locate(name)
    except ClientMissing as missing:
        if os.environ.get("SF_REQUIRE_CLIENTS"):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def dbt() -> ClientEnv:
    return _client("dbt")


@pytest.fixture(scope="session")
def spark() -> ClientEnv:
    return _client("spark")


@pytest.fixture(scope="session")
def airflow() -> ClientEnv:
    return _client("airflow")


@pytest.fixture
def live_server(tmp_path: Path) -> Iterator[LiveServer]:
    with serving(tmp_path / "data") as server:
        yield server
