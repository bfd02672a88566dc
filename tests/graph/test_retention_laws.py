"""The same graph and moment give the same result: whatever the slices, and however often it is begun."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retention_world import NOW, InMemory, ago, archived, held, ran, swept

from graph.model import Edge, Node, NodeRef
from graph.retention.archive import Archive
from graph.retention.pacing import Pace
from graph.retention.places import Place
from graph.retention.sweep import Sweep
from graph.retention.tiers import horizons
from graph.stores.memory import MemoryGraphStore

Said: TypeAlias = tuple[list[Node], list[Edge]]
STATES = ("RUNNING", "COMPLETE", "FAIL", "ABORT")


class Killed(BaseException):
    """The process ends here."""


@st.composite
def statements(draw: st.DrawFn) -> Said:
    """Something said of one of a few runs, each of which has its day."""
    number = draw(st.integers(0, 9))
    days = (29, 31, 40, 40.02, 41, 89, 91, 95, 95.01, 120)[number]
    minute = draw(st.integers(0, 3))
    job = f"job://spark/j{number % 3}"
    return ran(f"r{number}", ago(days, minute), draw(st.sampled_from(STATES)), job)


histories = st.lists(statements(), min_size=1, max_size=12)


def store_of(said: list[Said]) -> MemoryGraphStore:
    store = MemoryGraphStore()
    for nodes, edges in said:
        store.upsert(nodes, edges)
    return store


@settings(deadline=None, max_examples=40)
@given(histories, st.integers(1, 7), st.integers(1, 5))
def test_the_size_of_slices_and_chunks_does_not_show(said: list[Said], size: int, chunk: int) -> None:
    one, two = Archive(InMemory()), Archive(InMemory())
    small, whole = store_of(said), store_of(said)
    swept(small, one, size=size, chunk=chunk)
    swept(whole, two)
    assert held(small) == held(whole)
    assert archived(one) == archived(two)


@settings(deadline=None, max_examples=40)
@given(histories)
def test_a_second_pass_does_nothing(said: list[Said]) -> None:
    one = Archive(InMemory())
    store = store_of(said)
    swept(store, one)
    after, kept = held(store), archived(one)
    outcome = swept(store, one)
    assert (outcome.folded, outcome.archived, outcome.edges) == (0, 0, 0)
    assert (held(store), archived(one)) == (after, kept)


@settings(deadline=None, max_examples=60)
@given(histories, histories, st.integers(1, 4), st.integers(1, 3))
def test_what_is_heard_of_a_folded_day_late_is_as_if_it_had_come_in_time(
    said: list[Said], late: list[Said], size: int, chunk: int
) -> None:
    one, two = Archive(InMemory()), Archive(InMemory())
    store, waiting = store_of(said), list(late)

    def interrupt() -> None:
        if waiting:
            store.upsert(*waiting.pop(0))

    swept(store, one, size=size, chunk=chunk, between=interrupt)
    for each in waiting:
        store.upsert(*each)
    swept(store, one, size=size, chunk=chunk)
    in_time = store_of([*said, *late])
    swept(in_time, two)
    assert _runs_of(one) == _runs_of(two)
    assert _without_failures(held(store)) == _without_failures(held(in_time))


def _runs_of(archive: Archive) -> object:
    return {day: archive.read("runs", day).rows() for day in archive.days("runs")}


def _without_failures(elements: list[Node | Edge]) -> list[Node | Edge]:
    """A signature that has left and comes back begins anew, which is no part of this law."""
    return [each for each in elements if "FailureSignature" not in _names(each)]


def _names(each: Node | Edge) -> set[str]:
    return {each.ref.label} if isinstance(each, Node) else {each.src.label, each.dst.label}


class _Mortal(MemoryGraphStore):
    """Dies before its n-th change."""

    left = 10**9

    def _live(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def delete(self, refs: Iterable[NodeRef]) -> int:
        self._live()
        return super().delete(refs)

    def upsert(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        self._live()
        super().upsert(nodes, edges)


class _MortalPlace(Place):
    """Dies before or after its n-th write."""

    def __init__(self, inner: Place, left: int, *, is_after: bool) -> None:
        self._inner, self._left, self._is_after, self.url = inner, left, is_after, inner.url

    def read(self, path: str) -> bytes | None:
        return self._inner.read(path)

    def write(self, path: str, data: bytes) -> None:
        self._left -= 1
        if self._left < 0 and not self._is_after:
            raise Killed
        self._inner.write(path, data)
        if self._left < 0:
            raise Killed

    def delete(self, path: str) -> None:
        self._inner.delete(path)

    def names(self, folder: str) -> list[str]:
        return self._inner.names(folder)

    def size(self) -> int:
        return self._inner.size()

    def opened(self, paths: Sequence[str]) -> tuple[Any, list[str]]:
        return self._inner.opened(paths)


def _history() -> list[Said]:
    runs = [ran(f"r{n}", ago(35 + n * 10, n), STATES[n % 4], f"job://spark/j{n % 2}") for n in range(8)]
    return [*runs, ran("r0", ago(35, 7), "FAIL", "job://spark/j0")]


@pytest.mark.parametrize("at", range(15))
def test_a_pass_killed_before_any_change_of_the_graph_loses_and_doubles_nothing(at: int) -> None:
    store, whole = _Mortal(), store_of(_history())
    one, two = Archive(InMemory()), Archive(InMemory())
    for said in _history():
        store.upsert(*said)
    store.left = at
    with pytest.raises(Killed):
        swept(store, one, size=1)
    store.left = 10**9
    swept(store, one, size=1)
    swept(whole, two)
    assert held(store) == held(whole)
    assert archived(one) == archived(two)


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("at", range(5))
def test_a_pass_killed_around_a_write_of_the_archive_loses_and_doubles_nothing(
    at: int, is_after: bool
) -> None:
    store, whole = store_of(_history()), store_of(_history())
    place, two = InMemory(), Archive(InMemory())
    one = Archive(place)
    with pytest.raises(Killed):
        Sweep(store, Archive(_MortalPlace(place, at, is_after=is_after)), horizons(NOW), Pace()).run()
    swept(store, one)
    swept(whole, two)
    assert held(store) == held(whole)
    assert archived(one) == archived(two)


def test_a_run_heard_of_again_after_it_was_archived_stays_until_the_next_pass() -> None:
    kept = Archive(InMemory())
    store = store_of([ran("r1", ago(40), "RUNNING")])
    late = ran("r1", ago(40, 3), "COMPLETE")
    said = [late]

    def interrupt() -> None:
        if said:
            store.upsert(*said.pop())

    swept(store, kept, between=interrupt)
    assert [node.ref.key for node in store.find("JobRun")] == ["r1"]
    swept(store, kept)
    (day,) = store.find("JobDay")
    assert store.find("JobRun") == []
    assert (day.props["runs"], day.props["completed"], day.props["unfinished"]) == (1, 1, 0)


def test_the_end_of_a_run_that_comes_a_month_late_is_counted_with_its_beginning() -> None:
    kept = Archive(InMemory())
    began, ended = f"{ago(41)[:10]}T23:50:00.000Z", f"{ago(40)[:10]}T00:10:00.000Z"
    store = store_of([ran("r1", began, "RUNNING")])
    swept(store, kept)
    store.upsert(*ran("r1", ended))
    swept(store, kept)
    (day,) = store.find("JobDay")
    assert (day.props["day"], day.props["runs"], day.props["completed"]) == (ago(41)[:10], 1, 1)
    assert kept.days("runs") == [ago(41)[:10]]


def test_an_old_name_of_a_table_does_not_come_back_with_a_late_event() -> None:
    kept = Archive(InMemory())
    store = store_of([ran("r1", ago(40))])
    swept(store, kept)
    old, new = NodeRef("Dataset", "ds://gold/orders"), NodeRef("Dataset", "ds://gold/new_name")
    store.merge_nodes(old, new)
    late = NodeRef("JobRun", "r1")
    store.upsert([Node(late, {"job": "job://spark/orders", "retry_count": 2}, ago(40, 5))], [])
    swept(store, kept)
    assert old not in store.get([old])


@pytest.mark.parametrize("days", [0.5, 45, 200, 365])
def test_passes_on_the_way_lead_where_one_at_the_end_leads(days: float) -> None:
    one, two = Archive(InMemory()), Archive(InMemory())
    store, whole = store_of(_history()), store_of(_history())
    end = NOW + timedelta(days=days)
    for moment in (NOW, NOW + timedelta(days=days / 3), end):
        swept(store, one, moment)
    swept(whole, two, end)
    runs = [_runs_of(archive) for archive in (one, two)]
    assert runs[0] == runs[1]
    assert _without_marks(held(store)) == _without_marks(held(whole))


def _without_marks(elements: list[Node | Edge]) -> list[tuple[object, ...]]:
    """``folded_until`` says what was folded on the way, which one pass at the end skips."""
    return [
        (each.ref, each.at, {k: v for k, v in each.props.items() if k != "folded_until"})
        if isinstance(each, Node)
        else (each.kind, each.src, each.dst, each.at, dict(each.props))
        for each in elements
    ]
