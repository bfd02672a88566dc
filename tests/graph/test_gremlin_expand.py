"""A neighbourhood out of a Gremlin server, where hubs are many: the same as the reference's, in one round trip."""

from collections.abc import Generator
from itertools import pairwise

import pytest
from graph_strategies import TIMES
from gremlin_gate import gate
from gremlin_harness import raw_at, source
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef
from graph.stores.gremlin import GremlinGraphStore
from graph.stores.gremlin_open import open_gremlin
from graph.stores.memory import MemoryGraphStore
from servers.for_pytest import shared_server

pytestmark = pytest.mark.timeout(180)
TABLES = [NodeRef("Dataset", f"t{number:02d}") for number in range(14)] + [NodeRef("Dataset", "t\U0001f600")]
RUNS = [NodeRef("JobRun", f"r{number:02d}") for number in range(20)]
HOPS = tuple(Hop(kind, way) for kind in ("FEEDS", "READ_FROM", "WROTE_TO") for way in ("out", "in"))
at = st.sampled_from(("", *TIMES))
edges = st.one_of(
    st.builds(lambda src, dst, at: Edge("FEEDS", src, dst, {}, at), *[st.sampled_from(TABLES)] * 2, at),
    st.builds(
        lambda kind, run, table, at: Edge(kind, run, table, {}, at),
        st.sampled_from(("READ_FROM", "WROTE_TO")),
        st.sampled_from(RUNS),
        st.sampled_from(TABLES),
        at,
    ),
)
specs = st.builds(
    ExpandSpec,
    st.lists(st.sampled_from(HOPS), min_size=1, max_size=6, unique=True).map(tuple),
    max_hops=st.integers(1, 5),
    max_nodes=st.integers(1, 40),
    max_degree=st.integers(0, 8),
    since=at,
    until=at,
)


@pytest.fixture(scope="module")
def served() -> Generator[GremlinGraphStore]:
    url = shared_server("gremlin").url
    with source("neptune") as name, raw_at(url, name):
        store = open_gremlin(url, source=name)
        yield store
        store.close()


@settings(max_examples=12, deadline=None)
@given(
    said=st.lists(edges, min_size=60, max_size=150),
    asked=st.lists(specs, min_size=4, max_size=8),
    data=st.data(),
)
def test_crowded_nodes_are_cut_as_the_reference_cuts_them(
    served: GremlinGraphStore, said: list[Edge], asked: list[ExpandSpec], data: st.DataObject
) -> None:
    reference = MemoryGraphStore()
    served.delete([*TABLES, *RUNS])
    for store in (served, reference):
        store.upsert([], said)
    for spec in asked:
        seeds = data.draw(st.lists(st.sampled_from([*TABLES, *RUNS]), min_size=1, max_size=5))
        got, expected = served.expand(seeds, spec), reference.expand(seeds, spec)
        assert list(got.nodes.items()) == list(expected.nodes.items())
        assert list(got.depth.items()) == list(expected.depth.items())
        assert (got.edges, got.is_partial) == (expected.edges, expected.is_partial)


def test_a_neighbourhood_is_one_round_trip_and_a_thousand_changes_are_a_few() -> None:
    with (
        source("neptune") as name,
        raw_at(shared_server("gremlin").url, name),
        gate(shared_server("gremlin").url) as counted,
    ):
        store = open_gremlin(counted.url, source=name)
        chain = [Node(NodeRef("Dataset", f"ds://z/{number:04d}"), {"tier": 1}) for number in range(500)]
        feeds = [Edge("FEEDS", one.ref, two.ref) for one, two in pairwise(chain)]
        store.upsert(chain, feeds)
        assert counted.requests <= 8
        counted.requests = 0
        found = store.expand([chain[0].ref], ExpandSpec((Hop("FEEDS", "out"),), max_hops=5))
        assert (len(found.nodes), counted.requests) == (6, 1)
        store.close()
