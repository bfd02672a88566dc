"""One process with its state on Postgres and its graph on a server, each of which fails in turn.

Gremlin Server's graph is in memory, so that a kill loses all of it.
"""

import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest
from chaosclients import faces
from chaosfaults import Fault, baseline, check_right, check_told, during, strike, until_well
from chaostruth import kept, logged, lost
from chaosworld import Deployed, environment, recorded, servers, serving, state_url
from fleetprocess import eventually

from service.backends import graph_of
from service.settings import load_settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Alone(Deployed):
    graph: str
    stack: ExitStack

    def until_applied(self) -> None:
        def is_applied() -> bool:
            told = self.client.get("/ready").json()
            return told.get("applied") == len(self.acknowledged) and told["failure"] is None

        eventually(is_applied)


@pytest.fixture(scope="module", params=["gremlin"])
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Alone]:
    with ExitStack() as stack:
        directory = tmp_path_factory.mktemp("chaos")
        up = stack.enter_context(servers("postgres", request.param))
        settings = environment(up, directory / "data")
        serves = stack.enter_context(ExitStack())
        client = serves.enter_context(serving(settings, directory / "serve.txt"))
        made = Alone(up, client, directory, settings, recorded("70003"), request.param, serves)
        made.took(made.send(500))
        made.until_applied()
        yield made


def test_what_is_accepted_while_servers_fail_is_never_lost(alone: Alone) -> None:
    sender = alone.send(700, pause_s=0.1)
    try:
        for fault in (
            Fault(alone.graph, is_paused=True, seconds=4),
            Fault(alone.graph, is_paused=False),
            Fault("postgres", is_paused=True, seconds=6),
            Fault("postgres", is_paused=False),
        ):
            since = time.monotonic()
            strike(alone.up[fault.server], fault)
            until_well(alone.client)
            check_told([each for each in sender.said if each.at >= since], fault)
    finally:
        alone.took(sender)
    alone.until_applied()
    with closing(alone.log()) as log:
        assert lost(alone.acknowledged, logged(log)) == 0


def test_every_face_answers_rightly_or_says_what_is_away(alone: Alone) -> None:
    incident = eventually(lambda: alone.client.get("/api/v1/incidents").json()["items"])[-1]
    asked = faces(incident)
    right = baseline(alone.client, asked)
    for fault, name in (
        (Fault("postgres", is_paused=False), "state store"),
        (Fault(alone.graph, is_paused=True, seconds=3), "graph"),
        (Fault(alone.graph, is_paused=False), "Gremlin" if alone.graph == "gremlin" else "graph"),
    ):
        server = alone.up[fault.server]
        said = during(alone.client, asked, lambda server=server, fault=fault: strike(server, fault))  # type: ignore[misc]
        check_told(said, fault)
        assert check_right(said, right, name, fault) or fault.is_paused
    assert baseline(alone.client, asked) == right


def test_in_the_end_reports_and_graph_are_those_of_a_replay(alone: Alone) -> None:
    alone.took(alone.send(len(alone.left)))
    alone.until_applied()
    alone.stack.close()
    with closing(graph_of(load_settings({}, alone.settings).settings)) as graph:
        expected, found = kept(state_url(alone.up["postgres"]), alone.directory, graph, by_fleet=False)
    assert found == expected
