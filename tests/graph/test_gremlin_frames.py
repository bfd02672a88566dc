"""Results read here are those that the driver reads."""

import uuid
from collections.abc import Generator
from typing import Any

import pytest
from graph_strategies import batches
from gremlin_gate import gate
from gremlin_harness import raw_at, source
from hypothesis import given, settings

from graph.model import Edge, Node
from graph.stores.gremlin import GremlinGraphStore
from graph.stores.gremlin_client import Patience
from graph.stores.gremlin_frames import Frames
from graph.stores.gremlin_open import open_gremlin
from servers.for_pytest import shared_server
from signal_factory.errors import BackendUnavailable

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def served() -> Generator[GremlinGraphStore]:
    url = shared_server("gremlin").url
    with source("neptune") as name, raw_at(url, name):
        store = open_gremlin(url, source=name)
        yield store
        store.close()


def _frames(store: GremlinGraphStore, traversal: Any) -> list[bytes]:
    client = store._client
    asked = {"gremlin": traversal.bytecode, "aliases": {"g": client._source}, "batchSize": 3}
    return client._wires.send(client._message(uuid.uuid4(), "bytecode", asked), 20)


@settings(max_examples=15, deadline=None)
@given(batch=batches())
def test_rows_and_counts_are_read_as_the_driver_reads_them(
    served: GremlinGraphStore, batch: tuple[list[Node], list[Edge]]
) -> None:
    served.upsert(*batch)
    words, read = served._client.words, Frames(served._client.words)
    rows = words.start().V().element_map(), words.start().E().element_map()
    counts = words.start().V().group_count().by(words.t.label), words.start().V().count()
    for traversal in (*rows, *counts):
        for frame in _frames(served, traversal):
            said = words.serializer.deserialize_message(frame)["result"]["data"]
            assert read.results(frame) == [traverser.object for traverser in said or ()]


def test_what_is_not_known_here_is_read_by_the_driver(served: GremlinGraphStore) -> None:
    words = served._client.words
    some = uuid.UUID("12345678-1234-5678-1234-567812345678")
    assert served._client.ask(words.start().inject(some, "text", 1.5, True)) == [some, "text", 1.5, True]


def test_an_answer_that_nobody_can_read_is_no_answer() -> None:
    with gate(shared_server("gremlin").url) as before:
        before.garble = {1, 2}
        store = open_gremlin(before.url, patience=Patience(answer_s=1.0, sleep=lambda seconds: None))
        assert store.get([]) == {}
        store.stats()
        assert before.requests == 4
        before.garble = set(range(100))
        with pytest.raises(BackendUnavailable, match="cannot be read"):
            store.stats()
        store.close()
