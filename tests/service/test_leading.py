"""Of services that name one Postgres, one applies what comes in, and writes nothing once another has taken over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from state_places import place_of

from service.application import Application
from service.documents import read_lines
from service.settings import load_settings
from signal_factory.errors import BackendUnavailable

EVENTS = Path(__file__).parents[2] / "fixtures" / "001-contract-break" / "events.ndjson"


def application(data_dir: Path, state_url: str) -> Application:
    given = {"data_dir": data_dir, "state_url": state_url, "lease_s": 1.0, "tick_s": 0.05, "flush_s": 0.05}
    return Application(load_settings(given, {}).settings)


def test_a_second_service_is_told_who_leads_and_leads_once_that_one_is_gone(tmp_path: Path) -> None:
    place = place_of("postgres", tmp_path)
    first = application(tmp_path / "first", place.state_url)
    with pytest.raises(BackendUnavailable, match="the state is in use by "):
        application(tmp_path / "second", place.state_url)
    first.close()
    application(tmp_path / "second", place.state_url).close()


def test_one_that_was_taken_over_from_says_so_and_saves_nothing(
    tmp_path: Path, start: Callable[..., Any]
) -> None:
    place = place_of("postgres", tmp_path)
    server = start(state_url=place.state_url, lease_s=600.0, flush_s=0.05)
    with place.raw() as engine, engine.begin() as connection:
        connection.exec_driver_sql("UPDATE leases SET holder = 'another', token = token + 1")
    before = server.application.log.load_state()
    sent = {"time": "2026-01-19T02:00:00Z", "kind": "tick", "body": {"time": "2026-01-19T02:00:00Z"}}
    assert server.client.post("/api/v1/events", json=[sent]).status_code == 200
    server.settle()
    with pytest.raises(BackendUnavailable, match="has lost the lease"):
        server.application._applier.flush()
    assert server.application.log.load_state() == before


def test_a_service_without_the_graph_that_the_state_was_made_with_makes_it_anew(tmp_path: Path) -> None:
    place = place_of("postgres", tmp_path)
    first = application(tmp_path / "first", place.state_url)
    done = first.ingest(first.sort(read_lines(EVENTS.read_text()), kind=None, source="test"))
    first.wait_applied(done.last, 30)
    told, hashed = first.read_model.incidents(), first.stats()["graph_hash"]
    first.close()
    second = application(tmp_path / "second", place.state_url)
    assert (second.read_model.incidents(), second.stats()["graph_hash"]) == (told, hashed)
    assert told["total"]
    second.close()
