"""Each store against the in-memory one, step by step, on random histories."""

from typing import Any, ClassVar

from graph_harness import StoreCase, every_store
from graph_strategies import BUSY_KINDS, BUSY_LABELS, batches, moments, refs, specs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from graph.model import Edge, ExpandSpec, Node, NodeRef
from graph.stores.memory import MemoryGraphStore


class Machine(RuleBasedStateMachine):
    """Does the same to a store and to the reference, and compares all they can say."""

    case: ClassVar[StoreCase]

    def __init__(self) -> None:
        super().__init__()
        self.context = self.case.opened()
        self.opened = self.context.__enter__()
        self.reference = MemoryGraphStore()
        self.past: list[tuple[list[Node], list[Edge]]] = []

    def teardown(self) -> None:
        self.context.__exit__(None, None, None)

    @rule(batch=batches(6))
    def upsert(self, batch: tuple[list[Node], list[Edge]]) -> None:
        self.past.append(batch)
        self.opened.store.upsert(*batch)
        self.reference.upsert(*batch)

    @rule(data=st.data())
    def upsert_something_again(self, data: Any) -> None:
        if self.past:
            batch = data.draw(st.sampled_from(self.past))
            self.opened.store.upsert(*batch)
            self.reference.upsert(*batch)

    @rule(old=refs(("Dataset", "JobRun")), new=refs(("Dataset", "JobRun")))
    def merge(self, old: NodeRef, new: NodeRef) -> None:
        if old.label == new.label:
            self.opened.store.merge_nodes(old, new)
            self.reference.merge_nodes(old, new)

    @rule(gone=st.lists(refs(), max_size=3))
    def delete(self, gone: list[NodeRef]) -> None:
        assert self.opened.store.delete(gone) == self.reference.delete(gone)

    @rule(kind=st.sampled_from(BUSY_KINDS), data=st.data())
    def delete_edges(self, kind: str, data: Any) -> None:
        known = [(edge.kind, edge.src, edge.dst) for edge in self.reference.aged_edges(kind, "~")]
        if known:
            gone = data.draw(st.lists(st.sampled_from(known), max_size=3))
            assert self.opened.store.delete_edges(gone) == self.reference.delete_edges(gone)

    @rule(before=moments, limit=st.integers(0, 4), wanted=st.lists(refs(), max_size=3))
    def age(self, before: str, limit: int, wanted: list[NodeRef]) -> None:
        store, reference = self.opened.store, self.reference
        for label in BUSY_LABELS:
            assert store.aged(label, before, limit) == reference.aged(label, before, limit)
        for kind in BUSY_KINDS:
            assert store.aged_edges(kind, before, limit) == reference.aged_edges(kind, before, limit)
        assert store.edges_of(wanted) == reference.edges_of(wanted)

    @rule(seeds=st.lists(refs(), max_size=4), spec=specs)
    def expand(self, seeds: list[NodeRef], spec: ExpandSpec) -> None:
        got, expected = self.opened.store.expand(seeds, spec), self.reference.expand(seeds, spec)
        assert list(got.nodes.items()) == list(expected.nodes.items())
        assert list(got.depth.items()) == list(expected.depth.items())
        assert (got.edges, got.is_partial) == (expected.edges, expected.is_partial)

    @rule(wanted=st.lists(refs(), max_size=4), prefix=st.sampled_from(("", "a", "é")))
    def read(self, wanted: list[NodeRef], prefix: str) -> None:
        assert self.opened.store.get(wanted) == self.reference.get(wanted)
        assert self.opened.store.find("Dataset", prefix=prefix) == self.reference.find(
            "Dataset", prefix=prefix
        )

    @invariant()
    def holds_the_same(self) -> None:
        expected = list(self.reference.elements())
        assert list(self.opened.store.elements()) == expected
        assert self.opened.store.stats() == self.reference.stats()
        assert len(self.opened.raw.nodes()) + len(self.opened.raw.edges()) == len(expected)


@every_store("machine")
def test_a_store_and_the_reference_cannot_be_told_apart(case: StoreCase) -> None:
    few = settings(max_examples=6 if case.is_served else 20, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(type("MachineOfOneStore", (Machine,), {"case": case}), settings=few)
