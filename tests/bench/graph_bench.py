"""What bench_graph.py measures, and how it prints it."""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from graph_by_hand import ByHand, insert_raw
from graph_year import START, TABLES, TREE_ROOT, table, year

from graph.buffer import GraphBuffer
from graph.model import ExpandSpec, Hop, NodeRef
from graph.stores.sqlite import SqliteGraphStore
from signal_factory.times import format_time

BATCH = 1_000
CAUSES = (
    *(Hop(kind, "in") for kind in ("FEEDS", "WROTE_TO", "EXECUTED", "INTRODUCED", "CAUSED", "DEPLOYED")),
    *(Hop(kind, "out") for kind in ("READ_FROM", "ENCOUNTERED")),
    Hop("INTRODUCED_DRIFT", "in"),
)
BLAST = ExpandSpec((Hop("FEEDS", "out"),), max_hops=5, max_nodes=20_000)


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of many calls, and the middle size of their answers."""

    p50: float
    p95: float
    nodes: float
    edges: float


def explanation(window: timedelta) -> ExpandSpec:
    """A bounded five-hop explanation of something seen at the end of the year."""
    until = START + timedelta(days=365, hours=1)
    return ExpandSpec(CAUSES, max_nodes=300, since=format_time(until - window), until=format_time(until))


def measure(ask: Callable[[NodeRef], tuple[int, int]], seeds: Sequence[NodeRef]) -> Timing:
    """Ask once for each seed, after a few to warm up."""
    for seed in seeds[:3]:
        ask(seed)
    spent, nodes, edges = list[float](), list[int](), list[int]()
    for seed in seeds:
        began = time.perf_counter()
        counts = ask(seed)
        spent.append((time.perf_counter() - began) * 1_000)
        nodes.append(counts[0])
        edges.append(counts[1])
    spent.sort()
    return Timing(median(spent), spent[int(len(spent) * 0.95)], median(nodes), median(edges))


def report(name: str, timing: Timing) -> None:
    """One line of the printed table."""
    size = f"{timing.nodes:.0f} nodes, {timing.edges:.0f} edges"
    print(f"{name:44s} p50 {timing.p50:8.3f} ms   p95 {timing.p95:8.3f} ms   ({size})")


def build(path: Path, elements: int) -> float:
    """Write the year through the buffer; mutations a second."""
    store = SqliteGraphStore(path)
    buffer = GraphBuffer(store, max_mutations=BATCH)
    began, mutations = time.perf_counter(), 0
    for batch in year(elements):
        mutations += len(batch.nodes) + len(batch.edges)
        buffer.add(batch.nodes, batch.edges, START)
    buffer.flush()
    rate = mutations / (time.perf_counter() - began)
    stats = store.stats()
    store.close()
    size = path.stat().st_size / (stats.nodes + stats.edges)
    print(f"{stats.nodes:,} nodes, {stats.edges:,} edges, {size:.0f} bytes of disk an element")
    return rate


def ask_both(path: Path, name: str, spec: ExpandSpec, seeds: Sequence[NodeRef]) -> None:
    """One question to the store and to hand-written SQL, and their ratio."""
    store, hand = SqliteGraphStore(path, read_only=True), ByHand(path)

    def from_store(seed: NodeRef) -> tuple[int, int]:
        subgraph = store.expand([seed], spec)
        return len(subgraph.nodes), len(subgraph.edges)

    def by_hand(seed: NodeRef) -> tuple[int, int]:
        nodes, edges = hand.expand(seed, spec)
        return len(nodes), len(edges)

    ours, theirs = measure(from_store, seeds), measure(by_hand, seeds)
    report(f"{name}: store", ours)
    report(f"{name}: hand-written SQL", theirs)
    print(f"{name}: store / hand-written = {ours.p50 / theirs.p50:.2f}")
    store.close()


def resident_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def main() -> None:
    """Build (or take up) a graph, then ask."""
    parser = argparse.ArgumentParser(description="The embedded graph at size.")
    parser.add_argument("--elements", type=int, default=300_000)
    parser.add_argument("--keep", type=Path, help="a graph file to build once and take up again")
    parser.add_argument(
        "--raw-elements", type=int, default=60_000, help="rows of the plain insert comparison"
    )
    parser.add_argument("--questions", type=int, default=200, help="how many explanations are timed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder) / "graph.db"
        run(path, Path(folder), given)


def run(path: Path, folder: Path, given: argparse.Namespace) -> None:
    """Everything that is printed."""
    if not path.exists():
        print(
            f"written: {build(path, given.elements):,.0f} mutations/s through the buffer (batches of {BATCH:,})"
        )
        print(f"memory after writing: {resident_mb():.0f} MB at its most")
    began = time.perf_counter()
    plain = insert_raw(folder / "raw.db", given.raw_elements, BATCH)
    print(f"plain batched inserts: {plain / (time.perf_counter() - began):,.0f} rows/s ({plain:,} rows)")
    began = time.perf_counter()
    ours = build(folder / "same.db", given.raw_elements)
    print(f"the store on as many: {ours:,.0f} mutations/s")
    chance = random.Random(1)
    seeds = [table(chance.randrange(TABLES)) for _ in range(given.questions)]
    for window in (timedelta(days=2), timedelta(days=14)):
        ask_both(path, f"five hops, {window.days} days", explanation(window), seeds)
    ask_both(path, "blast radius", BLAST, [TREE_ROOT] * min(9, given.questions))
    print(f"memory at the end: {resident_mb():.0f} MB at its most")
