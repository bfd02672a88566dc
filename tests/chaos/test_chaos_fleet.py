"""A fleet whose broker, graph and state are paused and killed in turn: two workers and one that serves.

One fleet goes through all of it, test by test in this order: what it comes to in the end is
what one process says of the same log.
"""

import os
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest
from chaosclients import Face, Sender, faces
from chaosfaults import Fault, baseline, check_right, check_told, during, strike, until_well
from chaostruth import kept, logged, lost
from chaosworld import Deployed, environment, recorded, servers, serving, state_url
from fleetprocess import eventually, process

from service.backends import graph_of
from service.settings import load_settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LEASE_S = 4.0
INGEST = (
    Fault("postgres", is_paused=True, seconds=LEASE_S + 2),
    Fault("postgres", is_paused=False),
    Fault("kafka", is_paused=True, seconds=5),
    Fault("kafka", is_paused=False),
    Fault("neo4j", is_paused=True, seconds=5),
    Fault("neo4j", is_paused=False),
)
QUERIES = (
    (Fault("postgres", is_paused=True, seconds=2), "state store"),
    (Fault("postgres", is_paused=False), "state store"),
    (Fault("kafka", is_paused=True, seconds=2), "Kafka"),
    (Fault("kafka", is_paused=False), "Kafka"),
    (Fault("neo4j", is_paused=True, seconds=4), "graph"),
    (Fault("neo4j", is_paused=False), "graph"),
)


@dataclass
class Fleet(Deployed):
    workers: dict[str, subprocess.Popen[bytes]]

    def send_share(self, share: float, pause_s: float = 0.0) -> Sender:
        return self.send(max(1, int(len(self.left) * share)), pause_s)

    def until_applied(self) -> None:
        with closing(self.log()) as log:
            eventually(lambda: log.load_state().offset >= len(self.acknowledged))

    def check_alive(self) -> None:
        for name, each in self.workers.items():
            assert each.poll() is None, (self.directory / f"{name}.txt").read_text()[-3_000:]

    def leader(self) -> subprocess.Popen[bytes]:
        with closing(self.log()) as log:
            held = log.lease("nobody", 1.0).held()
        assert held is not None
        return next(each for each in self.workers.values() if f"/{each.pid}/" in held.holder)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Generator[Fleet]:
    with ExitStack() as stack:
        directory = tmp_path_factory.mktemp("chaos")
        up = stack.enter_context(servers("postgres", "neo4j", "kafka"))
        settings = environment(up, directory / "serve") | {"SF_LEASE_S": str(LEASE_S)}
        workers = {
            name: stack.enter_context(
                process(
                    ["worker", "--name", name],
                    settings | {"SF_DATA_DIR": str(directory / name)},
                    directory / f"{name}.txt",
                )
            )
            for name in ("one", "two")
        }
        client = stack.enter_context(serving(settings, directory / "serve.txt"))
        made = Fleet(up, client, directory, settings, recorded("70003"), workers)
        made.took(made.send_share(0.3))
        made.until_applied()
        yield made


def test_while_servers_fail_events_are_accepted_or_refused_with_a_reason(fleet: Fleet) -> None:
    sender = fleet.send_share(0.8, pause_s=0.1)
    try:
        for fault in INGEST:
            since = time.monotonic()
            strike(fleet.up[fault.server], fault)
            until_well(fleet.client)
            check_told([each for each in sender.said if each.at >= since], fault)
    finally:
        fleet.took(sender)
    fleet.check_alive()
    fleet.until_applied()
    with closing(fleet.log()) as log:
        assert lost(fleet.acknowledged, logged(log)) == 0


def _asked(fleet: Fleet) -> list[Face]:
    def known() -> dict[str, Any]:
        found = fleet.client.get("/api/v1/incidents")
        return found.json()["items"][-1] if found.is_success and found.json()["items"] else {}

    incident = eventually(known)
    return faces(incident)


def test_while_servers_fail_every_face_answers_rightly_or_says_what_is_away(fleet: Fleet) -> None:
    until_well(fleet.client)
    asked = _asked(fleet)
    right = baseline(fleet.client, asked)
    for fault, name in QUERIES:
        server = fleet.up[fault.server]
        said = during(fleet.client, asked, lambda server=server, fault=fault: strike(server, fault))  # type: ignore[misc]
        check_told(said, fault)
        # While nobody can tell what waits in Kafka, what is open is told as STALE.
        told = check_right(said, {} if fault.server == "kafka" else right, name, fault)
        eventually(lambda: baseline(fleet.client, asked) == right)
        assert told or fault.server == "kafka" or fault.is_paused, f"{fault}: nobody was told"
    eventually(lambda: baseline(fleet.client, asked) == right)
    fleet.check_alive()


def test_a_graph_that_lost_all_of_it_is_made_anew_and_answers_nothing_wrong_meanwhile(fleet: Fleet) -> None:
    asked = _asked(fleet)
    right = baseline(fleet.client, asked)

    def lose() -> None:
        fleet.up["neo4j"].lose()
        fleet.up["neo4j"].start()

    fault = Fault("neo4j", is_paused=False)
    said = during(fleet.client, asked, lose)
    check_told(said, fault)
    assert check_right(said, right, "graph", fault)
    eventually(lambda: baseline(fleet.client, asked) == right)
    fleet.check_alive()


def test_a_leader_that_is_paused_for_longer_than_its_lease_writes_nothing_when_it_goes_on(
    fleet: Fleet,
) -> None:
    paused = fleet.leader()
    sender = fleet.send_share(0.5, pause_s=0.05)
    os.kill(paused.pid, signal.SIGSTOP)
    try:
        eventually(lambda: fleet.leader() is not paused)
    finally:
        os.kill(paused.pid, signal.SIGCONT)
    fleet.took(sender)
    fleet.until_applied()
    fleet.check_alive()


def test_in_the_end_reports_and_graph_are_those_of_one_process(fleet: Fleet) -> None:
    fleet.took(fleet.send_share(1.0))
    fleet.until_applied()
    for each in fleet.workers.values():
        each.terminate()
    assert [each.wait(60) for each in fleet.workers.values()] == [0, 0]
    with closing(graph_of(load_settings({}, fleet.settings).settings)) as graph:
        alone, found = kept(state_url(fleet.up["postgres"]), fleet.directory, graph, by_fleet=True)
    assert found == alone
    with closing(fleet.log()) as log:
        assert lost(fleet.acknowledged, logged(log)) == 0
