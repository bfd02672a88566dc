"""The state on a real Postgres: nothing acknowledged is lost, it comes back by itself, and it tells no secrets."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from state_places import Place, database_on, place_of

from servers import Server, running
from servers import registry as servers_by_name
from servers.for_pytest import needed
from service.cli import main
from service.entries import Rejected, Verdict
from service.eventlog import EventLog
from service.settings import load_settings
from service.state import postgres
from signal_factory.errors import BackendUnavailable, ConfigurationError
from signal_factory.wire import Envelope

NOW = datetime(2026, 1, 19, 2, 0, tzinfo=UTC)
PASSWORD = "pa%40ss-w0rd/!"
"""As it stands in an address; nothing may ever print it, nor what it stands for."""


def event(number: int) -> Envelope:
    return Envelope(time=NOW, kind="evidence", body={"n": number})


def numbers(log: EventLog) -> list[int]:
    return [entry.envelope.body["n"] for entry in log.read_from(0)]


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that tests may kill and pause."""
    needed(lambda: servers_by_name.require("postgres"))
    with running("postgres") as server:
        yield server


@pytest.fixture
def own(own_server: Server, tmp_path: Path) -> Iterator[Place]:
    yield Place(tmp_path, database_on(own_server.where()))
    own_server.resume()


def signal_backends(server: Server, number: signal.Signals) -> None:
    """Each connection is served by a child with a process group of its own."""
    parent = server.endpoint.pid
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(child), number)


def test_several_processes_share_one_log_and_a_follower_misses_nothing(tmp_path: Path) -> None:
    """Numbers become visible in their order: whoever reads on from the last one has seen all before it."""
    place = place_of("postgres", tmp_path)
    logs = [place.log() for _ in range(3)]
    done = threading.Event()
    followed: list[int] = []

    def follow() -> None:
        offset = 0
        with closing(place.log(read_only=True)) as reader:
            while not (is_last := done.is_set()) or offset < reader.last_seq:
                for entry in reader.read_from(offset):
                    followed.append(entry.envelope.body["n"])
                    offset = entry.seq
                if is_last and offset >= reader.last_seq:
                    return

    def write(log: EventLog, start: int) -> None:
        for number in range(start, start + 60, 3):
            log.append([event(number + each) for each in range(5)], NOW)

    threads = [threading.Thread(target=write, args=(log, 20 * n)) for n, log in enumerate(logs)]
    reader = threading.Thread(target=follow)
    for thread in [reader, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert followed == numbers(logs[0])
    assert sorted(followed) == sorted(set(followed)) == list(range(102))
    assert [log.last_seq for log in logs] == [102] * 3
    for log in logs:
        log.close()


def test_a_commit_is_on_disk_when_it_returns(tmp_path: Path) -> None:
    place = place_of("postgres", tmp_path)
    with place.raw() as engine, engine.begin() as connection:
        connection.execute(
            text(f"ALTER DATABASE {make_url(place.state_url).database} SET synchronous_commit = off")
        )
    log = place.log()
    with log._db.writing() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    log.close()


def test_text_that_postgres_cannot_hold_stops_nothing(tmp_path: Path) -> None:
    log = place_of("postgres", tmp_path).log()
    log.append(
        [Envelope(time=NOW, kind="evidence", body={"text": "a\0b"})], NOW, [Rejected("x", "c", "\0", b"\0")]
    )
    log.save_state({"evidence/\0": "{}"}, 1)
    log.told.add_verdict(Verdict(NOW, "ann", "inc-1", "WRONG", None, "half \ud800 a pair"))
    assert log.read_from(0)[0].envelope.body == {"text": "a\0b"}
    assert list(log.load_state().rows) == ["evidence/\N{REPLACEMENT CHARACTER}"]
    assert log.told.verdicts()[0].comment == "half ? a pair"
    log.close()


def test_killed_and_started_again_it_has_what_was_acknowledged_and_goes_on(
    own_server: Server, own: Place
) -> None:
    log = own.log()
    log.append([event(n) for n in range(50)], NOW)
    own_server.kill()
    with pytest.raises(BackendUnavailable, match="cannot be used"):
        log.append([event(99)], NOW)
    with pytest.raises(BackendUnavailable, match="cannot be used"):
        log.read_from(0)
    own_server.start()
    assert numbers(log) == list(range(50))
    log.append([event(50)], NOW)
    assert log.last_seq == 51
    log.close()


def test_a_server_that_hangs_is_given_up_and_asked_again(
    own_server: Server, own: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = own.log()
    log.append([event(0)], NOW)
    monkeypatch.setattr(postgres, "_ANSWER_S", 1.0)
    monkeypatch.setattr(postgres, "_CONNECT_S", 1)
    own_server.pause()
    signal_backends(own_server, signal.SIGSTOP)
    try:
        with pytest.raises(BackendUnavailable, match="cannot be used"):
            log.append([event(1)], NOW)
    finally:
        signal_backends(own_server, signal.SIGCONT)
        own_server.resume()
    log.append([event(2)], NOW)
    assert set(numbers(log)) - {1} == {0, 2}
    log.close()


def test_a_service_answers_503_with_the_reason_and_recovers_by_itself(
    own_server: Server, own: Place, start: Any
) -> None:
    server = start(state_url=own.state_url)
    sent = {"time": "2026-01-19T02:00:00Z", "kind": "tick", "body": {"time": "2026-01-19T02:00:00Z"}}
    assert server.client.post("/api/v1/events", json=[sent]).json()["accepted"] == 1
    server.settle()
    own_server.kill()
    refused = server.client.post("/api/v1/events", json=[sent | {"time": "2026-01-19T02:00:01Z"}])
    assert (refused.status_code, refused.json()["code"]) == (503, "backend_unavailable")
    assert "state store postgresql://127.0.0.1" in refused.json()["detail"]
    assert str(make_url(own.state_url).password) not in refused.text
    assert server.client.get("/ready").status_code == 503
    own_server.start()
    again = server.client.post("/api/v1/events", json=[sent, sent | {"time": "2026-01-19T02:00:01Z"}])
    assert again.json() == {"accepted": 1, "duplicates": 1, "rejected": []}
    server.settle()


WRONG = {
    "nobody listens": f"postgresql://ann:{PASSWORD}@127.0.0.1:1/db",
    "no such host": f"postgresql://ann:{PASSWORD}@nowhere.invalid/db",
    "option": "postgresql://ann@127.0.0.1:1/db?password=pa%40ss-w0rd/!",
    "unknown option": f"postgresql://ann:{PASSWORD}@127.0.0.1:1/db?nonsense=1",
}


@pytest.mark.parametrize("url", WRONG.values(), ids=list(WRONG))
def test_an_address_where_nothing_answers_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        EventLog(tmp_path, state_url=url)
    assert says_nothing_secret(f"{caught.value} {caught.value.hint} {caught.value!r}")
    assert caught.value.__cause__ is None


def test_a_wrong_password_is_told_without_it(own: Place) -> None:
    url = make_url(own.state_url).set(password="pa@ss-w0rd/!").render_as_string(hide_password=False)
    with pytest.raises(BackendUnavailable, match="password authentication failed") as caught:
        EventLog(own.data_dir, state_url=url)
    assert says_nothing_secret(str(caught.value))


@pytest.mark.parametrize(
    "url",
    ["mysql://ann:pa%40ss-w0rd@host/db", "postgresql://ann:pa@ss-w0rd@host/db", "postgresql://pa%40ss-w0rd", "pa@ss-w0rd"],
)  # fmt: skip
def test_an_address_that_cannot_be_right_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="state_url") as caught:
        load_settings({"data_dir": tmp_path}, {"SF_STATE_URL": url})
    assert "ss-w0rd" not in f"{caught.value} {caught.value.hint}"


def test_settings_and_doctor_show_that_there_is_an_address_and_not_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_STATE_URL", WRONG["nobody listens"])
    loaded = load_settings({"data_dir": tmp_path}, os.environ)
    assert says_nothing_secret(repr(loaded) + str(loaded.described()))
    assert main(["doctor", "--data-dir", str(tmp_path), "--format", "json"]) == 3
    printed = capsys.readouterr()
    assert (
        "state store postgresql://127.0.0.1:1/db cannot be used"
        in json.loads(printed.out)["data"]["problems"][0]
    )
    assert says_nothing_secret(printed.out + printed.err)


def test_doctor_and_the_reading_commands_find_the_state_on_the_server(tmp_path: Path) -> None:
    place = place_of("postgres", tmp_path)
    log = place.log()
    log.append([event(1), event(2)], NOW)
    log.close()
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "doctor", "--data-dir", str(tmp_path), "--format", "json"],
        env=os.environ | {"SF_STATE_URL": place.state_url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True,
    )  # fmt: skip
    data = json.loads(done.stdout)["data"]
    assert (data["events"], data["applied"], data["problems"]) == (2, 0, [])


def says_nothing_secret(told: str) -> bool:
    return not any(secret in told for secret in (PASSWORD, "pa@ss-w0rd", "ss-w0rd"))
