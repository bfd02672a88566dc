"""Names as ids: one id a name, in the order of names, on whatever a server orders text by."""

from hypothesis import given
from hypothesis import strategies as st

from graph.model import NodeRef
from graph.schema import LABELS
from graph.stores.gremlin_ids import edge_id, ref_of, vertex_id

EDGES_OF_UNICODE = "\x01/:a~\x7fé\ud7fb\ud7ff\ue000\ufffd\uffff\U00010000\U0010ffff"
keys = st.text(st.sampled_from(EDGES_OF_UNICODE), min_size=1, max_size=6)
refs = st.builds(NodeRef, st.sampled_from(sorted(LABELS)), keys)


@given(ref=refs)
def test_an_id_leads_back_to_its_name(ref: NodeRef) -> None:
    assert ref_of(vertex_id(ref)) == ref


@given(one=refs, two=refs)
def test_ids_order_as_names_do_by_code_point_and_in_both_encodings(one: NodeRef, two: NodeRef) -> None:
    ids = vertex_id(one), vertex_id(two)
    assert (ids[0] < ids[1]) == (one < two)
    for encoding in ("utf-8", "utf-16-be"):
        assert (ids[0].encode(encoding) < ids[1].encode(encoding)) == (one < two)


@given(one=st.tuples(refs, refs), two=st.tuples(refs, refs))
def test_edges_share_an_id_only_if_they_are_one(
    one: tuple[NodeRef, NodeRef], two: tuple[NodeRef, NodeRef]
) -> None:
    assert (edge_id("FEEDS", *one) == edge_id("FEEDS", *two)) == (one == two)


def test_a_plain_name_reads_as_itself() -> None:
    assert vertex_id(NodeRef("Dataset", "ds://gold/orders")) == "Dataset:ds://gold/orders"
