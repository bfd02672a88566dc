"""What is special to a Bolt server: writers at once, encryption, logins, crashes and silence."""

import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from certificates import vouched_for
from graph_servers import address_of, raw_bolt

from graph.errors import GraphVersionError
from graph.model import Edge, Node, NodeRef
from graph.stores.neo4j import Neo4jGraphStore
from graph.stores.neo4j_client import BoltAddress, Patience
from servers import Endpoint, shared
from servers.for_pytest import needed, shared_server
from servers.neo4j_server import Neo4jServer
from servers.registry import started
from servers.where import java, parts
from signal_factory.errors import BackendUnavailable, ConfigurationError

pytestmark = pytest.mark.timeout(180)
HUB = NodeRef("Dataset", "ds://z/hub")
HASTY = Patience(read_s=3.0, write_s=3.0, connect_s=2.0, retry_s=1.0)
WRITERS, WRITES = 4, 12


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Generator[Neo4jServer]:
    """A server that only this module uses, with a certificate that nobody knows."""
    needed(lambda: (java(), parts("neo4j")))
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "own.key", folder / "own.pem"
    vouched_for(key, certificate)
    with started(lambda directory: Neo4jServer(directory, (key, certificate))) as server:
        yield server


def certificate_of(server: Neo4jServer) -> Path:
    assert server.certificate is not None
    return server.certificate[1]


def told(number: int, turn: int) -> tuple[list[Node], list[Edge]]:
    moment = f"2026-01-01T00:{number:02d}:{turn:02d}.000Z"
    node = Node(HUB, {"tags": (f"w{number}-{turn:02d}",), "last_seen": moment}, moment)
    reader = NodeRef("Job", f"job://z/{turn}")
    return [node], [Edge("READ_FROM", reader, HUB, {"runs": (f"w{number}-{turn:02d}",)}, moment)]


def is_written(store: Neo4jGraphStore, number: int, turn: int) -> bool:
    """A server may give up on one of two that write the same; what it acknowledged must stay."""
    try:
        store.upsert(*told(number, turn))
    except BackendUnavailable:
        return False
    return True


def write_much(at: Endpoint, number: int) -> None:
    with closing(Neo4jGraphStore(address_of(at))) as store:
        for turn in range(WRITES):
            while not is_written(store, number, turn):
                pass


@pytest.mark.parametrize("name", ["neo4j", "arcadedb"])
def test_of_writers_at_once_none_loses_what_another_wrote(name: str) -> None:
    at = shared_server(name)
    with shared.exclusively(name), raw_bolt(at) as raw:
        Neo4jGraphStore(address_of(at)).close()
        raw.wipe()
        writers = [threading.Thread(target=write_much, args=(at, number)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        expected = {f"w{number}-{turn:02d}" for number in range(WRITERS) for turn in range(WRITES)}
        assert set(raw.props(HUB)["tags"]) == expected
        assert len(raw.edges()) == WRITES
        with closing(Neo4jGraphStore(address_of(at))) as store:
            runs = [edge.props["runs"] for edge in store.edges_of([HUB])]
        assert runs == [
            tuple(f"w{number}-{turn:02d}" for number in range(WRITERS))
            for turn in sorted(range(WRITES), key=str)
        ]


def test_an_unknown_certificate_is_refused_taken_or_trusted_as_the_address_says(own: Neo4jServer) -> None:
    at = own.endpoint
    with pytest.raises(BackendUnavailable):
        Neo4jGraphStore(_with_scheme(at, "bolt+s"), patience=HASTY)
    with pytest.raises(BackendUnavailable):
        Neo4jGraphStore(_with_scheme(at, "bolt"), patience=HASTY)
    Neo4jGraphStore(_with_scheme(at, "bolt+ssc")).close()
    for scheme in ("bolt+s", "neo4j+s", "bolt"):
        Neo4jGraphStore(_with_scheme(at, scheme, str(certificate_of(own)))).close()


def test_who_is_not_let_in_is_told_so_without_the_password(own: Neo4jServer) -> None:
    at = own.endpoint
    wrong = BoltAddress(at.url, at.user, "open sesame", at.database)
    with pytest.raises(ConfigurationError) as refused:
        Neo4jGraphStore(wrong, patience=HASTY)
    assert "graph_password" in refused.value.hint
    assert "open sesame" not in f"{refused.value} {refused.value.hint} {wrong!r}"


def test_what_was_written_outlives_a_kill_and_the_same_store_goes_on_afterwards(own: Neo4jServer) -> None:
    with closing(Neo4jGraphStore(address_of(own.endpoint), patience=HASTY)) as store:
        store.upsert([Node(HUB, {"name": "kept"})], [])
        own.kill()
        with pytest.raises(BackendUnavailable, match=r"127\.0\.0\.1"):
            store.get([HUB])
        with pytest.raises(BackendUnavailable):
            store.upsert([Node(HUB, {"name": "lost"})], [])
        own.start()
        assert store.get([HUB])[HUB].props == {"name": "kept"}
        store.upsert([Node(HUB, {"name": "new"}, "2026-01-01T00:00:00.000Z")], [])
        assert store.get([HUB])[HUB].props == {"name": "new"}


def test_a_server_that_falls_silent_is_given_up_and_heard_again(own: Neo4jServer) -> None:
    with closing(Neo4jGraphStore(address_of(own.endpoint), patience=HASTY)) as store:
        store.upsert([Node(HUB)], [])
        own.pause()
        try:
            with pytest.raises(BackendUnavailable, match="no answer for 3 s"):
                store.get([HUB])
            with pytest.raises(BackendUnavailable, match="no answer for 2 s"):
                store.upsert([Node(HUB, {"tier": 1})], [])
        finally:
            own.resume()
        own.wait()
        assert list(store.get([HUB])) == [HUB]


def test_a_reading_store_writes_nothing_and_makes_no_schema(own: Neo4jServer) -> None:
    with (
        raw_bolt(own.endpoint) as raw,
        closing(Neo4jGraphStore(address_of(own.endpoint), read_only=True)) as store,
    ):
        before = raw.nodes()
        with pytest.raises(BackendUnavailable, match="reading only"):
            store.upsert([Node(NodeRef("Dataset", "ds://z/new"))], [])
        assert raw.nodes() == before


def test_a_graph_of_a_newer_program_is_left_alone(own: Neo4jServer) -> None:
    with raw_bolt(own.endpoint) as raw:
        raw.session.run("CREATE (:GraphVersion {version: 99})").consume()
        try:
            with pytest.raises(GraphVersionError, match="99"):
                Neo4jGraphStore(address_of(own.endpoint))
        finally:
            raw.session.run("MATCH (v:GraphVersion {version: 99}) DELETE v").consume()


def test_a_closed_store_says_so(own: Neo4jServer) -> None:
    store = Neo4jGraphStore(address_of(own.endpoint))
    store.close()
    store.close()
    with pytest.raises(BackendUnavailable, match="closed"):
        store.stats()


def _with_scheme(at: Endpoint, scheme: str, ca: str = "") -> BoltAddress:
    return BoltAddress(f"{scheme}://{at.url.partition('://')[2]}", at.user, at.password, at.database, ca)
