"""A year of runs on each graph store: `make bench-graph [STORES="sqlite neo4j"] [ELEMENTS=3000000]`.

Writes the same history through the buffer, asks the same questions, has the engine report
on an incident, and lets the oldest tenth expire beside a writer; on SQLite hand-written SQL
over the same tables is asked as well. Each store is measured in a process of its own, so
that its memory is its own. One table at the end; docs/backends.md keeps the measured ones.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "sdk"), str(ROOT / "scripts")]

from graph_asking import Timing, ask, measure, questions  # noqa: E402 - the path comes first
from graph_by_hand import ByHand  # noqa: E402
from graph_expiry import Expired, expire  # noqa: E402
from graph_incident import report  # noqa: E402
from graph_places import STORES, Place, opened, own_mb  # noqa: E402
from graph_year import START, year  # noqa: E402

from graph.buffer import GraphBuffer  # noqa: E402
from graph.port import GraphStore  # noqa: E402
from signal_factory.errors import BackendUnavailable  # noqa: E402

Column: TypeAlias = dict[str, str]
"""What was measured of one store, by the title of its row."""
ELEMENTS = 300_000
_BATCHES = {"sqlite": 1_000}
_BATCH = 2_000
_A_HEAP_GB = 400_000
_SHARE = 0.1
_BY_HAND = ("five-hop explanation", "blast radius")


def build(store: GraphStore, elements: int, batch: int) -> float:
    """Elements written a second."""
    buffer, count, began = GraphBuffer(store, max_mutations=batch), 0, time.perf_counter()
    for said in year(elements):
        buffer.add(said.nodes, said.edges, START)
        count += len(said.nodes) + len(said.edges)
    buffer.flush()
    return count / (time.perf_counter() - began)


def measured(name: str, given: argparse.Namespace) -> Column:
    """Everything about one store."""
    heap = given.heap or f"{max(1, math.ceil(given.elements / _A_HEAP_GB))}g"
    with opened(name, heap) as place:
        rate = build(place.store, given.elements, _BATCHES.get(name, _BATCH))
        held = place.store.stats()
        told: Column = {
            "nodes, edges": f"{held.nodes:,}, {held.edges:,}",
            "written, elements/s": f"{rate:,.0f}",
        }
        told["disk, MB"] = f"{place.disk_mb():,.0f}"
        told |= _asked(place, given.questions) | _reported(place.store, given.questions)
        told |= _expired(expire(place.store, _SHARE, given.expiry_s))
        told["memory at its most, MB"] = f"{own_mb():,.0f}"
        told |= _compared(place.file, place.store, given.questions) if place.file else {}
        return told | ({"the server's, MB": f"{place.server_mb():,.0f}"} if place.pid else {})


def _asked(place: Place, count: int) -> Column:
    told: Column = {}
    for title, spec, seeds in questions(count):
        try:
            ours = ask(place.store, spec, seeds)
        except BackendUnavailable as error:
            told[f"{title}, ms"] = f"refused: {error}"
            continue
        told[f"{title}, ms"] = _shown(ours)
        told[f"{title}, our processor ms"] = _used(ours)
        told[f"{title}, size"] = f"{ours.nodes:g} nodes, {ours.edges:g} edges"
    return told


def _compared(path: Path, store: GraphStore, count: int) -> Column:
    """The store beside hand-written SQL, both in this process, one right after the other."""
    told: Column = {}
    for title, spec, seeds in questions(count):
        if title in _BY_HAND:
            hand = ByHand(path)
            theirs = measure(lambda seed, by=hand, of=spec: by.sizes(seed, of), seeds)
            hand.close()
            told[f"{title}, times hand-written SQL"] = f"{ask(store, spec, seeds).p50 / theirs.p50:.2f}"
    return told


def _reported(store: GraphStore, count: int) -> Column:
    found = report(store, max(3, count // 2))
    return {
        "incident report, ms": _shown(found.timing),
        "incident report, our processor ms": _used(found.timing),
        "incident report": f"{found.cause}, {found.walks:g} expansions of up to {found.largest:,} nodes, "
        f"{found.timing.nodes:g} at risk",
    }


def _expired(done: Expired) -> Column:
    part = "" if done.is_all else " (not all of the tenth: time was up)"
    return {
        "expired, elements/s": f"{done.rate:,.0f}",
        "expired": f"{done.elements:,}{part}",
        "writer waited, ms p99 / longest": f"{done.p99:.1f} / {done.longest:.1f}",
        "longest slice of expiry, ms": f"{done.slice_ms:.1f}",
    }


def _used(timing: Timing) -> str:
    return f"{timing.used_p50:.1f} / {timing.used_p95:.1f}"


def _shown(timing: Timing) -> str:
    return f"{timing.p50:.1f} / {timing.p95:.1f}"


def _apart(name: str, given: argparse.Namespace) -> Column:
    """The column of one store, from a process of its own."""
    options = ("elements", "questions", "heap", "expiry_s")
    said = [f"--{one.replace('_', '-')}={getattr(given, one)}" for one in options]
    command = [sys.executable, __file__, "--alone", name, *said]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    column: Column = json.loads(done.stdout)
    return column


def _print(columns: dict[str, Column]) -> None:
    titles = list(dict.fromkeys(title for column in columns.values() for title in column))
    print("| p50 / p95 |", " | ".join(columns), "|")
    print("| --- |", " | ".join("---" for _ in columns), "|")
    for title in titles:
        print(f"| {title} |", " | ".join(column.get(title, "") for column in columns.values()), "|")


def main() -> None:
    """Measure the stores that are named, one after the other, and print one table."""
    parser = argparse.ArgumentParser(description="A year of runs on each graph store.")
    parser.add_argument("stores", nargs="*", help=f"of {', '.join(STORES)}; all when none is named")
    parser.add_argument("--elements", type=int, default=ELEMENTS)
    parser.add_argument("--questions", type=int, default=100, help="how often each is asked")
    parser.add_argument("--heap", default="", help="Java heap of a server; by the elements when not given")
    parser.add_argument("--expiry-s", type=float, default=120.0, help="the longest that expiry may take")
    parser.add_argument("--alone", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        print(json.dumps(measured(given.alone, given)))
        return
    if unknown := set(given.stores) - set(STORES):
        parser.error(f"no such store: {', '.join(sorted(unknown))}")
    columns: dict[str, Column] = {}
    for name in given.stores or STORES:
        columns[name] = _apart(name, given)
        print(f"{name}: {columns[name]}", file=sys.stderr, flush=True)
    _print(columns)


if __name__ == "__main__":
    main()
