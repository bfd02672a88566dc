"""The command line as a process: exit codes, streams, one line and a hint instead of a traceback."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "fixtures" / "001-contract-break" / "events.ndjson"
HEALTHY = ROOT / "fixtures" / "006-healthy-day" / "events.ndjson"
Sf = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sf(tmp_path: Path) -> Sf:
    """Run ``sf`` with nothing configured but an empty data directory."""

    def run(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SF_")}
        path = os.pathsep.join(filter(None, sys.path))
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env=kept | {"PYTHONPATH": path, "SF_DATA_DIR": str(tmp_path / "data"), "SF_PORT": "1"} | environ,
        )

    return run


def assert_told(done: subprocess.CompletedProcess[str], code: int, words: str) -> None:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert words in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_answers_within_three_tenths_of_a_second(sf: Sf) -> None:
    taken: list[float] = []
    for _ in range(3):
        start = time.perf_counter()
        done = sf("--help")
        taken.append(time.perf_counter() - start)
        assert done.returncode == 0
        assert all(name in done.stdout for name in ("demo", "serve", "replay", "signature", "doctor"))
    assert min(taken) < 0.3


@pytest.mark.parametrize(
    "typed",
    [
        ["fly"],
        ["replay"],
        ["rca"],
        ["incidents", "--status", "ODD"],
        ["serve", "--port", "x"],
        ["keys", "add"],
    ],
)
def test_a_mistyped_command_is_usage(sf: Sf, typed: list[str]) -> None:
    assert_told(sf(*typed), 2, typed[0] if typed[0] != "fly" else "fly")


def test_nothing_typed_prints_the_help_and_is_usage(sf: Sf) -> None:
    done = sf()
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: sf" in done.stderr


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        (["incidents"], 3, "no server answers"),
        (["rca", "inc-1"], 3, "no server answers"),
        (["replay", "missing.ndjson"], 3, "missing.ndjson cannot be read"),
        (["signature", "missing.txt"], 3, "missing.txt cannot be read"),
        (["replay", str(HEALTHY), "--until", "noon"], 2, "--until"),
        (["incidents", "--limit", "0"], 2, "--limit"),
        (["serve", "--host", "0.0.0.0", "--no-auth"], 2, "loopback only"),
        (["serve", "--port", "70000"], 2, "port (from command line)"),
        (["keys", "remove", "nobody"], 2, "no key named"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(
    sf: Sf, typed: list[str], code: int, words: str
) -> None:
    assert_told(sf(*typed), code, words)


def test_an_unreadable_setting_is_told_with_its_source(sf: Sf) -> None:
    assert_told(sf("incidents", SF_TICK_S="soon"), 2, "tick_s (from environment)")


def test_options_for_all_commands_stand_before_or_after_the_command(sf: Sf, tmp_path: Path) -> None:
    for typed in (
        ["--data-dir", str(tmp_path), "--format", "json", "doctor"],
        ["doctor", "--data-dir", str(tmp_path), "--format", "json"],
    ):
        document = json.loads(sf(*typed).stdout)
        shown = {setting["name"]: setting for setting in document["settings"]}
        assert shown["data_dir"] == {"name": "data_dir", "value": str(tmp_path), "source": "command line"}
        assert shown["port"]["source"] == "environment"


def test_doctor_masks_secrets_and_finds_damage(sf: Sf, tmp_path: Path) -> None:
    assert "hunter2" not in sf("doctor", SF_API_KEY="hunter2").stdout
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "events.db").write_bytes(b"damaged" * 1000)
    done = sf("doctor", "--format", "json")
    assert done.returncode == 3
    assert "events.db" in json.loads(done.stdout)["data"]["problems"][0]


def test_one_error_in_is_one_signature_out(sf: Sf) -> None:
    done = sf("signature", "-", stdin="java.lang.OutOfMemoryError: Java heap space\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith("OOM")


def test_lines_of_errors_in_are_lines_of_signatures_out(sf: Sf) -> None:
    lines = [{"id": 7, "text": "KeyError: 'customer_id'"}, {"id": "b", "text": ""}]
    done = sf("signature", "-", "--format", "json", stdin="\n".join(map(json.dumps, lines)))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [answer["id"] for answer in answers]) == (0, [7, "b"])
    assert all(answer["signature"] for answer in answers)


def test_a_line_that_is_no_error_is_named_and_the_rest_is_answered(sf: Sf) -> None:
    done = sf(
        "signature",
        "-",
        "--format",
        "json",
        stdin='{"id": 1, "text": "OOM"}\nnot json\n{"id": 3, "text": "x"}',
    )
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 3]
    assert done.returncode == 3
    assert "line 2" in done.stderr


def test_a_key_is_shown_once_listed_without_its_text_and_removed(sf: Sf) -> None:
    key = sf("keys", "add", "--role", "reader", "--name", "ci").stdout.strip()
    assert key.startswith("sf_")
    listed = sf("keys", "list", "--format", "json").stdout
    assert key not in listed
    assert [entry["name"] for entry in json.loads(listed)] == ["ci"]
    assert sf("keys", "remove", "ci").returncode == 0
    assert json.loads(sf("keys", "list", "--format", "json").stdout) == []


def test_a_reader_that_hangs_up_early_is_no_error(sf: Sf) -> None:
    command = f"{sys.executable} -m service.cli doctor --format json | head -c 1"
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, env=environ)
    assert done.stderr == ""


def test_replay_exits_one_with_an_open_incident_and_zero_without(sf: Sf) -> None:
    broken = sf("replay", str(BROKEN), "--format", "json")
    healthy = sf("replay", str(HEALTHY), "--format", "json")
    assert (broken.returncode, healthy.returncode) == (1, 0)
    assert json.loads(broken.stdout)["incidents"]
    assert json.loads(healthy.stdout)["incidents"] == []


def test_replay_reads_standard_input_folders_and_text_alike(sf: Sf) -> None:
    from_file = json.loads(sf("replay", str(BROKEN), "--format", "json").stdout)
    from_stdin = json.loads(sf("replay", "-", "--format", "json", stdin=BROKEN.read_text()).stdout)
    from_folder = json.loads(sf("replay", str(BROKEN.parent), "--format", "json").stdout)
    for document in (from_file, from_stdin, from_folder):
        document["stats"].pop("seconds")
    assert from_file == from_stdin == from_folder
    text = sf("replay", str(BROKEN)).stdout
    assert "orders-svc:v3.17" in text
    assert "\033[" not in text


def test_a_line_that_cannot_be_read_is_reported_and_does_not_stop_the_replay(sf: Sf) -> None:
    lines = HEALTHY.read_text().splitlines()
    lines[1:1] = ["{broken", "[]"]
    document = json.loads(sf("replay", "-", "--format", "json", stdin="\n".join(lines)).stdout)
    assert [item["line"] for item in document["rejected"]] == [2, 3]
    assert document["stats"]["events"] == len(lines) - 2


def told(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_the_reading_commands_answer_from_a_running_server_and_from_its_data(
    sf: Sf, start: Callable[..., Any], tmp_path: Path
) -> None:
    server = start(data_dir=tmp_path / "data")
    server.client.post(
        "/api/v1/events", content=BROKEN.read_bytes(), headers={"Content-Type": "application/x-ndjson"}
    )
    server.settle()
    port = server.url.rpartition(":")[2]
    listed = sf("incidents", "--format", "json", "--port", port)
    incident = told(listed)["items"][0]
    assert listed.returncode == 1
    assert told(sf("rca", incident["incident_id"], "--format", "json", "--port", port))["root_cause"]
    blast = told(sf("blast", incident["dataset_urn"], "--format", "json", "--port", port))
    asked = told(
        sf("ask", "why", "is", incident["dataset_urn"], "failing?", "--format", "json", "--port", port)
    )
    assert asked["citations"]
    server.stop()
    from_data = sf("incidents", "--format", "json")
    assert (from_data.returncode, told(from_data)["items"][0]) == (1, incident)
    assert told(sf("blast", incident["dataset_urn"], "--format", "json")) == blast
    assert "orders-svc:v3.17" in sf("rca", incident["incident_id"]).stdout
    assert_told(sf("rca", "inc-unknown"), 2, "inc-unknown")


def test_demo_explains_every_recording_and_stops_when_told(sf: Sf) -> None:
    done = sf("demo", "--no-serve", "--format", "json")
    assert done.returncode == 0
    assert set(told(done)) == {path.parent.name for path in ROOT.glob("fixtures/*/events.ndjson")}
