"""Small histories for tests of retention: runs of few jobs on few days, and what was said of them."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graph.model import Edge, Node, NodeRef
from graph.port import GraphStore
from graph.retention.archive import PARTS, Archive
from graph.retention.pacing import Pace
from graph.retention.places import Place, place_of
from graph.retention.sweep import Outcome, Sweep
from graph.retention.tiers import horizons
from signal_factory.times import format_time

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TABLE, SOURCE = NodeRef("Dataset", "ds://gold/orders"), NodeRef("Dataset", "ds://raw/orders")
JOB = NodeRef("Job", "job://spark/orders")


def ago(days: float, minutes: int = 0) -> str:
    """A moment before ``NOW``, as text."""
    return format_time(NOW - timedelta(days=days) + timedelta(minutes=minutes))


class InMemory(Place):
    """Files in a dict, for laws that are tried many times."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.url = "memory"

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, data: bytes) -> None:
        self.files[path] = data

    def delete(self, path: str) -> None:
        self.files.pop(path, None)

    def names(self, folder: str) -> list[str]:
        inside = (path.removeprefix(f"{folder}/") for path in self.files if path.startswith(f"{folder}/"))
        return sorted({path.partition("/")[0] for path in inside})

    def size(self) -> int:
        return sum(map(len, self.files.values()))

    def opened(self, paths: Sequence[str]) -> tuple[Any, list[str]]:
        raise NotADirectoryError(paths[0])


def archive_in(folder: Path) -> Archive:
    """An archive in a folder of its own."""
    return Archive(place_of(folder / "archive"))


def ran(run_id: str, at: str, status: str = "COMPLETE", job: str = JOB.key) -> tuple[list[Node], list[Edge]]:
    """A run that read one table and wrote another; one that failed met a signature."""
    run, owner = NodeRef("JobRun", run_id), NodeRef("Job", job)
    seen = {"first_seen": at, "last_seen": at}
    props = {"job": job, "status": status, "started_at": at, **seen}
    nodes = [Node(run, props | ({"ended_at": at} if status != "RUNNING" else {}), at)]
    nodes += [Node(TABLE, seen, at), Node(SOURCE, seen, at), Node(owner, seen, at)]
    edges = [Edge("EXECUTED", owner, run, seen, at), Edge("READ_FROM", run, SOURCE, seen, at)]
    if status == "COMPLETE":
        edges.append(Edge("WROTE_TO", run, TABLE, {**seen, "commit_at": at, "timestamp": at, "rows": 10}, at))
    if status == "FAIL":
        bucket = NodeRef("FailureSignature", f"OOM:executor@{job}")
        nodes.append(Node(bucket, {"signature": "OOM:executor", **seen}, at))
        edges.append(Edge("ENCOUNTERED", run, bucket, {**seen, "count": 1}, at))
    return nodes, edges


def swept(
    store: GraphStore, archive: Archive, now: datetime = NOW, *, size: int = 0, chunk: int = 2_000,
    between: Callable[[], None] | None = None,
) -> Outcome:  # fmt: skip
    """One pass; ``between`` runs before each slice, as a writer might."""

    @contextmanager
    def turn() -> Generator[None]:
        if between is not None:
            between()
        yield

    return Sweep(store, archive, horizons(now), Pace(turn, size=size), chunk=chunk).run()


def held(store: GraphStore) -> list[Node | Edge]:
    """All that a store holds."""
    return list(store.elements())


def archived(archive: Archive) -> dict[tuple[str, str], list[dict[str, str]]]:
    """All rows of the archive, by part and day."""
    return {(part, day): archive.read(part, day).rows() for part in PARTS for day in archive.days(part)}


def labels(elements: Sequence[Node | Edge]) -> list[str]:
    """The labels of the nodes among them."""
    return sorted({each.ref.label for each in elements if isinstance(each, Node)})
