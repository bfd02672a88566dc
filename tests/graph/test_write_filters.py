"""The graph stays bounded: no node per record, none per partition, no flood of signatures."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.buffer import GraphBuffer
from graph.filters import WriteFilter
from graph.keys import signature_key, split_signature_key, without_partition
from graph.model import Edge, Node, NodeRef
from graph.stores.memory import MemoryGraphStore

URN = "ds://curated/orders"


def ds(key: str) -> NodeRef:
    return NodeRef("Dataset", key)


def fs(signature: str, owner: str = URN) -> NodeRef:
    return NodeRef("FailureSignature", f"{signature}@{owner}")


@pytest.mark.parametrize(
    "suffix",
    [
        "/dt=2024-01-14",
        "/2024-01-14/",
        "/2024/01/14",
        "/year=2024/month=01/day=14",
        "/20240114",
        "/dt=2024-01-14/hour=03",
        "/2024-01-14T03:00:00Z",
        "/ds=2024-01-14/part=7/",
    ],
)
def test_a_partition_collapses_into_its_table(suffix: str) -> None:
    nodes, _ = WriteFilter().apply([Node(ds(URN + suffix), {"tier": 1})], [])
    assert nodes == [Node(ds(URN), {"tier": 1})]
    assert WriteFilter().admit(NodeRef("Column", f"{URN}{suffix}#id")) == NodeRef("Column", f"{URN}#id")
    assert WriteFilter().admit(fs("X", URN + suffix)) == fs("X")


@pytest.mark.parametrize(
    "urn", [URN, "ds://raw/2024-01-14", "urn:dp:orders:created", "ds://v2/table_2024", "ds://z/a/12"]
)
def test_a_name_that_only_looks_a_little_like_a_partition_stays(urn: str) -> None:
    assert without_partition(urn) == urn


@given(st.text(min_size=1, max_size=40))
def test_collapsing_twice_is_collapsing_once(text: str) -> None:
    once = without_partition(text)
    assert without_partition(once) == once


@given(st.text("AB:@/_", max_size=12), st.sampled_from((URN, "urn:dp:a:b", "job://x/y")))
def test_a_signature_key_comes_apart_as_it_was_put_together(signature: str, owner: str) -> None:
    assert split_signature_key(signature_key(signature, owner)) == (signature, owner)


def test_a_self_loop_made_by_collapsing_is_dropped_and_a_real_one_stays() -> None:
    made = Edge("FEEDS", ds(f"{URN}/dt=2024-01-13"), ds(f"{URN}/dt=2024-01-14"))
    real = Edge("FEEDS", ds(URN), ds(URN))
    assert WriteFilter().apply([], [made, real]) == ([], [real])


def test_an_evidence_id_never_becomes_a_node() -> None:
    write_filter = WriteFilter()
    record = ds("evd-01HQXY8MNP4QR7ST9VW2XYZ456")
    assert write_filter.apply([Node(record)], [Edge("FEEDS", record, ds(URN))]) == ([], [])
    assert write_filter.counts().refused == {"Dataset": 2}


def test_a_key_that_no_store_can_hold_is_refused_and_its_event_is_not() -> None:
    write_filter = WriteFilter()
    odd = [ds("ds://lake/" + "x" * 3_000), ds("ds://lake/\0"), ds("ds://lake/\ud800"), ds("")]
    edges = [Edge("FEEDS", each, ds(URN)) for each in odd]
    assert write_filter.apply([Node(each) for each in odd] + [Node(ds(URN))], edges) == ([Node(ds(URN))], [])
    assert write_filter.counts().refused == {"Dataset": 8}


def test_a_signature_that_names_a_record_is_bucketed() -> None:
    write_filter = WriteFilter()
    raw = fs("NULL_REF:evd-01HQXY8MNP4QR7ST9VW2XYZ456")
    nodes, edges = write_filter.apply(
        [Node(raw, {"signature": "NULL_REF:evd-01HQXY8MNP4QR7ST9VW2XYZ456", "field": "x", "count": 2})],
        [Edge("ENCOUNTERED", NodeRef("JobRun", "r"), raw)],
    )
    assert nodes == [Node(fs("OTHER:NULL_REF"), {"signature": "OTHER:NULL_REF", "count": 2})]
    assert edges[0].dst == fs("OTHER:NULL_REF")


def test_a_flood_of_signatures_leaves_a_bounded_number_of_nodes() -> None:
    write_filter, store = WriteFilter(), MemoryGraphStore()
    for number in range(2_000):
        store.upsert(*write_filter.apply([Node(fs(f"KIND{number % 100}:t{number}"))], []))
    assert store.stats().nodes == 200 + 50 + 1
    assert write_filter.counts().bucketed == {"FailureSignature": 1_800}
    assert store.get([fs("OTHER:OTHER"), fs("KIND0:t0"), fs("KIND0:t1900")]).keys() == {
        fs("OTHER:OTHER"),
        fs("KIND0:t0"),
    }


def test_data_sets_do_not_share_a_signature_budget() -> None:
    write_filter = WriteFilter(signatures_per_owner=1)
    assert [write_filter.admit(fs("A:1")), write_filter.admit(fs("A:2"))] == [fs("A:1"), fs("OTHER:A")]
    assert write_filter.admit(fs("A:2", "ds://z/other")) == fs("A:2", "ds://z/other")


def test_a_flood_of_owners_leaves_a_bounded_number_of_signatures() -> None:
    write_filter = WriteFilter(label_caps={"Dataset": 3})
    kept, _ = write_filter.apply([Node(fs("A:1", f"ds://z/t{number}")) for number in range(100)], [])
    assert len(kept) == 3
    assert write_filter.counts().refused == {"FailureSignature": 97}


def test_a_full_label_refuses_newcomers_and_knows_its_own_after_a_restart() -> None:
    store = MemoryGraphStore()
    store.upsert([Node(ds("a")), Node(ds("b")), Node(fs("A:1", "a"))], [])
    write_filter = WriteFilter.over(store, signatures_per_owner=1, label_caps={"Dataset": 2})
    admitted = [
        write_filter.admit(ref) for ref in (ds("a"), ds("b"), ds("c"), fs("A:1", "a"), fs("A:2", "a"))
    ]
    assert admitted == [ds("a"), ds("b"), None, fs("A:1", "a"), fs("OTHER:A", "a")]
    assert write_filter.counts().refused == {"Dataset": 1}


def test_a_label_that_passes_is_counted_in_the_store_and_full_it_lets_in_only_what_is_there() -> None:
    store = MemoryGraphStore()
    write_filter = WriteFilter.over(store, label_caps={"JobRun": 10})
    for number in range(100):
        nodes, _ = write_filter.apply([Node(NodeRef("JobRun", f"r{number}"))], [])
        store.upsert(nodes, [])
    assert store.stats().nodes == 10
    assert write_filter.counts().refused == {"JobRun": 90}
    assert write_filter.admit(NodeRef("JobRun", "r3")) == NodeRef("JobRun", "r3")
    store.delete([NodeRef("JobRun", "r3")])
    assert write_filter.admit(NodeRef("JobRun", "r200")) == NodeRef("JobRun", "r200")


def test_all_owners_together_have_a_cap_too_and_then_share_overflow_buckets() -> None:
    write_filter = WriteFilter(signatures=5)
    kept = {write_filter.admit(fs(f"A:{number}", f"ds://z/t{number % 3}")) for number in range(50)}
    named = {ref for ref in kept if ref is not None and not ref.key.startswith("OTHER:")}
    assert len(named) == 5
    assert kept - named == {fs("OTHER:A", f"ds://z/t{number}") for number in range(3)}


def test_what_has_left_the_graph_makes_room_again() -> None:
    write_filter = WriteFilter(signatures_per_owner=1, label_caps={"Dataset": 1})
    assert [write_filter.admit(fs("A:1")), write_filter.admit(fs("A:2"))] == [fs("A:1"), fs("OTHER:A")]
    write_filter.forget([fs("A:1"), fs("OTHER:A"), NodeRef("JobRun", "r")])
    assert write_filter.admit(fs("A:2")) == fs("A:2")


def test_each_cap_says_how_much_of_it_is_used_and_whom_it_turned_away() -> None:
    store = MemoryGraphStore()
    write_filter = WriteFilter.over(store, signatures_per_owner=2, label_caps={"Dataset": 1, "JobRun": 3})
    refs = [ds("a"), ds("b"), *(fs(f"A:{n}") for n in range(5)), NodeRef("JobRun", "r")]
    store.upsert(*write_filter.apply([Node(ref) for ref in refs], []))
    told = {use.name: use.document() for use in write_filter.caps(store.stats().nodes_by_label)}
    assert told["Dataset"] == {"label": "Dataset", "cap": 1, "used": 1, "refused": 1}
    assert told["JobRun"] == {"label": "JobRun", "cap": 3, "used": 1, "refused": 0}
    assert told["FailureSignature of one data set"] | {"label": ""} == {
        "label": "",
        "cap": 2,
        "used": 2,
        "refused": 3,
    }
    assert told["FailureSignature"]["used"] == 2
    again = WriteFilter.over(store)
    again.recall(write_filter.counts())
    assert again.counts() == write_filter.counts()


@given(
    st.permutations([ds(f"{URN}_{n}/dt=2024-01-1{n}") for n in range(5)] + [fs(f"A:{n}") for n in range(5)])
)
def test_below_the_caps_order_does_not_matter(order: list[NodeRef]) -> None:
    kept, _ = WriteFilter().apply([Node(ref) for ref in order], [])
    assert {node.ref for node in kept} == {ds(f"{URN}_{n}") for n in range(5)} | {
        fs(f"A:{n}") for n in range(5)
    }


def test_the_buffer_filters_what_it_is_given() -> None:
    store = MemoryGraphStore()
    buffer = GraphBuffer(store, write_filter=WriteFilter())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for day in range(10, 20):
        buffer.add([Node(ds(f"{URN}/dt=2024-01-{day}"), {"tier": 1})], [], now)
    assert (buffer.pending, buffer.flush(), store.stats().nodes) == (1, 1, 1)
