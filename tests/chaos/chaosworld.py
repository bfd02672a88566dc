"""Servers of one's own to kill and pause, and the processes of this project in front of them."""

import json
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
from chaosclients import Sender
from fleetprocess import eventually, free_port, process

from servers import Server, registry
from servers.for_pytest import needed
from service.entries import prepare
from service.eventlog import EventLog
from service.rcabench.fleet import generate
from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

KEY = "chaos-test-key"


@contextmanager
def servers(*names: str) -> Generator[dict[str, Server]]:
    """Servers of that names, up; the test is skipped, or fails, where one cannot be had."""
    for name in names:
        needed(lambda name=name: registry.require(name))  # type: ignore[misc]
    with ExitStack() as stack, ThreadPoolExecutor(len(names)) as pool:
        begun = [pool.submit(stack.enter_context, registry.running(name)) for name in names]
        yield {name: each.result() for name, each in zip(names, begun, strict=True)}


def environment(up: Mapping[str, Server], data_dir: Path) -> dict[str, str]:
    """Settings that lead to these servers; time passes with events only."""
    made = {
        "SF_DATA_DIR": str(data_dir), "SF_API_KEY": KEY, "SF_TICK_S": "3600", "SF_RETENTION_S": "0",
        "SF_LEASE_S": "4", "SF_RANGE_EVENTS": "200", "SF_FLUSH_S": "1",
    }  # fmt: skip
    if "postgres" in up:
        made["SF_STATE_URL"] = state_url(up["postgres"])
    if "kafka" in up:
        made |= {"SF_KAFKA_SERVERS": up["kafka"].where().url, "SF_KAFKA_SESSION_S": "6"}
        made["SF_KAFKA_PARTITIONS"] = "2"
    for name in {"neo4j", "arcadedb", "gremlin"} & up.keys():
        at = up[name].where()
        made["SF_GRAPH_URL"] = at.url
        made |= {"SF_GRAPH_USER": at.user, "SF_GRAPH_PASSWORD": at.password} if at.user else {}
        made |= {"SF_GRAPH_DATABASE": at.database} if at.database else {}
    return made


def recorded(seed: str) -> list[Envelope]:
    """A generated case, each event once and by time, and a tick that lets the time of its end come."""
    case = generate(int(seed))
    found = [read_line(json.dumps(each)) for each in case.events]
    once = {prepare(each).identity: each for each in sorted(found, key=lambda each: each.time)}
    end = parse_time(case.until) + timedelta(minutes=5)
    return [*once.values(), Envelope(time=end, kind="tick", body={})]


@dataclass
class Deployed:
    """What answers in front of servers, what it is still to be sent, and what it has acknowledged."""

    up: dict[str, Server]
    client: httpx.Client
    directory: Path
    settings: dict[str, str]
    left: list[Envelope]
    acknowledged: list[Envelope] = field(default_factory=list[Envelope], init=False)

    def log(self) -> EventLog:
        return EventLog(self.directory, state_url=state_url(self.up["postgres"]), read_only=True)

    def send(self, count: int, pause_s: float = 0.0) -> Sender:
        """Somebody who sends the next so many."""
        events, self.left = self.left[:count], self.left[count:]
        sender = Sender(self.client, events, pause_s)
        sender.start()
        return sender

    def took(self, sender: Sender) -> None:
        """Wait for all of it to be acknowledged."""
        sender.finish()
        self.acknowledged += sender.acknowledged


def state_url(server: Server) -> str:
    at = server.where()
    scheme, _, rest = at.url.partition("://")
    return f"{scheme}://{at.user}:{quote(at.password, safe='')}@{rest}"


@contextmanager
def serving(settings: Mapping[str, str], log: Path) -> Generator[httpx.Client]:
    """``sf serve``, answering."""
    port = free_port()
    with (
        process(["serve", "--port", str(port)], settings, log) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=120.0) as client,
    ):
        client.headers["Authorization"] = f"Bearer {KEY}"

        def is_up() -> bool:
            assert running.poll() is None, log.read_text()[-3_000:]
            return client.get("/health").is_success

        eventually(is_up)
        yield client
        assert running.poll() is None, log.read_text()[-3_000:]
