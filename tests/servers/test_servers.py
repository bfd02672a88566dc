"""The real servers that other tests rely on: they keep data through a crash, are shared, and go away."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servers import PartsMissing, Server, keeper, running, shared
from servers import registry as servers_by_name
from servers.for_pytest import needed, shared_server

pytestmark = pytest.mark.timeout(180)  # a cold start on a busy machine
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
OWNER = """
import sys
from servers import shared
with shared.owned() as run:
    print(shared.endpoint("postgres").pid, run, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("name", servers_by_name.NAMES)
def test_a_shared_server_answers_and_is_the_same_for_everyone(name: str) -> None:
    first = shared_server(name)
    assert keeper.is_alive(first.pid)
    assert shared.endpoint(name) == first


def _rows(server: Server, statement: str) -> list[tuple[object, ...]]:
    import psycopg

    at = server.where()
    with psycopg.connect(at.url, user=at.user, password=at.password) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def test_a_killed_server_comes_back_on_the_same_port_with_the_same_data() -> None:
    needed(lambda: servers_by_name.require("postgres"))
    with running("postgres") as server:
        before = server.endpoint
        _rows(server, "CREATE TABLE kept AS SELECT 42 AS value")
        server.kill()
        assert not keeper.is_alive(before.pid)
        after = server.start()
        assert (after.url, after.pid == before.pid) == (before.url, False)
        assert _rows(server, "SELECT value FROM kept") == [(42,)]


def test_a_paused_server_holds_its_tongue_until_it_is_resumed() -> None:
    needed(lambda: servers_by_name.require("postgres"))
    with running("postgres") as server:
        server.pause()
        state = Path(f"/proc/{server.endpoint.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        assert state == "T"
        server.resume()
        server.wait(20)
        assert _rows(server, "SELECT 1") == [(1,)]


def test_when_its_owner_is_killed_a_set_is_taken_down() -> None:
    needed(lambda: servers_by_name.require("postgres"))
    environment = {name: value for name, value in os.environ.items() if name != shared.RUN}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        env={**environment, "PYTHONPATH": str(SCRIPTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        pid, run = owner.stdout.readline().split()
        kept_by = int((Path(run) / "keeper").read_text())
        os.kill(owner.pid, signal.SIGKILL)
    _until_gone(kept_by)
    assert not keeper.is_alive(int(pid))
    assert not Path(run).exists()


def _until_gone(pid: int) -> None:
    descriptor = os.pidfd_open(pid)
    try:
        assert select.select([descriptor], [], [], 30)[0]
    finally:
        os.close(descriptor)


def test_what_is_missing_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SF_SERVERS_DIR", str(tmp_path))
    with pytest.raises(PartsMissing, match="make services-fetch"):
        servers_by_name.server("kafka", tmp_path)


def test_a_missing_server_fails_the_run_where_servers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> None:
        raise PartsMissing("no Java on PATH")

    monkeypatch.delenv("SF_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Java"):
        needed(start)
    monkeypatch.setenv("SF_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="no Java"):
        needed(start)
