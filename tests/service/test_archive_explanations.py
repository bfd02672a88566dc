"""Explanations that reach into runs that are folded or archived: the same cause, said and cited."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.retention.archive import Archive
from graph.retention.pacing import Pace
from graph.retention.places import place_of
from graph.retention.tiers import horizons
from service.engine import Engine, store_for
from signal_factory.times import format_time
from signal_factory.wire import Envelope

URN, JOB = "ds://gold/orders", "job://spark/orders"
START = datetime(2026, 1, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def envelope(at: datetime, kind: str, body: dict[str, Any]) -> Envelope:
    return Envelope(time=at, kind=kind, body=body)


def ran(at: datetime, why: str = "") -> Iterator[Envelope]:
    """A run that read one table and wrote another, or failed."""
    run_id = f"run-{at:%Y%m%d}"
    body: dict[str, Any] = {
        "event_time": format_time(at), "producer_urn": JOB, "run_id": run_id,
        "input_datasets": ["ds://raw/orders"], "output_datasets": [URN],
    }  # fmt: skip
    start = {**body, "event_type": "JobRunStarted", "event_time": format_time(at - timedelta(minutes=9))}
    yield envelope(at - timedelta(minutes=9), "job_event", start)
    if why:
        yield envelope(at, "job_event", {**body, "event_type": "JobRunFailed", "failure_reason": why})
        return
    partition = [f"dt={at:%Y-%m-%d}"]
    yield envelope(at, "write_event", {
        "event_type": "DatasetWriteCommitted", "event_time": format_time(at), "dataset_urn": URN,
        "run_id": run_id, "rows_written": 100, "output_partitions_written": partition,
    })  # fmt: skip
    yield envelope(at, "job_event", {**body, "event_type": "JobRunCompleted"})


def registered(freshness: dict[str, str]) -> Envelope:
    body = {"urn": URN, "tier": "TIER_1", "job": JOB, "slo": {"freshness": freshness}}
    return envelope(START - DAY, "dataset", body)


class World:
    """An engine over a graph on disk, and its archive."""

    def __init__(self, folder: Path) -> None:
        self.graph = store_for(folder)
        self.engine = Engine(self.graph)
        self.archive = Archive(place_of(folder / "archive"))

    def tell(self, *told: Envelope) -> None:
        for each in told:
            assert self.engine.try_apply(each) == ""

    def at(self, moment: datetime) -> dict[str, Any]:
        """The one incident at a moment, after retention ran."""
        self.engine.advance(moment)
        self.engine.sweep(self.archive, horizons(moment), Pace())
        (incident,) = self.engine.incidents()
        return incident


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.graph.close()


OOM = "java.lang.OutOfMemoryError: Java heap space"


def broken_since_day_ten(world: World, until: int) -> None:
    """Ten good days, and a job that fails every day after."""
    world.tell(registered({"expected_update_by": "06:00 UTC daily", "grace_period": "30m"}))
    for number in range(until):
        world.tell(*ran(START + number * DAY, OOM if number >= 10 else ""))


def test_an_incident_open_for_months_keeps_its_cause_and_says_when_it_was_explained(world: World) -> None:
    broken_since_day_ten(world, 35)
    kept = world.at(START + 35 * DAY)["rca"]
    assert kept["root_cause"]["entity"] == {"label": "Job", "key": JOB}
    assert kept["boundaries"]["last_good"]["run_id"] == f"run-{START + 9 * DAY:%Y%m%d}"
    (note,) = [each for each in kept["missing_evidence"] if "sf archive" in each]
    assert f"after {START + 35 * DAY:%Y-%m-%d}" in note
    assert URN in note
    for days in (60, 130):
        later = world.at(START + days * DAY)
        assert (later["status"], later["rca"]) == ("OPEN", kept)
    assert not [label for label in world.graph.stats().nodes_by_label if label in ("JobRun", "JobDay")]
    archived = {
        ref.key for day in world.archive.days("runs") for ref in world.archive.read("runs", day).nodes
    }
    assert set(kept["evidence_refs"]) <= archived | {URN, JOB}


def test_an_incident_that_mends_after_it_was_folded_keeps_the_explanation_it_had(world: World) -> None:
    broken_since_day_ten(world, 50)
    kept = world.at(START + 50 * DAY)["rca"]
    world.tell(*ran(START + 51 * DAY))
    mended = world.at(START + 51 * DAY + timedelta(hours=1))
    assert mended["status"] == "RESOLVED"
    assert mended["rca"]["root_cause"] == kept["root_cause"]
    assert mended["impact"]["resolved_by"]["entity"]["key"] == f"run-{START + 51 * DAY:%Y%m%d}"


def test_a_last_good_run_that_is_folded_is_still_cited_and_said_to_be_folded(world: World) -> None:
    monthly = {"expected_update_by": "06:00 UTC daily", "grace_period": "30m", "schedule": "0 6 1 * *"}
    world.tell(registered(monthly), *ran(START))
    before = START + 31 * DAY + timedelta(hours=2)
    good = {"run_id": f"run-{START:%Y%m%d}", "ref": f"run-{START:%Y%m%d}", "time": format_time(START)}
    incident = world.at(before)
    assert incident["rca"]["boundaries"]["last_good"].items() >= good.items()
    later = world.at(START + 40 * DAY)
    assert world.graph.stats().nodes_by_label["JobDay"] == 1
    assert later["rca"]["boundaries"]["last_good"].items() >= good.items()
    assert later["rca"]["boundaries"]["last_good"]["day"] == f"{JOB}@{START:%Y-%m-%d}"
    (note,) = [each for each in later["rca"]["missing_evidence"] if "sf archive" in each]
    assert f"before {START + DAY:%Y-%m-%d}" in note
    assert "folded" in note


def test_what_is_hot_is_explained_as_without_retention(world: World) -> None:
    world.tell(registered({"expected_update_by": "06:00 UTC daily", "grace_period": "30m"}))
    for number in range(40):
        world.tell(*ran(START + number * DAY))
    world.tell(*ran(START + 40 * DAY, "java.lang.OutOfMemoryError: Java heap space"))
    moment = START + 41 * DAY
    world.engine.advance(moment)
    (before,) = world.engine.incidents()
    assert world.at(moment) == before
    assert world.graph.stats().nodes_by_label["JobDay"] == 11
