"""A cluster that wants a password: what gets in works as everywhere else, what does not is told why."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fleetprocess import ROOT, eventually, free_port, process
from kafkaworld import send, take_in

from servers.for_pytest import needed
from servers.kafka_guarded import MECHANISMS, PASSWORD, GuardedKafkaBroker, running_guarded
from service.kafka.dead import dead_letters, replay
from service.kafka.lag import Lag
from service.kafka.settings import EVIDENCE, Kafka
from service.kafka.topics import make_topics
from signal_factory.errors import BackendUnavailable, ConfigurationError

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
KEY = "guarded-test-key"
WRONG = "not-the-password-7Q"


@pytest.fixture(scope="module")
def broker() -> Iterator[GuardedKafkaBroker]:
    context = running_guarded()
    yield needed(context.__enter__)
    context.__exit__(None, None, None)


def _kafka(broker: GuardedKafkaBroker, client: dict[str, str], prefix: str, *, tls: bool = False) -> Kafka:
    return Kafka(broker.servers(tls=tls), prefix, client, 6.0)


def _now_ms() -> int:
    """A moment before which all that waits was sent."""
    return int(datetime.now(UTC).timestamp() * 1000) + 60_000


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_events_dead_letters_and_lag_go_over_each_mechanism(
    broker: GuardedKafkaBroker, tmp_path: Path, mechanism: str, tls: bool
) -> None:
    kafka = _kafka(broker, broker.client(mechanism, tls=tls), f"{mechanism.lower()}-{tls}", tls=tls)
    make_topics(kafka, partitions=2, replicas=1)
    body = {"service": "orders-svc", "version": "v2", "deployed_at": "2026-03-02T12:00:00Z"}
    good = {"time": "2026-03-02T12:00:00Z", "kind": "deployment", "body": body}
    lag = Lag(kafka)
    send(kafka, EVIDENCE, [json.dumps(good).encode(), b"{broken"])
    assert lag.behind(_now_ms()).is_late
    log = take_in(kafka, tmp_path)
    assert [each.envelope.body for each in log.read_from(0)] == [body]
    log.close()
    assert not lag.behind(_now_ms()).is_late
    lag.close()
    assert [each.value for each in dead_letters(kafka)] == [b"{broken"]
    assert replay(kafka) == 1


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_wrong_password_is_told_soon_with_what_to_check_and_is_not_printed(
    broker: GuardedKafkaBroker, mechanism: str
) -> None:
    kafka = _kafka(broker, broker.client(mechanism, password=WRONG), "wrong")
    for action in (lambda: make_topics(kafka, partitions=1, replicas=1), lambda: list(dead_letters(kafka))):
        with pytest.raises(
            BackendUnavailable, match=r"does not let us in: .*SASL authentication error"
        ) as told:
            action()
        assert "`sasl.password`" in told.value.hint
        assert WRONG not in f"{told.value} {told.value.hint} {kafka!r}"


def test_a_certificate_that_nobody_vouches_for_is_told(broker: GuardedKafkaBroker) -> None:
    client = broker.client("PLAIN", tls=True)
    del client["ssl.ca.location"]
    with pytest.raises(BackendUnavailable, match="certificate could not be verified") as told:
        make_topics(_kafka(broker, client, "untrusted", tls=True), partitions=1, replicas=1)
    assert "`ssl.ca.location`" in told.value.hint


def test_settings_that_are_none_are_told_before_anybody_is_asked(broker: GuardedKafkaBroker) -> None:
    for client in (broker.client("ROT13"), {"sasl.pasword": PASSWORD}):
        with pytest.raises(ConfigurationError, match=r"\[kafka\] in sf.toml does not fit") as told:
            make_topics(_kafka(broker, client, "none"), partitions=1, replicas=1)
        assert PASSWORD not in str(told.value)


def test_without_a_password_one_is_asked_for(broker: GuardedKafkaBroker) -> None:
    with pytest.raises(BackendUnavailable) as told:
        make_topics(_kafka(broker, {}, "nobody"), partitions=1, replicas=1)
    assert "want a password need [kafka]" in told.value.hint


def _directory(folder: Path, broker: GuardedKafkaBroker, password: str) -> dict[str, str]:
    """A data directory whose ``sf.toml`` has the settings, over TLS."""
    client = broker.client("SCRAM-SHA-512", tls=True, password=password)
    lines = [f'"{name}" = "{value}"' for name, value in client.items()]
    folder.mkdir()
    (folder / "sf.toml").write_text("\n".join(["[kafka]", *lines, ""]), encoding="utf-8")
    return {
        "SF_KAFKA_SERVERS": broker.servers(tls=True),
        "SF_KAFKA_PREFIX": "whole",
        "SF_DATA_DIR": str(folder),
    }


def test_a_fleet_explains_over_tls_with_a_password_of_sf_toml(
    broker: GuardedKafkaBroker, tmp_path: Path
) -> None:
    shared = _directory(tmp_path / "data", broker, PASSWORD) | {"SF_API_KEY": KEY, "SF_KAFKA_SESSION_S": "6"}
    port = free_port()
    lines = (ROOT / "fixtures" / "001-contract-break" / "events.ndjson").read_bytes()
    with (
        process(["worker", "--name", "only"], shared) as worker,
        process(["serve", "--port", str(port)], shared),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30.0) as client,
    ):
        client.headers["Authorization"] = f"Bearer {KEY}"
        eventually(lambda: client.get("/health").is_success)
        assert client.post("/api/v1/events", content=lines).is_success
        [incident] = eventually(lambda: client.get("/api/v1/incidents").json()["items"])
        assert incident["rca"]["root_cause"]["kind"] == "DEPLOYMENT"
        assert worker.poll() is None


def test_a_worker_with_a_wrong_password_ends_and_says_what_to_do(
    broker: GuardedKafkaBroker, tmp_path: Path
) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT)))}
    environment |= _directory(tmp_path / "data", broker, WRONG)
    for command in ("worker", "serve", "dlq", "doctor"):
        ended = subprocess.run(
            [sys.executable, "-m", "service.cli", command], env=environment, cwd=ROOT, capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip
        said = (ended.stdout + ended.stderr).decode()
        assert WRONG not in said
        if command != "doctor":
            assert ended.returncode == 3
            assert "does not let us in" in said
            assert "under [kafka] in sf.toml" in said
