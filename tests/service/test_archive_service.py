"""Retention in a running service, and the faces of the archive: command line, metrics, doctor."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.application import Application
from service.cli.program import run
from service.documents import read_lines
from service.engine import Engine, store_for
from service.settings import load_settings
from service.yearbench.flood import flooded
from signal_factory.times import format_time
from signal_factory.wire import Envelope

START = datetime(2026, 1, 1, 5, tzinfo=UTC)
JOB, URN = "job://spark/orders", "ds://gold/orders"
Cli = Callable[..., tuple[int, str, str]]


def lines(days: int) -> str:
    """A run a day that wrote a table; every seventh failed."""
    told: list[str] = []
    for number in range(days):
        at = format_time(START + timedelta(days=number))
        body = {
            "event_time": at,
            "producer_urn": JOB,
            "run_id": f"run-{number:03d}",
            "output_datasets": [URN],
        }
        end = {"event_type": "JobRunFailed", "failure_reason": "java.lang.OutOfMemoryError: heap"}
        if number % 7:
            end = {"event_type": "JobRunCompleted"}
        told.append(json.dumps({"time": at, "kind": "job_event", "body": {**body, **end}}))
    return "\n".join(told)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    settings = load_settings({"data_dir": tmp_path / "data", "retention_s": 0}, {}).settings
    made = Application(settings)
    yield made
    made.close()


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setenv("SF_DATA_DIR", str(tmp_path / "data"))

    def typed(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return typed


def filled(application: Application, days: int = 100) -> Application:
    done = application.ingest(application.sort(read_lines(lines(days)), kind=None, source="test"))
    assert application.wait_applied(done.last, 60)
    application.stats()  # writes what is buffered
    application.retention.pass_once()
    return application


def metric(application: Application, name: str) -> float:
    page = application.metrics.page().decode()
    (line,) = [line for line in page.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_a_running_service_folds_and_archives_by_the_time_of_its_events(application: Application) -> None:
    filled(application)
    counts = application.stats()
    assert metric(application, "sf_retention_runs_folded") == 69
    assert metric(application, "sf_retention_longest_hold_seconds") > 0
    assert metric(application, "sf_retention_failing") == 0
    application.retention.pass_once()
    assert application.stats() == counts


def test_the_thread_sweeps_by_itself_and_a_broken_archive_is_said_and_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    given = {
        "data_dir": tmp_path / "data",
        "retention_s": 0.05,
        "archive_url": str(tmp_path / "blocked/cold"),
    }
    application = Application(load_settings(given, {}).settings)
    done = application.ingest(application.sort(read_lines(lines(60)), kind=None, source="test"))
    assert application.wait_applied(done.last, 60)
    before = application.stats()["nodes"]
    while not application.retention.last.failure:
        application.wait_applied(done.last + 1, 0.05)
    assert metric(application, "sf_retention_failing") == 1
    assert application.stats()["nodes"] == before
    (tmp_path / "blocked").unlink()
    while not application.retention.last.folded:
        application.wait_applied(done.last + 1, 0.05)
    assert application.retention.last.failure == ""
    application.close()


def test_sf_archive_finds_runs_and_says_what_it_left_out(application: Application, cli: Cli) -> None:
    filled(application)
    code, out, err = cli("archive", "--job", JOB, "--limit", "3")
    assert (code, len(out.splitlines())) == (0, 4)
    assert "run-068" in out.splitlines()[1]
    assert "3 of 69 shown" in err
    code, out, _ = cli("archive", "--table", URN, "--until", "2026-01-03T00:00:00Z", "--format", "json")
    document = json.loads(out)
    assert [each["run_id"] for each in document["items"]] == ["run-001", "run-000"]
    assert (document["returned"], document["total"], document["is_partial"]) == (2, 2, False)
    code, out, _ = cli("archive", "--sql", "SELECT status, count(*) AS n FROM runs GROUP BY 1 ORDER BY 1")
    assert (code, out.split()) == (0, ["status", "n", "COMPLETE", "59", "FAIL", "10"])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--limit", "0"], "--limit"),
        (["--since", "yesterday"], "--since"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "--until"),
        (["--table", "orders"], "--table"),
        (["--sql", "DROP TABLE runs"], "SELECT"),
        (["--sql", "SELECT 1", "--job", JOB], "--job"),
    ],
)
def test_what_cannot_be_asked_of_the_archive_is_said_in_one_line(
    typed: list[str], words: str, cli: Cli
) -> None:
    code, out, err = cli("archive", *typed)
    assert (code, out) == (2, "")
    assert words in err
    assert "hint:" in err


def test_an_empty_archive_answers_with_nothing_and_says_where_it_looked(cli: Cli, tmp_path: Path) -> None:
    code, out, err = cli("archive", "--format", "json")
    assert (code, json.loads(out)["items"]) == (0, [])
    assert str(tmp_path) in err


def test_doctor_and_metrics_tell_tiers_and_caps(application: Application, cli: Cli) -> None:
    filled(application)
    application.close()
    _, out, _ = cli("doctor", "--format", "json")
    graph = json.loads(out)["data"]["graph"]
    assert graph["problems"] == []
    assert graph["tiers"]["cold"].startswith("69 days archived, 2026-01-01 to 2026-03-10")
    caps = {each["label"]: each for each in graph["caps"]}
    assert caps["JobRun"] == {"label": "JobRun", "cap": 2_000_000, "used": 31, "refused": 0}
    assert caps["JobDay"]["used"] == 60
    assert caps["nodes of one traversal"].keys() == {"label", "cap", "used", "refused"}
    _, out, _ = cli("doctor")
    assert "31 of 2,000,000" in out


def test_a_flood_of_failures_leaves_few_signatures_and_the_overflow_is_counted() -> None:
    """`sf bench flood` sends a million; here it is two thousand (docs/retention.md)."""
    graph = store_for(None)
    told = flooded(2_000, graph)
    graph.close()
    assert (told.signatures, told.overflow) == (201, 2_000 - 200)
    assert told.totals < 2 * 201 + 20


def test_what_a_cap_turned_away_is_known_after_a_restart(tmp_path: Path) -> None:
    graph = store_for(tmp_path)
    engine = Engine(graph)
    rows = dict[str, str]()
    for number in range(210):
        at = START + timedelta(seconds=number)
        code = f"MISSING_FIELD:{'abcdefghij'[number % 10]}{'klmnopqrstuvwxyzabcdefg'[number // 10]}"
        validation = {"result": "FAIL", "gates": [], "reason_codes": [code]}
        body = {"evidence_id": f"evd-{number}", "dataset_urn": URN, "timestamp": format_time(at)}
        engine.apply(Envelope(time=at, kind="evidence", body=body | {"validation": validation}))
    rows |= engine.take_dirty()
    before = [use.document() for use in engine.caps() if use.name != "nodes of one traversal"]
    again = Engine(graph)
    again.load({key: text for key, text in rows.items() if text})
    assert [use.document() for use in again.caps()][:-1] == before
    assert {use.name: use.turned_away for use in again.caps()}["FailureSignature of one data set"] > 0
    graph.close()
