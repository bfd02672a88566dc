"""Routes in the running service: from an event to a page, across restarts and kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from receivers import PAGERDUTY_OK, Receiver, Reply, post_office, posted, receiving

from service.application import Application
from service.cli import main
from service.documents import read_lines
from service.keys import local_key
from service.settings import load_settings
from service.state.files import ROUTES_FILE

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "fixtures" / "001-contract-break" / "events.ndjson"
PD_KEY = "0123456789abcdef0123456789abcdef"
FAST = "flush_s = 0.2\ntick_s = 0.05\n"


def write(data_dir: Path, routes: str) -> None:
    data_dir.mkdir(exist_ok=True)
    (data_dir / "pd").write_text(PD_KEY, encoding="utf-8")
    (data_dir / "sf.toml").write_text(FAST + routes, encoding="utf-8")


def pager(url: str, *, more: str = "") -> str:
    return f'[routes.to.oncall]\nchannel = "pagerduty"\nrouting_key = "file:pd"\nurl = "{url}"\n{more}\n'


def until(check: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def opened(data_dir: Path) -> Iterator[Application]:
    application = Application(load_settings({"data_dir": data_dir}, {}).settings)
    try:
        yield application
    finally:
        application.close()


def feed(application: Application, lines: str) -> None:
    incoming = application.sort(read_lines(lines), kind=None, source="test")
    application.ingest(incoming)
    assert application.wait_applied(application.log.last_seq, 30)


def looks(metrics: str) -> float:
    """How often incidents were compared with what was told."""
    return float(metrics.partition("\nsf_routes_looks ")[2].partition("\n")[0])


def actions(receiver: Receiver) -> list[tuple[str, str]]:
    return [(each.json["event_action"], each.json["dedup_key"]) for each in receiver.got]


def test_an_incident_pages_its_team_once_across_restarts(tmp_path: Path) -> None:
    with receiving(PAGERDUTY_OK) as receiver:
        write(tmp_path, pager(receiver.url, more='match = { teams = ["orders"], severities = ["SEV-1"] }'))
        with opened(tmp_path) as application:
            feed(application, RECORDING.read_text(encoding="utf-8"))
            until(lambda: receiver.got)
            (incident,) = application.read_model.incidents(status="OPEN")["items"]
        with opened(tmp_path) as application:
            until(lambda: application.readiness()["ready"])
            time.sleep(1.5)
            assert b"sf_notices_dead 0.0" in application.metrics.page()
        assert actions(receiver) == [("trigger", incident["incident_id"])]
        details = receiver.got[0].json["payload"]["custom_details"]
        assert "orders-svc v3.17 went live 17 seconds before" in details["cause"]


def test_without_routes_no_file_and_no_thread_is_made(tmp_path: Path) -> None:
    import threading

    with opened(tmp_path):
        assert not [each.name for each in threading.enumerate() if each.name.startswith("route")]
    assert not (tmp_path / ROUTES_FILE).exists()


def test_a_receiver_that_hangs_holds_up_neither_ingest_nor_the_other_routes(tmp_path: Path) -> None:
    from socket import create_server

    with receiving(posted("1.2")) as slack, create_server(("127.0.0.1", 0)) as silent:
        hangs = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        write(
            tmp_path,
            pager(hangs) + '[routes.to.chat]\nchannel = "slack"\ntoken = "file:pd"\nto = "C1"\n'
            f'api = "{slack.url}"\n[routes.retry]\ntimeout_s = 3\n',
        )
        with opened(tmp_path) as application:
            feed(application, RECORDING.read_text(encoding="utf-8"))
            until(lambda: slack.got, 10)
            began = time.monotonic()
            feed(application, '{"time": "2024-01-15T11:00:00Z", "kind": "tick", "body": {}}')
            assert time.monotonic() - began < 2


SERVE = [sys.executable, "-m", "service.cli"]


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": f"{ROOT / 'sdk'}{os.pathsep}{ROOT}", "NO_PROXY": "*"}


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    (data_dir / "server.json").unlink(missing_ok=True)
    command = [*SERVE, "serve", "--port", "0", "--data-dir", str(data_dir)]
    with (data_dir / "log").open("ab") as log:
        process = subprocess.Popen(command, env=environment(), stdout=log, stderr=log, cwd=data_dir)
    try:
        announced = data_dir / "server.json"
        until(lambda: announced.is_file() and announced.read_text())
        url = json.loads(announced.read_text(encoding="utf-8"))["url"]
        headers = {"Authorization": f"Bearer {local_key(data_dir, None, os.urandom)}"}
        with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
            yield process, client
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_kill_between_deciding_and_delivering_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    with receiving(Reply(503)) as receiver:
        write(tmp_path, pager(receiver.url) + "[routes.retry]\nbase_s = 0.2\ncap_s = 0.5\ntries = 100\n")
        with served(tmp_path) as (process, client):
            body = RECORDING.read_bytes()
            headers = {"Content-Type": "application/x-ndjson"}
            assert client.post("/api/v1/events?wait=true", content=body, headers=headers).status_code == 200
            until(lambda: receiver.got)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        attempts = len(receiver.got)
        receiver.usual = PAGERDUTY_OK
        with served(tmp_path) as (_, client):
            until(lambda: len(receiver.got) > attempts)
            until(
                lambda: 'sf_notices_total{outcome="sent",route="oncall"} 1.0' in client.get("/metrics").text
            )
            until(lambda: looks(client.get("/metrics").text) >= 3)
        assert len(receiver.got) == attempts + 1
        assert len(set(actions(receiver))) == 1
    assert PD_KEY not in (tmp_path / "log").read_text(encoding="utf-8")
    assert PD_KEY.encode() not in (tmp_path / ROUTES_FILE).read_bytes()


def test_a_mail_reaches_the_postbox_from_the_service(tmp_path: Path) -> None:
    with post_office() as office:
        write(
            tmp_path,
            f'[routes.to.mail]\nchannel = "email"\nhost = "127.0.0.1"\nport = {office.port}\ntls = "none"\n'
            'sender = "sf@example.com"\nto = ["data@example.com"]\n',
        )
        with opened(tmp_path) as application:
            feed(application, RECORDING.read_text(encoding="utf-8"))
            until(lambda: office.mails)
    assert office.mails[0]["Subject"].strip().startswith("[SEV-1] Contract violation - orders created")


@pytest.fixture
def sf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    def run(*arguments: str, form: str = "json") -> tuple[int, Any, str]:
        capsys.readouterr()
        code = main([*arguments, "--data-dir", str(tmp_path), "--format", form])
        told = capsys.readouterr()
        return code, json.loads(told.out) if form == "json" and told.out else told.out, told.err

    return run


Sf = Callable[..., tuple[int, Any, str]]


def test_routes_shows_who_would_hear_and_a_dry_run_what(tmp_path: Path, sf: Sf) -> None:
    write(tmp_path, "")
    with opened(tmp_path) as application:
        feed(application, RECORDING.read_text(encoding="utf-8"))
    with receiving(PAGERDUTY_OK) as receiver:
        write(
            tmp_path,
            pager(receiver.url) + '[routes.to.other]\nchannel = "slack"\nwebhook = "env:NOWHERE_AT_ALL"\n'
            'match = { teams = ["others"] }\n',
        )
        code, told, _ = sf("routes")
        assert code == 0
        assert [(each["name"], each["channel"]) for each in told["routes"]] == [
            ("oncall", "pagerduty"), ("other", "slack"),
        ]  # fmt: skip
        assert told["routes"][1]["secrets"] == [{"reference": "env:NOWHERE_AT_ALL", "found": False}]
        assert [each["heard_by"] for each in told["incidents"]] == [["oncall"]]
        _, planned, _ = sf("routes", "--dry-run")
        assert [(each["route"], each["kind"]) for each in planned["notices"]] == [("oncall", "opened")]
        assert receiver.got == []
    assert not (tmp_path / ROUTES_FILE).exists()
    assert PD_KEY not in json.dumps([told, planned])


def test_a_test_notice_goes_out_and_an_error_is_told(tmp_path: Path, sf: Sf) -> None:
    with receiving(PAGERDUTY_OK) as receiver:
        write(tmp_path, pager(receiver.url))
        assert sf("routes", "test", "oncall", "--dry-run")[0] == 0
        assert receiver.got == []
        code, told, _ = sf("routes", "test", "oncall")
        assert (code, told["outcome"]) == (0, "delivered")
        assert [each.json["event_action"] for each in receiver.got] == ["trigger", "resolve"]
        receiver.answers(Reply(400, "invalid event"))
        code, told, _ = sf("routes", "test", "oncall")
        assert (code, told["outcome"]) == (3, "refused")
        code, _, said = sf("routes", "test", "nobody", form="text")
        assert code == 2
        assert "oncall" in said


def test_the_dead_letter_is_listed_and_replayed(tmp_path: Path, sf: Sf) -> None:
    with receiving(Reply(400, {"status": "invalid event", "message": "no", "errors": []})) as receiver:
        write(tmp_path, pager(receiver.url))
        assert sf("routes", "dead")[1]["items"] == []
        with opened(tmp_path) as application:
            feed(application, RECORDING.read_text(encoding="utf-8"))
            until(lambda: b"sf_notices_dead 1.0" in application.metrics.page())
        (dead,) = sf("routes", "dead")[1]["items"]
        assert "invalid event" in dead["error"]
        receiver.usual = PAGERDUTY_OK
        assert sf("routes", "replay", str(dead["id"]))[0] == 0
        assert sf("routes", "replay", str(dead["id"]))[0] == 2
        with opened(tmp_path):
            until(lambda: len(receiver.got) == 2)
        assert sf("routes", "dead")[1]["items"] == []
