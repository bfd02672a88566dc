"""The foreign clients as fixtures: missing, a test skips and says why; in CI it fails."""

import os

import pytest
from clientenvs import ClientEnv, ClientMissing, locate


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
