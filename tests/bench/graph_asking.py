"""The questions that the graph benchmark asks each store, and how it times them."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from graph_year import START, TABLES, TREE_ROOT, job, table

from graph.model import ExpandSpec, Hop, NodeRef
from graph.port import GraphStore
from signal_factory.times import format_time

CAUSES = (
    *(Hop(kind, "in") for kind in ("FEEDS", "WROTE_TO", "EXECUTED", "INTRODUCED", "CAUSED", "DEPLOYED")),
    *(Hop(kind, "out") for kind in ("READ_FROM", "ENCOUNTERED")),
    Hop("INTRODUCED_DRIFT", "in"),
)
BLAST = ExpandSpec((Hop("FEEDS", "out"),), max_hops=5, max_nodes=20_000)
AROUND = ExpandSpec((Hop("WROTE_TO", "in"), Hop("READ_FROM", "in"), Hop("FEEDS", "out")), max_hops=1)
RUNS = ExpandSpec((Hop("EXECUTED", "out"),), max_hops=1)


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of many calls, by the clock and by our process's processor time; the middle size of answers."""

    p50: float
    p95: float
    used_p50: float
    used_p95: float
    nodes: float = 0
    edges: float = 0


def explanation(window: timedelta) -> ExpandSpec:
    """A bounded five-hop explanation of something seen at the end of the year."""
    until = START + timedelta(days=365, hours=1)
    return ExpandSpec(CAUSES, max_nodes=300, since=format_time(until - window), until=format_time(until))


def questions(count: int) -> Iterator[tuple[str, ExpandSpec, list[NodeRef]]]:
    """Title, what is asked and of whom; the same on every store."""
    chance = random.Random(1)
    tables = [table(chance.randrange(TABLES)) for _ in range(count)]
    yield "one hop around a table", AROUND, tables
    yield "latest 200 runs of a job", RUNS, [job(number % 100, 0) for number in range(count)]
    yield "five-hop explanation", explanation(timedelta(days=14)), tables
    yield "blast radius", BLAST, [TREE_ROOT] * max(9, count // 10)


def ask(store: GraphStore, spec: ExpandSpec, seeds: Sequence[NodeRef]) -> Timing:
    """How long the store takes over ``expand``."""

    def sizes(seed: NodeRef) -> tuple[int, int]:
        found = store.expand([seed], spec)
        return len(found.nodes), len(found.edges)

    return measure(sizes, seeds)


def measure(ask: Callable[[NodeRef], tuple[int, int]], seeds: Sequence[NodeRef]) -> Timing:
    """Ask once for each seed, after a few to warm up."""
    for seed in seeds[:3]:
        ask(seed)
    clock, sizes = Stopwatch(), list[tuple[int, int]]()
    for seed in seeds:
        with clock:
            sizes.append(ask(seed))
    return clock.timing(median(size[0] for size in sizes), median(size[1] for size in sizes))


class Stopwatch:
    """Times what is done inside it, again and again."""

    def __init__(self) -> None:
        self._spent, self._used = list[float](), list[float]()
        self._began = (0.0, 0.0)

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self._spent.append((time.perf_counter() - self._began[0]) * 1_000)
        self._used.append((time.process_time() - self._began[1]) * 1_000)

    def timing(self, nodes: float = 0, edges: float = 0) -> Timing:
        """Of all that was timed."""
        spent, used = self._spent, self._used
        return Timing(median(spent), quantile(spent, 0.95), median(used), quantile(used, 0.95), nodes, edges)


def quantile(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of them do not exceed; 0 without any."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0
