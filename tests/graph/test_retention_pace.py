"""A writer never waits long for retention, however much there is to do."""

import gc
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retention_world import NOW, ago, archive_in, ran

from graph.model import Edge, Node, NodeRef
from graph.retention.pacing import LIMIT_S, WIDE, Pace
from graph.retention.sweep import Sweep
from graph.retention.tiers import horizons
from graph.stores.memory import MemoryGraphStore
from graph.stores.sqlite import SqliteGraphStore


class Clock:
    """Time that passes only when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def work(pace: Pace, clock: Clock, cost: float, slices: int = 40) -> list[float]:
    """How long slices take whose elements cost the same each."""
    taken: list[float] = []
    for _ in range(slices):
        size = pace.size
        with pace.slice(size):
            clock.now += size * cost
        taken.append(size * cost)
    return taken


@given(st.floats(1e-6, 0.012))
def test_slices_stay_below_the_limit_whatever_an_element_costs(cost: float) -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    assert max(work(pace, clock, cost)) < LIMIT_S
    assert pace.longest_s < LIMIT_S


def test_slices_grow_while_they_are_quick_and_shrink_when_the_store_slows_down() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    work(pace, clock, 0.0001)
    assert 90 <= pace.size <= 110
    taken = work(pace, clock, 0.001)
    assert taken[0] > LIMIT_S
    assert max(taken[2:]) < LIMIT_S
    assert 9 <= pace.size <= 10


def test_nothing_is_collected_in_a_slice_and_a_collector_that_was_off_stays_off() -> None:
    pace = Pace()
    with pace.slice(1):
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with pace.slice(1):
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_fixed_size_stays() -> None:
    clock = Clock()
    pace = Pace(clock=clock, size=7)
    work(pace, clock, 0.5)
    assert pace.size == 7


@pytest.mark.timeout(180)
def test_a_real_writer_beside_a_real_sweep_gets_its_turn_quickly(tmp_path: Path) -> None:
    """Held time is what the slice itself uses of the processor: a crowded machine is no fault of its size."""
    store = SqliteGraphStore(tmp_path / "graph.db")
    for day in range(31, 37):
        _fill(store, day)
    lock, waits, stop = threading.Lock(), list[float](), threading.Event()

    @contextmanager
    def turn() -> Generator[None]:
        with lock:
            yield

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            asked = time.perf_counter()
            with lock:
                waits.append(time.perf_counter() - asked)
                store.upsert(*ran(f"live-{number}", ago(0, number)))

    writer = threading.Thread(target=write)
    writer.start()
    pace = Pace(turn, clock=time.thread_time)
    outcome = Sweep(store, archive_in(tmp_path), horizons(NOW), pace).run()
    stop.set()
    writer.join()
    assert outcome.folded == 6 * 300
    assert pace.slices > 20
    assert pace.longest_s < LIMIT_S
    assert median(waits) < LIMIT_S
    assert len(store.find("JobRun", prefix="live-", limit=100_000)) == len(waits)
    store.close()


def test_a_node_with_very_many_edges_leaves_in_slices(tmp_path: Path) -> None:
    """By the processor's time, as above; without slices of its edges this node takes half a second."""
    store = SqliteGraphStore(tmp_path / "graph.db")
    hub = NodeRef("DAGRun", "backfill")
    runs = [NodeRef("JobRun", f"r-{number:05d}") for number in range(8_000)]
    store.upsert([Node(hub, {"dag_id": "backfill"}, ago(31))], [])
    for first in range(0, len(runs), 2_000):
        some = runs[first : first + 2_000]
        nodes = [Node(run, {"first_seen": ago(31)}, ago(31)) for run in some]
        store.upsert(nodes, [Edge("EXECUTED", hub, run, {}, ago(31)) for run in some])
    pace = Pace(clock=time.thread_time)
    outcome = Sweep(store, archive_in(tmp_path), horizons(NOW), pace, chunk=100_000).run()
    assert outcome.folded == len(runs) + 1
    assert pace.longest_s < LIMIT_S
    assert set(store.stats().nodes_by_label) == {"JobDay"}
    assert store.stats().edges == 0
    store.close()


def test_a_wide_node_that_is_heard_of_again_while_its_edges_leave_stays(tmp_path: Path) -> None:
    store = MemoryGraphStore()
    hub = NodeRef("DAGRun", "backfill")
    runs = [NodeRef("JobRun", f"r-{number:03d}") for number in range(3 * WIDE)]
    edges = [Edge("EXECUTED", hub, run, {}, ago(31)) for run in runs]
    store.upsert([Node(hub, {"dag_id": "backfill"}, ago(31))], edges)
    turns = 0

    @contextmanager
    def turn() -> Generator[None]:
        nonlocal turns
        turns += 1
        if turns == 10:
            store.upsert([Node(hub, {"status": "FAILED"}, ago(0))], [])
        yield

    archive = archive_in(tmp_path)
    Sweep(store, archive, horizons(NOW), Pace(turn, size=40)).run()
    assert store.get([hub])[hub].props == {"dag_id": "backfill", "status": "FAILED"}
    assert 0 < len(store.edges_of([hub])) < len(edges)
    (day,) = archive.days("runs")
    assert len(archive.read("runs", day).edges) == len(edges)


def _fill(store: SqliteGraphStore, day: int) -> None:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for number in range(300):
        said = ran(f"r-{day}-{number}", ago(day, number), job=f"job://spark/j{number % 60}")
        nodes += said[0]
        edges += said[1]
    store.upsert(nodes, edges)
