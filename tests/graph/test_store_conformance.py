"""What every graph store does, checked by a raw look at what it holds."""

import pytest
from graph_harness import CASES, Excuse, StoreCase, every_store, store_param

from graph.errors import GraphSchemaError
from graph.model import Edge, ExpandSpec, Hop, Node, NodeRef

T1, T2, T3 = (f"2026-01-0{day}T00:00:00.000Z" for day in (1, 2, 3))
DOWN = ExpandSpec((Hop("FEEDS", "out"),))


def ds(name: str) -> NodeRef:
    return NodeRef("Dataset", f"ds://z/{name}")


def run(name: str) -> NodeRef:
    return NodeRef("JobRun", name)


def feeds(source: str, target: str, at: str = "") -> Edge:
    return Edge("FEEDS", ds(source), ds(target), {}, at)


@every_store("upsert")
def test_what_is_upserted_is_really_there(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(ds("a"), {"tier": 1, "storage": ("s3://x",)}, T1)], [feeds("a", "b")])
        assert opened.raw.nodes() == [ds("a"), ds("b")]
        assert opened.raw.edges() == [("FEEDS", *ds("a"), *ds("b"))]
        assert opened.raw.props(ds("a")) == {"tier": 1, "storage": ["s3://x"]}


@every_store("upsert")
def test_an_edge_brings_its_ends_into_being_and_a_later_node_fills_them(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([], [feeds("a", "b")])
        opened.store.upsert([Node(ds("b"), {"name": "orders"}, T1)], [])
        assert opened.store.get([ds("a"), ds("b"), ds("c")]) == {
            ds("a"): Node(ds("a")),
            ds("b"): Node(ds("b"), {"name": "orders"}, T1),
        }


@every_store("upsert")
def test_an_older_statement_does_not_overwrite_a_newer_one_and_keeps_its_own_time(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(ds("a"), {"tier": 1}, T2)], [])
        opened.store.upsert([Node(ds("a"), {"tier": 3, "name": "old"}, T1)], [])
        opened.store.upsert([Node(ds("a"), {"name": "new"}, T2)], [])
        assert opened.store.get([ds("a")])[ds("a")] == Node(ds("a"), {"tier": 1, "name": "new"}, T2)


@every_store("upsert")
def test_a_refused_mutation_leaves_the_whole_batch_out(case: StoreCase) -> None:
    with case.opened() as opened:
        with pytest.raises(GraphSchemaError):
            opened.store.upsert([Node(ds("a")), Node(ds("b"), {"colour": "red"})], [])
        assert opened.raw.nodes() == []


@every_store("find")
def test_what_is_written_lazily_is_there_at_once(case: StoreCase) -> None:
    with case.opened() as opened:
        with opened.store.lazily():
            opened.store.upsert([Node(ds("lazy"), {"tier": 1})], [])
            assert opened.store.get([ds("lazy")])[ds("lazy")].props["tier"] == 1
        assert opened.raw.nodes() == [ds("lazy")]


@every_store("find")
def test_find_pages_through_a_prefix_in_key_order(case: StoreCase) -> None:
    names = ["a", "a%", "a_b", "ab", "aé", "a\U0010ffff", "b", "A"]
    with case.opened() as opened:
        opened.store.upsert([Node(ds(name)) for name in names] + [Node(NodeRef("Job", "ds://z/a"))], [])
        first = opened.store.find("Dataset", prefix="ds://z/a", limit=2)
        rest = opened.store.find("Dataset", prefix="ds://z/a", after=first[-1].ref.key)
        found = [node.ref.key.removeprefix("ds://z/") for node in first + rest]
        assert found == sorted(name for name in names if name.startswith("a"))
        assert opened.store.find("Dataset", prefix="ds://z/%") == []
        assert opened.store.find("Dataset", limit=0) == []
        assert opened.store.find("NoSuchLabel") == []


@every_store("expand")
def test_expand_goes_breadth_first_and_says_when_it_was_cut(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([], [feeds("a", "c"), feeds("a", "b"), feeds("b", "d"), feeds("c", "d")])
        whole = opened.store.expand([ds("a")], DOWN)
        assert list(whole.depth.items()) == [(ds("a"), 0), (ds("b"), 1), (ds("c"), 1), (ds("d"), 2)]
        assert [(edge.src, edge.dst) for edge in whole.edges] == [
            (ds("a"), ds("b")),
            (ds("a"), ds("c")),
            (ds("b"), ds("d")),
            (ds("c"), ds("d")),
        ]
        assert not whole.is_partial
        cut = opened.store.expand([ds("a")], ExpandSpec((Hop("FEEDS", "out"),), max_nodes=2))
        assert (list(cut.nodes), len(cut.edges), cut.is_partial) == ([ds("a"), ds("b")], 1, True)


@every_store("expand")
def test_a_hub_is_followed_along_its_latest_edges_with_ties_by_neighbour(case: StoreCase) -> None:
    reads = [
        Edge("READ_FROM", run(f"r{n}"), ds("hub"), {}, at) for n, at in enumerate((T1, T2, T2, T2, T3, ""))
    ]
    with case.opened() as opened:
        opened.store.upsert([], list(reversed(reads)))
        spec = ExpandSpec((Hop("READ_FROM", "in"),), max_degree=3)
        subgraph = opened.store.expand([ds("hub")], spec)
        assert list(subgraph.nodes)[1:] == [run("r1"), run("r2"), run("r4")]
        assert subgraph.is_partial


@every_store("expand")
def test_a_window_keeps_edges_inside_it_and_edges_without_a_time(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert(
            [], [feeds("a", "b", T1), feeds("a", "c", T2), feeds("a", "d", T3), feeds("a", "e")]
        )
        spec = ExpandSpec((Hop("FEEDS", "out"),), since=T2, until=T2)
        assert list(opened.store.expand([ds("a")], spec).nodes) == [ds("a"), ds("c"), ds("e")]


@every_store("expand")
def test_unknown_seeds_and_a_cycle_do_no_harm(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([], [feeds("a", "b"), feeds("b", "a"), feeds("a", "a")])
        subgraph = opened.store.expand([ds("nobody"), ds("a"), ds("a")], DOWN)
        assert (len(subgraph.nodes), len(subgraph.edges)) == (2, 3)
        assert opened.store.expand([ds("nobody")], DOWN).nodes == {}


@every_store("merge_nodes")
def test_merging_moves_every_edge_and_leaves_nothing_behind(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(ds("old"), {"first_seen": T1}, T1)], [feeds("old", "b"), feeds("c", "old")])
        opened.store.upsert([Node(ds("new"), {"first_seen": T2}, T2)], [feeds("new", "b")])
        opened.store.merge_nodes(ds("old"), ds("new"))
        assert opened.raw.nodes() == [ds("b"), ds("c"), ds("new")]
        assert opened.raw.edges() == [
            ("FEEDS", *ds("c"), *ds("new")),
            ("FEEDS", *ds("new"), *ds("b")),
        ]
        assert opened.raw.props(ds("new"))["first_seen"] == T1


@every_store("merge_nodes")
def test_merging_refuses_two_labels_and_ignores_what_does_not_exist(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(ds("a"))], [])
        with pytest.raises(GraphSchemaError):
            opened.store.merge_nodes(ds("a"), NodeRef("Job", "job://a"))
        opened.store.merge_nodes(ds("nobody"), ds("b"))
        opened.store.merge_nodes(ds("a"), ds("a"))
        assert opened.raw.nodes() == [ds("a")]


@every_store("delete")
def test_deleting_a_node_takes_its_edges_and_counts_only_what_was_there(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([], [feeds("a", "b"), feeds("b", "b"), feeds("b", "c")])
        assert opened.store.delete([ds("b"), ds("b"), ds("nobody")]) == 1
        assert opened.raw.nodes() == [ds("a"), ds("c")]
        assert opened.raw.edges() == []


@every_store("aged")
def test_the_oldest_nodes_of_a_label_come_by_time_then_key(case: StoreCase) -> None:
    told = [("b", T1), ("a", T1), ("c", T2), ("d", T3), ("e", "")]
    with case.opened() as opened:
        opened.store.upsert([Node(run(name), {"job": "job://j"}, at) for name, at in told], [])
        opened.store.upsert([Node(ds("a"), {}, T1)], [])
        aged = opened.store.aged("JobRun", T3)
        assert aged == [
            Node(run("a"), {"job": "job://j"}, T1),
            Node(run("b"), {"job": "job://j"}, T1),
            Node(run("c"), {"job": "job://j"}, T2),
        ]
        assert opened.store.aged("JobRun", T3, limit=1) == aged[:1]
        assert opened.store.aged("JobRun", T3, limit=0) == []
        assert opened.store.aged("JobRun", "") == opened.store.aged("JobRun", T1) == []
        assert opened.store.aged("NoSuchLabel", T3) == []


@every_store("aged_edges")
def test_the_oldest_edges_of_a_kind_come_by_time_then_ends(case: StoreCase) -> None:
    edges = [feeds("b", "a", T1), feeds("a", "c", T1), feeds("a", "b", T1), feeds("c", "a", T2)]
    late = [feeds("d", "a", T3), feeds("e", "a")]
    with case.opened() as opened:
        opened.store.upsert([], [*edges, *late])
        aged = opened.store.aged_edges("FEEDS", T3)
        assert aged == [edges[2], edges[1], edges[0], edges[3]]
        assert opened.store.aged_edges("FEEDS", T3, limit=2) == aged[:2]
        assert opened.store.aged_edges("FEEDS", T3, limit=0) == []
        assert opened.store.aged_edges("FEEDS", T1) == opened.store.aged_edges("OWNS", T3) == []


@every_store("edges_of")
def test_every_edge_at_some_nodes_is_found_once_in_order(case: StoreCase) -> None:
    reads = Edge("READ_FROM", run("r"), ds("a"), {"rows": 3}, T1)
    with case.opened() as opened:
        opened.store.upsert([], [feeds("b", "b"), feeds("b", "a"), feeds("a", "b"), feeds("c", "d"), reads])
        assert opened.store.edges_of([ds("b"), ds("a"), ds("b"), ds("nobody")]) == [
            feeds("a", "b"),
            feeds("b", "a"),
            feeds("b", "b"),
            reads,
        ]
        assert opened.store.edges_of([run("r")]) == [reads]
        assert opened.store.edges_of([]) == []


@every_store("get_edges")
def test_edges_are_got_by_their_names_each_once_in_order(case: StoreCase) -> None:
    reads = Edge("READ_FROM", run("r"), ds("a"), {"rows": 3, "jobs": ("job://j",)}, T1)
    names = [("READ_FROM", run("r"), ds("a")), ("FEEDS", ds("b"), ds("a")), ("FEEDS", ds("a"), ds("b"))]
    absent = [("OWNS", ds("a"), ds("b")), ("FEEDS", ds("a"), ds("x")), ("NO_SUCH", ds("a"), ds("b"))]
    with case.opened() as opened:
        opened.store.upsert([], [feeds("b", "a"), feeds("a", "b"), feeds("a", "c"), reads])
        assert opened.store.get_edges([*names, *names, *absent]) == [feeds("a", "b"), feeds("b", "a"), reads]
        assert opened.store.get_edges([]) == opened.store.get_edges(absent) == []


@every_store("delete_edges")
def test_deleting_edges_leaves_their_ends_and_counts_only_what_was_there(case: StoreCase) -> None:
    gone = ("FEEDS", ds("a"), ds("b"))
    absent = [("FEEDS", ds("b"), ds("a")), ("OWNS", ds("a"), ds("b")), ("FEEDS", ds("x"), ds("y"))]
    with case.opened() as opened:
        opened.store.upsert([], [feeds("a", "b"), feeds("a", "c")])
        assert opened.store.delete_edges([gone, gone, *absent]) == 1
        assert opened.store.delete_edges([gone]) == 0
        assert opened.raw.nodes() == [ds("a"), ds("b"), ds("c")]
        assert opened.raw.edges() == [("FEEDS", *ds("a"), *ds("c"))]
        assert opened.store.stats().edges == 1


@every_store("stats")
def test_counts_agree_with_what_is_really_there(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(run("r"))], [feeds("a", "b"), feeds("b", "b")])
        opened.store.upsert([Node(run("r"))], [feeds("a", "b")])
        opened.store.merge_nodes(ds("a"), ds("b"))
        stats = opened.store.stats()
        assert (stats.nodes, stats.edges) == (len(opened.raw.nodes()), len(opened.raw.edges())) == (2, 1)
        assert stats.nodes_by_label == {"Dataset": 1, "JobRun": 1}
        assert stats.edges_by_kind == {"FEEDS": 1}


@every_store("elements")
def test_what_is_written_during_an_iteration_does_not_show(case: StoreCase) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(ds("a")), Node(ds("c"))], [feeds("a", "c")])
        walk = iter(opened.store.elements())
        first = next(walk)
        opened.store.upsert([Node(ds("b"))], [feeds("a", "b")])
        opened.store.delete([ds("c")])
        assert [first, *walk] == [Node(ds("a")), Node(ds("c")), feeds("a", "c")]
        assert [one.ref for one in opened.store.find("Dataset")] == [ds("a"), ds("b")]


@every_store("hostile-keys")
def test_a_hostile_key_is_only_a_name(case: StoreCase) -> None:
    hostile = [ds("'); DROP TABLE node; --"), ds('"]},{"x'), ds("g.V().drop()"), ds("\n\t ünï\U0001f600")]
    with case.opened() as opened:
        opened.store.upsert([], [Edge("FEEDS", hostile[0], one) for one in hostile])
        assert opened.raw.nodes() == sorted(hostile)
        assert set(opened.store.expand(hostile[:1], DOWN).nodes) == set(hostile)


@every_store("refusals")
@pytest.mark.parametrize(
    ("nodes", "edges"),
    [
        ([Node(NodeRef("Record", "1"))], []),
        ([Node(NodeRef("Dataset", ""))], []),
        ([Node(NodeRef("Dataset", "a\0b"))], []),
        ([Node(NodeRef("Dataset", "\ud800"))], []),
        ([Node(NodeRef("Dataset", "x" * 3_000))], []),
        ([Node(ds("a"), {"tier": "one"})], []),
        ([Node(ds("a"), {"first_seen": "yesterday"})], []),
        ([Node(ds("a"), {"tier": 2**70})], []),
        ([], [Edge("KNOWS", ds("a"), ds("b"))]),
        ([], [Edge("TRIGGERED", ds("a"), ds("b"))]),
        ([], [Edge("FEEDS", ds("a"), ds("b"), {"confidence": float("nan")})]),
    ],
)
def test_what_the_registry_does_not_declare_is_refused(
    case: StoreCase, nodes: list[Node], edges: list[Edge]
) -> None:
    with case.opened() as opened:
        with pytest.raises(GraphSchemaError):
            opened.store.upsert(nodes, edges)
        assert opened.raw.nodes() == []


def test_an_excuse_is_a_strict_xfail_with_its_reason() -> None:
    case = StoreCase("some-server", CASES[0].opened, {"find": (Excuse.NEVER, "no ordered index")})
    (mark,) = store_param(case, "find").marks
    assert mark.kwargs["strict"]
    assert "some-server" in mark.kwargs["reason"]
    assert "no ordered index" in mark.kwargs["reason"]
    assert not store_param(case, "expand").marks


@every_store("quiet")
def test_a_server_finds_nothing_to_warn_of(case: StoreCase, caplog: pytest.LogCaptureFixture) -> None:
    with case.opened() as opened:
        opened.store.upsert([Node(run("r"), {"status": "FAIL"}, T1)], [feeds("a", "b", T1)])
        opened.store.expand(
            [ds("a"), run("r")], ExpandSpec((Hop("FEEDS", "out"), Hop("WROTE_TO", "in")), since=T1)
        )
        opened.store.merge_nodes(ds("a"), ds("c"))
        opened.store.aged_edges("FEEDS", T2)
        opened.store.aged("JobRun", T2)
        assert len(list(opened.store.elements())) == opened.store.stats().nodes + opened.store.stats().edges
    assert [record.message for record in caplog.records if record.levelno >= 30] == []
