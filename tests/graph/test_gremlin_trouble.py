"""A Gremlin Server of the test's own: killed, paused, locked; and one that answers as a busy Neptune does."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from gremlin_gate import gate
from gremlin_harness import raw_at, source

from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef
from graph.stores.gremlin_client import Patience
from graph.stores.gremlin_open import open_gremlin
from servers import Server
from servers import registry as servers_by_name
from servers.for_pytest import needed, shared_server
from servers.gremlin_server import GremlinServer
from signal_factory.errors import BackendUnavailable, ConfigurationError

pytestmark = pytest.mark.timeout(180)
T1 = "2026-01-01T00:00:00.000Z"
IMPATIENT = Patience(answer_s=1.0, scan_s=1.0, sleep=lambda seconds: None)


def ds(name: str) -> NodeRef:
    return NodeRef("Dataset", f"ds://z/{name}")


class LockedServer(GremlinServer):
    """Lets in one account, whose password it keeps as bcrypt does."""

    user: ClassVar[str] = "signals"
    password: ClassVar[str] = "graph-pass"
    _account: ClassVar[str] = (
        '{"id":{"@type":"g:Int64","@value":0},"label":"user","properties":{'
        '"username":[{"id":{"@type":"g:Int64","@value":1},"value":"signals"}],'
        '"password":[{"id":{"@type":"g:Int64","@value":2},'
        '"value":"$2a$04$abcdefghijklmnopqrstuu3QTGNynYqVYInp9veJPigNvHiU3Syfy"}]}}\n'
    )

    def prepare(self) -> None:
        super().prepare()
        conf = self.directory / "conf"
        accounts = conf / "accounts.json"
        accounts.write_text(self._account, encoding="utf-8")
        (conf / "accounts.properties").write_text(
            "gremlin.graph=org.apache.tinkerpop.gremlin.tinkergraph.structure.TinkerGraph\n"
            f"gremlin.tinkergraph.graphLocation={accounts}\n"
            "gremlin.tinkergraph.graphFormat=graphson\n",
            encoding="utf-8",
        )
        with (conf / "server.yaml").open("a", encoding="utf-8") as settings:
            settings.write(
                "authentication: {\n"
                "  authenticator: org.apache.tinkerpop.gremlin.server.auth.SimpleAuthenticator,\n"
                f"  config: {{credentialsDb: {conf / 'accounts.properties'}}}}}\n"
            )

    def answers(self) -> bool:
        with closing(
            open_gremlin(self.where().url, auth="basic", user=self.user, password=self.password)
        ) as store:
            return store.get([ds("a")]) == {}


@contextmanager
def own(kind: type[GremlinServer] = GremlinServer) -> Generator[Server]:
    with servers_by_name.throw_away() as directory:
        server = needed(lambda: kind(Path(directory)))
        server.prepare()
        try:
            server.start()
            yield server
        finally:
            server.stop()


def test_a_name_and_a_password_open_a_locked_server_and_wrong_ones_are_a_matter_of_settings() -> None:
    with own(LockedServer) as server:
        url = server.where().url
        with closing(open_gremlin(url, auth="basic", user="signals", password="graph-pass")) as store:
            store.upsert([Node(ds("a"))], [])
            assert set(store.get([ds("a")])) == {ds("a")}
        for user, password in (("signals", "wrong"), ("nobody", "graph-pass"), ("", "")):
            stranger = open_gremlin(url, auth="basic", user=user, password=password)
            with closing(stranger), pytest.raises(ConfigurationError, match=r"40[17]") as refused:
                stranger.get([ds("a")])
            assert "graph_password" in refused.value.hint


def test_a_server_that_was_paused_or_killed_is_unavailable_and_then_serves_again() -> None:
    with own() as server, closing(open_gremlin(server.where().url, patience=IMPATIENT)) as store:
        store.upsert([Node(ds("a"), {"tier": 1}, T1)], [])
        server.pause()
        with pytest.raises(BackendUnavailable, match="gives no answer"):
            store.get([ds("a")])
        server.resume()
        server.wait()
        assert set(store.get([ds("a")])) == {ds("a")}
        server.kill()
        with pytest.raises(BackendUnavailable, match="gives no answer"):
            store.upsert([Node(ds("b"))], [])
        server.start()
        store.upsert([Node(ds("b"))], [])
        # TinkerGraph has no disk: what is lost with it is reconciled from the log.
        assert set(store.get([ds("a"), ds("b")])) == {ds("b")}


def test_many_threads_share_a_store_and_lose_no_update() -> None:
    with (
        source("neptune") as name,
        raw_at(shared_server("gremlin").url, name),
        closing(open_gremlin(shared_server("gremlin").url, source=name)) as store,
    ):
        start = threading.Barrier(6)

        def write(number: int) -> None:
            start.wait()
            for turn in range(5):
                tags = (f"{number}-{turn}",)
                store.upsert([Node(ds("hub"), {"tags": tags})], [Edge("FEEDS", ds(str(number)), ds("hub"))])
                store.expand([ds("hub")], ExpandSpec((Hop("FEEDS", "in"),)))

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(write, range(6)))
        (hub,) = store.get([ds("hub")]).values()
        assert hub.props["tags"] == tuple(
            sorted(f"{number}-{turn}" for number in range(6) for turn in range(5))
        )
        assert len(store.edges_of([ds("hub")])) == 6


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, '{"code":"ConcurrentModificationException","detailedMessage":"Failed to complete"}'),
        (500, '{"code":"ThrottlingException","detailedMessage":"Rate exceeded"}'),
        (429, "too many requests"),
        (596, "try again"),
    ],
)
def test_a_failure_that_passes_is_tried_again_after_a_growing_pause(status: int, text: str) -> None:
    pauses: list[float] = []
    with source("neptune") as name, raw_at(shared_server("gremlin").url, name) as raw:
        with gate(shared_server("gremlin").url) as before:
            before.refuse = {1: (status, text), 2: (status, text)}
            store = open_gremlin(before.url, source=name, patience=Patience(sleep=pauses.append))
            store.upsert([Node(ds("a"))], [])
            store.close()
        assert raw.nodes() == [ds("a")]
        assert pauses == sorted(pauses)
        assert len(pauses) == 2


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, '{"code":"UnsupportedOperationException"}'),
        (598, "A timeout occurred"),
        (400, "MalformedQueryException"),
    ],
)
def test_a_failure_that_stays_is_told_at_once(status: int, text: str) -> None:
    with gate(shared_server("gremlin").url) as before:
        before.refuse = {1: (status, text)}
        with closing(open_gremlin(before.url)) as store, pytest.raises(BackendUnavailable, match=str(status)):
            store.get([ds("a")])
        assert before.requests == 1
