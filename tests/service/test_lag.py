"""What is open is told as STALE while events that came two minutes ago and more wait to be applied."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mcp_client import over_http
from served_process import KEY, served, settled
from sluggish import Stumbling, deployment, stumbling

from service.application import Application
from service.clocks import wall_clock
from service.documents import read_lines
from service.eventlog import EventLog
from service.kept_replay import kept_replay
from signal_factory.wire import Envelope, read_line

BROKEN = Path(__file__).parents[2] / "fixtures" / "001-contract-break" / "events.ndjson"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAITS = "events of the last minutes wait to be read"


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def told(app: Application) -> tuple[str, list[str]]:
    (incident,) = app.read_model.incidents(status="OPEN")["items"]
    return incident["freshness_of_evidence"], incident["rca"]["missing_evidence"]


def fill(app: Application, text: str) -> int:
    return app.ingest(app.sort(read_lines(text), kind=None, source="test")).last


def held_up(app: Application, engine: Stumbling) -> int:
    """An event comes in while the graph is away; returns where it stands."""
    engine.is_down = True
    last = fill(app, deployment("kept"))
    assert engine.was_refused.wait(10)
    return last


def until_told(app: Application, freshness: str) -> None:
    """Each turn of the applier, which comes by itself, may change it."""
    for _ in range(200):
        if told(app)[0] == freshness:
            return
        app.wait_applied(2**62, 0.05)
    raise AssertionError(f"it is never told as {freshness}")


def metric(app: Application, name: str) -> float:
    lines = app.metrics.page().decode().splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


def test_while_the_graph_is_away_answers_turn_stale_after_two_minutes_and_fresh_once_caught_up(
    tmp_path: Path,
) -> None:
    clock = Hands()
    with stumbling(tmp_path, clock) as (app, _):
        app.wait_applied(fill(app, BROKEN.read_text()), 60.0)
    with stumbling(tmp_path, clock) as (app, engine):
        last = held_up(app, engine)
        clock.now += timedelta(seconds=120)
        assert told(app)[0] == "FRESH"
        assert not app.readiness()["is_late"]
        clock.now += timedelta(seconds=1)
        until_told(app, "STALE")
        assert WAITS in told(app)[1]
        ready = app.readiness()
        assert (ready["is_late"], ready["lag_s"], ready["backlog"]) == (True, 121.0, 1)
        assert metric(app, "sf_lag_seconds") == 121.0
        engine.is_down = False
        assert app.wait_applied(last, 10.0)
        until_told(app, "FRESH")
        assert WAITS not in told(app)[1]
        assert not app.readiness()["is_late"]
        assert metric(app, "sf_lag_seconds") == 0.0


def test_a_metrics_page_shows_the_backlog_though_the_graph_does_not_answer(tmp_path: Path) -> None:
    clock = Hands()
    with stumbling(tmp_path, clock) as (app, engine):
        held_up(app, engine)
        clock.now += timedelta(minutes=5)
        assert metric(app, "sf_backlog_events") == 1.0
        assert metric(app, "sf_lag_seconds") == 300.0
        assert "sf_graph_nodes" not in app.metrics.page().decode()


def burst(count: int) -> list[Envelope]:
    start = datetime(2024, 1, 16, tzinfo=UTC)
    made: list[Envelope] = []
    for number in range(count):
        at = start + timedelta(seconds=number)
        body: dict[str, Any] = {
            "event_type": "JobRunCompleted", "event_time": at.isoformat(), "run_id": f"run-{number}",
            "producer_urn": f"job://burst/job_{number % 50}", "output_datasets": [f"ds://burst/t_{number % 50}"],
        }  # fmt: skip
        made.append(Envelope(time=at, kind="job_event", body=body))
    return made


def test_a_server_that_starts_behind_tells_stale_on_every_face_until_it_has_caught_up(tmp_path: Path) -> None:
    recorded = enumerate([read_line(line) for line in BROKEN.read_text().splitlines()], 1)
    with kept_replay(tmp_path, recorded, None):
        pass
    log = EventLog(tmp_path)
    log.append(burst(3_000), wall_clock() - timedelta(minutes=10))
    log.close()
    with served(tmp_path) as (_, client):
        ready = client.get("/ready")
        (incident,) = client.get("/api/v1/incidents").json()["items"]
        question = {"question": "why?", "incident_id": incident["incident_id"]}
        asked = client.post("/api/v1/ask", json=question).json()
        by_mcp = over_http(str(client.base_url), KEY)
        page = client.get("/metrics").text
        assert ready.status_code == 503
        assert ready.json()["is_late"]
        assert ready.json()["lag_s"] >= 600
        assert incident["freshness_of_evidence"] == "STALE"
        assert "the evidence is STALE" in asked["answer"]
        assert [each["freshness_of_evidence"] for each in by_mcp["items"]] == ["STALE"]
        assert float(page.partition("\nsf_lag_seconds ")[2].split()[0]) >= 600
        (after,) = settled(client)["incidents"]["items"]
        assert after["freshness_of_evidence"] == "FRESH"
        assert not client.get("/ready").json()["is_late"]
