"""One year on each store: `python tests/bench/bench_stores.py --elements 100000 sqlite neo4j`.

Writes the same history through the buffer and asks the same questions; servers are started
for it. Prints milliseconds at p50 and p95; docs/backends.md keeps the measured ones.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
STORES = ("sqlite", "neo4j", "arcadedb", "gremlin")
sys.path[:0] = [str(ROOT), str(ROOT / "sdk"), str(ROOT / "scripts")]

from graph_bench import BATCH, BLAST, explanation, measure  # noqa: E402 - the path comes first
from graph_year import START, TABLES, TREE_ROOT, job, table, year  # noqa: E402

from graph.buffer import GraphBuffer  # noqa: E402
from graph.model import ExpandSpec, Hop, NodeRef  # noqa: E402
from graph.port import GraphStore  # noqa: E402
from servers import Endpoint, running  # noqa: E402
from signal_factory.errors import BackendUnavailable  # noqa: E402

AROUND = ExpandSpec((Hop("WROTE_TO", "in"), Hop("READ_FROM", "in"), Hop("FEEDS", "out")), max_hops=1)
RUNS = ExpandSpec((Hop("EXECUTED", "out"),), max_hops=1)


@contextmanager
def opened(name: str) -> Generator[GraphStore]:
    """An empty store of that name."""
    if name == "sqlite":
        from graph.stores.sqlite import SqliteGraphStore

        with tempfile.TemporaryDirectory() as folder, closing(SqliteGraphStore(Path(folder) / "g")) as store:
            yield store
        return
    with running(name) as server, closing(_served(name, server.endpoint)) as store:
        yield store


def _served(name: str, at: Endpoint) -> GraphStore:
    from graph.stores.gremlin_open import open_gremlin
    from graph.stores.neo4j import Neo4jGraphStore
    from graph.stores.neo4j_client import BoltAddress

    if name == "gremlin":
        return open_gremlin(at.url)
    return Neo4jGraphStore(BoltAddress(at.url, at.user, at.password, at.database))


def build(store: GraphStore, elements: int) -> float:
    """Elements written a second."""
    buffer, count, began = GraphBuffer(store, max_mutations=BATCH), 0, time.perf_counter()
    for batch in year(elements):
        buffer.add(batch.nodes, batch.edges, START)
        count += len(batch.nodes) + len(batch.edges)
    buffer.flush()
    return count / (time.perf_counter() - began)


def ask(store: GraphStore, questions: int) -> None:
    """Print how long each question takes, over seeds that are the same on every store."""
    chance = random.Random(1)
    tables = [table(chance.randrange(TABLES)) for _ in range(questions)]
    jobs = [job(number % 100, 0) for number in range(questions)]
    for title, spec, seeds in (
        ("one hop around a table", AROUND, tables),
        ("latest 200 runs of a job", RUNS, jobs),
        ("five-hop explanation, 180 days", explanation(timedelta(days=180)), tables),
        ("blast radius of 10,000 nodes", BLAST, [TREE_ROOT] * max(3, questions // 10)),
    ):
        try:
            found = measure(lambda seed, spec=spec: _sizes(store, seed, spec), seeds)
        except BackendUnavailable as error:
            print(f"  {title:<32} {error}", flush=True)
            continue
        size = f"{found.nodes:g} nodes, {found.edges:g} edges"
        print(f"  {title:<32} p50 {found.p50:9.2f}   p95 {found.p95:9.2f}   ({size})", flush=True)


def _sizes(store: GraphStore, seed: NodeRef, spec: ExpandSpec) -> tuple[int, int]:
    found = store.expand([seed], spec)
    return len(found.nodes), len(found.edges)


def main() -> None:
    """Measure the stores that are named, each alone."""
    parser = argparse.ArgumentParser(description="One year on each store.")
    parser.add_argument("stores", nargs="*", help=f"of {', '.join(STORES)}; all when none is named")
    parser.add_argument("--elements", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=50)
    given = parser.parse_args()
    for name in given.stores or STORES:
        with opened(name) as store:
            rate = build(store, given.elements)
            held = store.stats()
            print(
                f"{name}: {held.nodes} nodes, {held.edges} edges, written at {rate:,.0f} a second", flush=True
            )
            ask(store, given.questions)


if __name__ == "__main__":
    main()
