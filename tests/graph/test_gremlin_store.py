"""What is special to a Gremlin server: who is let in, what is lost on the way, how values are kept."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from certificates import vouched_for
from graph_harness import Opened, StoreCase
from gremlin_gate import Admit, Gate, gate
from gremlin_harness import GremlinRaw, on_gremlin, raw_at, source
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from test_store_machine import Machine

from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef
from graph.stores.gremlin import GremlinGraphStore
from graph.stores.gremlin_client import Patience
from graph.stores.gremlin_open import open_gremlin
from graph.stores.gremlin_sigv4 import Credentials, Scope, signed_headers
from servers.for_pytest import shared_server
from signal_factory.errors import BackendUnavailable, ConfigurationError

pytestmark = pytest.mark.timeout(180)
T1, T2 = (f"2026-01-0{day}T00:00:00.000Z" for day in (1, 2))
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HASTY = Patience(answer_s=2.0, sleep=lambda seconds: None)


def ds(name: str) -> NodeRef:
    return NodeRef("Dataset", f"ds://z/{name}")


@contextmanager
def behind(
    *, admit: Admit = lambda request: True, tls: ssl.SSLContext | None = None
) -> Generator[tuple[Gate, str, GremlinRaw]]:
    """A gate before an empty graph, the graph's name, and a way in past the gate."""
    url = shared_server("gremlin").url
    with source("neptune") as name, raw_at(url, name) as raw, gate(url, admit=admit, tls=tls) as before:
        yield before, name, raw


@pytest.mark.parametrize("chains", [False, True])
def test_a_server_with_transactions_cannot_be_told_from_the_reference_either(*, chains: bool) -> None:
    @contextmanager
    def opened() -> Generator[Opened]:
        with on_gremlin("tx")() as (store, raw):
            store._client.chains = chains
            yield Opened(store, raw)

    machine = type("MachineOfTransactions", (Machine,), {"case": StoreCase("tx", opened, is_served=True)})
    few = settings(max_examples=5, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(machine, settings=few)


def test_a_list_is_kept_as_text_that_a_person_can_read_and_search() -> None:
    with behind() as (before, name, raw), closing(open_gremlin(before.url, source=name)) as store:
        store.upsert([Node(ds("a"), {"columns": ("größe", 'a"b', "größe"), "tags": ("x",)}, T1)], [])
        store.upsert([], [Edge("FEEDS", ds("a"), ds("b"), {"jobs": ("job://b", "job://a")}, T1)])
        assert raw.ask("g.V().has('tags').values('columns','tags')") == ['["größe","a\\"b","größe"]', '["x"]']
        assert raw.ask("g.E().has('jobs',TextP.containing('job://a')).values('jobs')") == [
            '["job://a","job://b"]'
        ]
        (node,) = store.get([ds("a")]).values()
        assert node.props == {"columns": ("größe", 'a"b', "größe"), "tags": ("x",)}


def test_a_property_never_has_two_values_where_the_server_would_keep_both() -> None:
    with behind() as (before, name, raw), closing(open_gremlin(before.url, source=name)) as store:
        for tier, at in ((1, T1), (2, T2)):
            store.upsert([Node(ds("a"), {"tier": tier}, at)], [Edge("FEEDS", ds("a"), ds("b"), {}, at)])
        assert raw.props(ds("a")) == {"tier": 2}
        assert raw.ask("g.V().has('tier').values('at')") == [T2]
        assert raw.ask("g.E().values('at')") == [T2]


def test_whole_numbers_keep_their_full_width_and_their_type() -> None:
    with behind() as (before, name, raw), closing(open_gremlin(before.url, source=name)) as store:
        store.upsert(
            [Node(NodeRef("JobRun", "r"), {"rows_read": 2**63 - 1, "attempt": 1, "duration_s": 2.0})], []
        )
        (node,) = store.get([NodeRef("JobRun", "r")]).values()
        assert node.props == {"rows_read": 2**63 - 1, "attempt": 1, "duration_s": 2.0}
        assert raw.ask("g.V().has('rows_read', 9223372036854775807L).count()") == [1]


def test_the_server_is_sent_bytecode_and_never_a_script() -> None:
    with behind() as (before, name, _), closing(open_gremlin(before.url, source=name)) as store:
        store.upsert([Node(ds("a"))], [Edge("FEEDS", ds("a"), ds("b"))])
        store.expand([ds("a")], ExpandSpec((Hop("FEEDS", "out"),)))
        store.merge_nodes(ds("a"), ds("c"))
        store.delete([ds("b")])
        _ = store.stats(), store.elements(), store.find("Dataset"), store.edges_of([ds("c")])
        assert all(b"\x00\x00\x00\x08bytecode\x00\x00\x00\x09traversal" in sent for sent in before.sent)
        assert not any(
            b"lambda" in sent or b"eval" in sent.replace(b"evaluation", b"") for sent in before.sent
        )


@pytest.mark.parametrize("lost", range(1, 7))
def test_a_write_whose_answer_is_lost_is_done_again_and_leaves_the_same_graph(lost: int) -> None:
    with (
        behind() as (before, name, raw),
        closing(open_gremlin(before.url, source=name, patience=HASTY)) as store,
    ):
        store.upsert(
            [Node(ds("a"), {"tags": ("x",)}, T1)], [Edge("FEEDS", ds("a"), ds("b"), {"count": 1}, T1)]
        )
        before.requests, before.lose = 0, {lost}
        store.upsert(
            [Node(ds("a"), {"tags": ("y",)}, T2)], [Edge("FEEDS", ds("a"), ds("b"), {"count": 2}, T2)]
        )
        store.merge_nodes(ds("a"), ds("c"))
        assert before.requests > lost
        assert raw.nodes() == [ds("b"), ds("c")]
        assert list(store.elements()) == [
            Node(ds("b")),
            Node(ds("c"), {"tags": ("x", "y")}, T2),
            Edge("FEEDS", ds("c"), ds("b"), {"count": 2}, T2),
        ]


def test_a_connection_that_broke_while_idle_is_replaced_without_a_word() -> None:
    with (
        behind() as (before, name, _),
        closing(open_gremlin(before.url, source=name, patience=HASTY)) as store,
    ):
        store.upsert([Node(ds("a"))], [])
        before.requests, before.lose = 0, {1, 2}
        assert set(store.get([ds("a")])) == {ds("a")}
        assert before.connections == 3


def test_a_server_that_is_away_is_unavailable_with_a_hint() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with closing(open_gremlin(f"ws://127.0.0.1:{port}/gremlin", patience=HASTY)) as store:
            with pytest.raises(BackendUnavailable, match="gives no answer") as refused:
                store.get([ds("a")])
            assert "graph_url" in refused.value.hint


def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"ws://127.0.0.1:{silent.getsockname()[1]}/gremlin"
        store = open_gremlin(url, patience=Patience(answer_s=0.3, scan_s=0.3))
        with closing(store), pytest.raises(BackendUnavailable, match=r"no answer within 0\.3 s"):
            store.stats()


def test_a_refusal_names_the_servers_error_and_none_of_the_data(caplog: pytest.LogCaptureFixture) -> None:
    with behind() as (before, name, _), closing(open_gremlin(before.url, source=name)) as store:
        words = store._client.words
        secret = words.start().inject("patient 0815").math("_")
        with caplog.at_level(logging.DEBUG), pytest.raises(BackendUnavailable, match="Exception") as refused:
            store._client.ask(secret)
        assert "0815" not in f"{refused.value}{refused.value.hint}{caplog.text}"


def test_a_reader_does_not_write() -> None:
    with (
        behind() as (before, name, raw),
        closing(open_gremlin(before.url, source=name, read_only=True)) as store,
    ):
        assert store.read_only
        for write in (lambda: store.upsert([Node(ds("a"))], []), lambda: store.merge_nodes(ds("a"), ds("b"))):
            with pytest.raises(BackendUnavailable, match="reading only"):
                write()
        assert raw.nodes() == []


def test_a_caller_inside_an_event_loop_is_served_and_a_closed_store_is_not() -> None:
    with behind() as (before, name, _):
        store = open_gremlin(before.url, source=name, patience=HASTY)

        async def ask() -> dict[NodeRef, Node]:
            return store.get([ds("a")])

        assert asyncio.run(ask()) == {}
        store.close()
        store.close()
        with pytest.raises(BackendUnavailable, match="closed"):
            store.get([ds("a")])


def _signed_within(moment: datetime, key: Credentials) -> Admit:
    """Admits what carries the signature of ``key`` over what really arrived, made at about ``moment``."""

    def admits(request: web.Request) -> bool:
        stamp = datetime.strptime(request.headers.get("X-Amz-Date", "19700101T000000Z"), "%Y%m%dT%H%M%S%z")
        url = f"http://{request.headers['Host']}{request.path_qs}"
        expected = signed_headers(key, Scope("eu-west-1"), url, stamp)
        arrived = {name: request.headers.get(name) for name in expected}
        return arrived == expected and abs(stamp - moment) < timedelta(minutes=5)

    return admits


def _signer(url: str, name: str, moment: datetime, **more: Any) -> GremlinGraphStore:
    given = {"user": "AKIDEXAMPLE", "password": SECRET, "region": "eu-west-1", "patience": HASTY} | more
    return open_gremlin(url, source=name, auth="sigv4", now=lambda: moment, **given)


def test_each_connection_is_signed_for_neptune_and_other_signatures_are_refused() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    with behind(admit=_signed_within(moment, Credentials("AKIDEXAMPLE", SECRET))) as (before, name, raw):
        with closing(_signer(before.url, name, moment)) as store:
            store.upsert([Node(ds("a"))], [])
            assert raw.nodes() == [ds("a")]
        wrong = ({"password": "x"}, {"region": "us-east-1"}, {"user": "AKIDOTHER"})
        late = moment + timedelta(hours=1)
        for when, more in (*((moment, one) for one in wrong), (late, {})):
            store = _signer(before.url, name, when, **more)
            with closing(store), pytest.raises(ConfigurationError, match="403"):
                store.get([ds("a")])


def test_a_roles_token_travels_with_the_signature() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    role = {"AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "t"}
    with behind(admit=_signed_within(moment, Credentials("ASIA", SECRET, "t"))) as (before, name, _):
        store = _signer(before.url, name, moment, user="", password="", environment=role)
        assert store.get([ds("a")]) == {}
        store.close()


def test_tls_is_for_servers_that_the_ca_vouches_for(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    vouched_for(key, certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with behind(tls=context) as (before, name, raw):
        with closing(open_gremlin(before.url, source=name, ca=certificate)) as store:
            store.upsert([Node(ds("a"))], [])
            assert raw.nodes() == [ds("a")]
        stranger = open_gremlin(before.url, source=name, patience=HASTY)
        with closing(stranger), pytest.raises(BackendUnavailable, match="Certificate"):
            stranger.get([ds("a")])
        with pytest.raises(ConfigurationError, match="graph_ca"):
            open_gremlin(before.url, ca=key.with_name("none.pem"))
