"""Merging is commutative, associative and idempotent: order and duplicates cannot matter."""

from graph_strategies import edges, moments, nodes
from hypothesis import given
from hypothesis import strategies as st

from graph.merge import merge_edge, merge_node
from graph.model import Edge, Node, NodeRef
from graph.normalise import normalise_edge, normalise_node
from graph.schema import EDGE_KINDS, LABELS

SUBJECTS = [
    NodeRef(label, "k") for label in ("Dataset", "JobRun", "FailureSignature", "Deployment", "Signal")
]
T1, T2, T3 = (f"2026-01-0{day}T00:00:00.000Z" for day in (1, 2, 3))

said_of_one_node = st.sampled_from(SUBJECTS).flatmap(
    lambda ref: st.tuples(*[nodes(ref).map(normalise_node) for _ in range(3)])
)


def same_edge(edge: Edge) -> Edge:
    return Edge("FEEDS", NodeRef("Dataset", "a"), NodeRef("Dataset", "b"), edge.props, edge.at)


said_of_one_edge = st.tuples(*[edges("FEEDS").map(same_edge).map(normalise_edge) for _ in range(3)])


@given(said_of_one_node)
def test_node_merging_is_lawful(said: tuple[Node, Node, Node]) -> None:
    a, b, c = said
    assert merge_node(a, b) == merge_node(b, a)
    assert merge_node(merge_node(a, b), c) == merge_node(a, merge_node(b, c))
    assert merge_node(a, a) == a
    assert merge_node(merge_node(a, b), b) == merge_node(a, b)


@given(said_of_one_edge)
def test_edge_merging_is_lawful(said: tuple[Edge, Edge, Edge]) -> None:
    a, b, c = said
    assert merge_edge(a, b) == merge_edge(b, a)
    assert merge_edge(merge_edge(a, b), c) == merge_edge(a, merge_edge(b, c))
    assert merge_edge(a, a) == a


@given(said_of_one_node)
def test_what_was_merged_is_canonical_and_can_be_merged_on_without_loss(
    said: tuple[Node, Node, Node],
) -> None:
    merged = merge_node(merge_node(*said[:2]), said[2])
    assert normalise_node(merged) == merged
    assert merge_node(merged, said[1]) == merged


@given(nodes(), moments)
def test_normalising_twice_changes_nothing(node: Node, at: str) -> None:
    once = normalise_node(Node(node.ref, node.props, node.at, dict.fromkeys(node.props, at)))
    assert normalise_node(once) == once


def merged(ref: NodeRef, *said: Node) -> Node:
    result = normalise_node(Node(ref))
    for one in said:
        result = merge_node(result, normalise_node(one))
    return result


def test_latest_wins_by_event_time_and_ties_go_to_the_greater_value() -> None:
    ref = SUBJECTS[0]
    told = merged(
        ref, Node(ref, {"name": "b"}, T2), Node(ref, {"name": "z"}, T1), Node(ref, {"name": "a"}, T2)
    )
    assert told == Node(ref, {"name": "b"}, T2)


def test_a_status_is_ranked_not_dated() -> None:
    ref = SUBJECTS[1]
    said = [
        Node(ref, {"status": status}, at) for status, at in (("FAIL", T1), ("RUNNING", T3), ("COMPLETE", T2))
    ]
    assert merged(ref, *said).props["status"] == "FAIL"
    assert merged(ref, *said[1:]).props["status"] == "COMPLETE"


def test_the_first_evidence_belongs_to_the_smallest_first_seen() -> None:
    ref = SUBJECTS[2]
    early = Node(ref, {"first_seen": T1, "first_evidence": "evd-9"}, T3)
    late = Node(ref, {"first_seen": T2, "first_evidence": "evd-1"}, T2)
    assert merged(ref, late, early).props["first_evidence"] == "evd-9"
    assert merged(ref, early, late, Node(ref, {"first_evidence": "evd-0"})).props["first_evidence"] == "evd-9"


def test_a_capped_set_keeps_the_smallest_and_says_so() -> None:
    ref = SUBJECTS[2]
    ids = [f"evd-{n:02d}" for n in range(12)]
    small = merged(ref, Node(ref, {"evidence": tuple(ids[:10])}))
    assert "evidence_capped" not in small.props
    told = merged(ref, *[Node(ref, {"evidence": (one,)}) for one in reversed(ids)])
    assert told.props == {"evidence": tuple(ids[:10]), "evidence_capped": True}


def test_a_time_with_an_offset_becomes_fixed_width_utc() -> None:
    ref = SUBJECTS[0]
    node = normalise_node(Node(ref, {"first_seen": "2026-01-02T01:00:00+01:00"}, "2026-01-02T00:00:00Z"))
    assert (node.props["first_seen"], node.at) == (T2, T2)


def test_every_edge_kind_joins_declared_labels_and_every_pairing_is_declared() -> None:
    for kind in EDGE_KINDS.values():
        assert {end for pair in kind.ends for end in pair} <= set(LABELS)
    for owner in (*LABELS.values(), *EDGE_KINDS.values()):
        for rule in owner.properties.values():
            assert (rule.rule == "at_min") == bool(rule.beside)
            assert not rule.beside or owner.properties[rule.beside].type == "time"
            assert (rule.rule == "rank") == bool(rule.order)
            assert rule.rule != "union" or (rule.type == "strs" and rule.cap > 0)
