"""A writer never waits long for retention, however much there is to do."""

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

from graph.model import Edge, Node
from graph.retention.pacing import LIMIT_S, Pace
from graph.retention.sweep import Sweep
from graph.retention.tiers import horizons
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


def _fill(store: SqliteGraphStore, day: int) -> None:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for number in range(300):
        said = ran(f"r-{day}-{number}", ago(day, number), job=f"job://spark/j{number % 60}")
        nodes += said[0]
        edges += said[1]
    store.upsert(nodes, edges)
