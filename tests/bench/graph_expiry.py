"""What is oldest leaves the graph, in the slices that retention uses, while somebody else writes."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from graph_asking import quantile
from graph_year import DAGS, START, dag_run

from graph.model import NodeRef
from graph.port import GraphStore
from graph.retention.pacing import Pace, weighed
from graph.retention.sweep import CHUNK
from graph.retention.tiers import FOLDED
from signal_factory.times import format_time

_LATER = 10_000_000
_BREATH_S = 0.002


@dataclass(frozen=True, slots=True)
class Expired:
    """Elements removed a second; how long, in milliseconds, a writer waited for its turn."""

    elements: int
    rate: float
    p99: float
    longest: float
    slice_ms: float
    is_all: bool


@dataclass(slots=True)
class _Writer:
    """Writes one DAG run after another beside the expiry, taking turns with it."""

    store: GraphStore
    turn: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)
    waits: list[float] = field(default_factory=list[float])

    def run(self) -> None:
        number = _LATER
        while not self.stop.wait(_BREATH_S):
            batch = dag_run(number, START + timedelta(days=365, seconds=number % DAGS))
            asked = time.perf_counter()
            with self.turn:
                self.waits.append((time.perf_counter() - asked) * 1_000)
                self.store.upsert(batch.nodes, batch.edges)
            number += 1

    @contextmanager
    def waiting(self) -> Generator[None]:
        """A turn in which the writer does not write."""
        with self.turn:
            yield


def expire(store: GraphStore, share: float, most_s: float) -> Expired:
    """Remove the runs of the first ``share`` of the year with their edges, for ``most_s`` seconds at most."""
    writer = _Writer(store)
    pace = Pace(writer.waiting)
    pace.ease = store.ease
    thread = threading.Thread(target=writer.run)
    began = time.perf_counter()
    store.ease()
    thread.start()
    try:
        with store.lazily():
            before = format_time(START + timedelta(days=365) * share)
            gone, is_all = _drain(store, pace, before, began + most_s)
    finally:
        writer.stop.set()
        thread.join()
    rate = gone / (time.perf_counter() - began)
    longest = max(writer.waits, default=0.0)
    return Expired(gone, rate, quantile(writer.waits, 0.99), longest, pace.longest_s * 1_000, is_all)


def _drain(store: GraphStore, pace: Pace, before: str, deadline: float) -> tuple[int, bool]:
    gone = 0
    for label in FOLDED:
        while aged := store.aged(label, before, CHUNK):
            weights: dict[NodeRef, int] = dict.fromkeys((node.ref for node in aged), 1)
            for edge in store.edges_of(weights):
                weights[edge.src if edge.src in weights else edge.dst] += 1
            for part in weighed(weights, pace):
                if time.perf_counter() > deadline:
                    return gone, False
                weight = sum(weights[ref] for ref in part)
                with pace.slice(weight):
                    store.delete(part)
                gone += weight
    return gone, True
