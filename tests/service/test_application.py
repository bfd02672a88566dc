"""The running service without its faces."""

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sluggish import deployment, stumbling

from service.application import Application
from service.documents import read_lines
from service.keys import LOCAL_KEY_FILE
from service.settings import load_settings
from signal_factory.errors import BackendUnavailable, NotFound

BROKEN = Path(__file__).parents[2] / "fixtures" / "001-contract-break" / "events.ndjson"


@contextmanager
def application(data_dir: Path, **options: Any) -> Generator[Application]:
    settings = load_settings({"data_dir": data_dir, "tick_s": 0.05, **options}, {}).settings
    opened = Application(settings)
    try:
        yield opened
    finally:
        opened.close()


def fill(app: Application, text: str) -> None:
    done = app.ingest(app.sort(read_lines(text), kind=None, source="test"))
    assert app.wait_applied(done.last, 20.0)


def said(app: Application) -> dict[str, Any]:
    model = app.read_model
    incidents = model.incidents()
    explained = [model.incident(item["incident_id"]) for item in incidents["items"]]
    return {"hash": app.stats()["graph_hash"], "incidents": incidents, "explained": explained}


def test_closed_and_opened_again_it_says_the_same(tmp_path: Path) -> None:
    with application(tmp_path) as app:
        fill(app, BROKEN.read_text())
        before = said(app)
    with application(tmp_path) as app:
        assert app.readiness()["backlog"] == 0
        assert said(app) == before
    assert before["incidents"]["items"]


def test_rebuilt_from_its_events_it_says_the_same(tmp_path: Path) -> None:
    with application(tmp_path) as app:
        fill(app, BROKEN.read_text())
        before = said(app)
        incident = before["incidents"]["items"][0]["incident_id"]
        app.feedback(incident, "CORRECT", None, "yes", by="tests")
        told = app.read_model.incident(incident)
    settings = load_settings({"data_dir": tmp_path}, {}).settings
    rebuilt = Application(settings, rebuild=True)
    try:
        assert said(rebuilt)["hash"] == before["hash"]
        assert rebuilt.read_model.incident(incident) == told
    finally:
        rebuilt.close()


def test_feedback_on_an_unknown_incident_is_refused_and_not_kept(tmp_path: Path) -> None:
    with application(tmp_path) as app:
        with pytest.raises(NotFound):
            app.feedback("inc-unknown", "WRONG", None, None, by="tests")
        assert app.log.told.verdicts() == []


def test_one_process_writes_to_a_data_directory(tmp_path: Path) -> None:
    with application(tmp_path), pytest.raises(BackendUnavailable, match=f"process {os.getpid()}"):
        Application(load_settings({"data_dir": tmp_path}, {}).settings)
    with application(tmp_path):
        pass


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackendUnavailable, match="cannot be made"), application(tmp_path / "file" / "data"):
        pass


def test_metrics_count_what_came_in_by_kind_and_outcome(start: Callable[..., Any]) -> None:
    server = start()
    event = {"service": "s", "version": "1", "deployed_at": "2026-01-19T02:00:00Z"}
    server.client.post("/api/v1/deployments", json=[event, event, {"service": 3}])
    server.client.post("/api/v1/events", json={"kind": "gossip"})
    server.settle()
    page = server.client.get("/metrics").text
    assert 'sf_ingest_events_total{kind="deployment",outcome="accepted"} 1.0' in page
    assert 'sf_ingest_events_total{kind="deployment",outcome="duplicate"} 1.0' in page
    assert 'sf_ingest_events_total{kind="deployment",outcome="rejected"} 1.0' in page
    assert 'sf_ingest_events_total{kind="unknown",outcome="rejected"} 1.0' in page
    assert "sf_backlog_events 0.0" in page
    assert "sf_incidents_open 0.0" in page
    assert (server.data_dir / LOCAL_KEY_FILE).read_text().strip() not in page


def test_an_event_the_engine_cannot_take_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    with stumbling(tmp_path) as (app, _):
        fill(app, "\n".join([deployment("good"), deployment("poison"), deployment("also-good")]))
        assert app.readiness()["ready"]
        assert [reject["code"] for reject in app.log.rejected()] == ["not_applied"]
        assert len(app.log.read_from(0)) == 3


def test_while_the_graph_is_away_events_are_kept_and_applied_once_it_is_back(tmp_path: Path) -> None:
    with stumbling(tmp_path) as (app, engine):
        engine.is_down = True
        done = app.ingest(app.sort(read_lines(deployment("kept")), kind=None, source="test"))
        assert not app.wait_applied(done.last, 0.2)
        deadline = time.monotonic() + 10
        while app.readiness()["failure"] is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert app.readiness()["failure"] == "the graph is away"
        engine.is_down = False
        assert app.wait_applied(done.last, 10.0)
