"""`sf worker`, several at once, one killed with -9 in the middle: the same as a replay in one process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from kafkaworld import fresh_kafka
from onetruth import events_of, told

from graph.port import GraphStore
from graph.stores.sqlite import SqliteGraphStore
from service.engine import Engine, store_for
from service.entries import prepare
from service.eventlog import EventLog
from service.kafka.producer import KafkaSender
from service.kafka.publishing import event_records
from service.kafka.settings import Kafka
from service.lease import holder
from service.pipeline import Memory
from service.workers.messages import Answer, Question
from service.workers.supersteps import FleetPipeline
from signal_factory.errors import BackendUnavailable
from signal_factory.wire import Envelope

ROOT = Path(__file__).parents[2]
CASE = "70011"
_PATIENCE_S = 150.0
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@contextmanager
def _worker(kafka: Kafka, data_dir: Path, name: str) -> Generator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT))),
        "SF_KAFKA_SERVERS": kafka.servers, "SF_KAFKA_PREFIX": kafka.prefix, "SF_KAFKA_SESSION_S": "6",
        "SF_DATA_DIR": str(data_dir), "SF_RANGE_EVENTS": "400",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "worker", "--name", name], env=environment, cwd=ROOT
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _applied(data_dir: Path) -> int:
    try:
        log = EventLog(data_dir, read_only=True)
    except BackendUnavailable:
        return 0
    try:
        return log.load_state().offset
    finally:
        log.close()


def _until_applied(data_dir: Path, count: int) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while _applied(data_dir) < count:
        assert time.monotonic() < deadline, f"{_applied(data_dir)} of {count} events were applied"
        time.sleep(0.2)


class _Nobody:
    """Nobody to ask: what is shown must be in the saved state."""

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Answer]:
        raise AssertionError(f"{len(questions)} questions were left")


def _kept(data_dir: Path) -> str:
    def pipeline(store: GraphStore, memory: Memory) -> FleetPipeline:
        return FleetPipeline(store, memory, _Nobody())

    log, graph = EventLog(data_dir, read_only=True), SqliteGraphStore(data_dir / "graph.db")
    try:
        engine = Engine(graph, pipeline)
        engine.load(log.load_state().rows)
        return told(engine, None)
    finally:
        graph.close()
        log.close()


def _recording() -> list[Envelope]:
    """A generated case, and a tick that lets the time of its end come."""
    events, end = events_of(CASE)
    assert end is not None
    return [*events, Envelope(time=end + timedelta(minutes=5), kind="tick", body={})]


def _in_one_process(events: Sequence[Envelope]) -> str:
    engine = Engine(store_for(None))
    engine.apply_all(events)
    return told(engine, None)


@pytest.mark.parametrize("killed", ["leader", "other"])
def test_workers_of_which_one_is_killed_come_to_what_one_process_says(tmp_path: Path, killed: str) -> None:
    kafka, events = fresh_kafka(partitions=4), _recording()
    sender = KafkaSender(kafka)
    sender.send(event_records(kafka, [prepare(each) for each in events]))
    sender.close()
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(kafka, tmp_path, f"w{number}")) for number in range(2)]
        _until_applied(tmp_path, len(events) // 4)
        leader = (holder(tmp_path) or {}).get("pid")
        victim = next(each for each in workers if (each.pid == leader) == (killed == "leader"))
        os.kill(victim.pid, signal.SIGKILL)
        _until_applied(tmp_path, len(events))
        for each in workers:
            each.terminate()
        assert [each.wait(60) for each in workers if each is not victim] == [0]
    assert _kept(tmp_path) == _in_one_process(events)
