"""The year replayed, measured at the end of each month."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from graph.port import GraphStore
from graph.retention.archive import Archive
from graph.retention.pacing import Pace
from graph.retention.places import place_of
from graph.retention.tiers import DAY_NODE, FOLDED, horizons

from ..engine import Engine, store_for
from ..eventlog import EventLog
from ..heap import spare_what_stays
from .memory import held_mib
from .year import DAGS, beginning, day

START = datetime(2025, 1, 1, tzinfo=UTC)
MONTH = 30
_BATCH = 500
_STEADY = 1.15
"""What has stopped growing is at the end at most so many times what it was four months earlier."""
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Point:
    """The end of a month. Sizes are MiB, times milliseconds; memory is what the process holds."""

    day: int
    events: int
    memory: float
    graph: float
    log: float
    archive: float
    nodes: int
    edges: int
    runs: int
    job_days: int
    explain: float
    worst: float
    hold: float


def replay(days: int, scratch: Path, told: Callable[[Point], None], dags: int = DAGS) -> list[Point]:
    """Replay so many days into ``scratch``; ``told`` hears of each month as it ends."""
    return _Year(scratch, dags).run(days, told)


def grown(points: Sequence[Point]) -> dict[str, float]:
    """What of memory, graph, log, elements and latency is how many times as much as four months earlier."""
    if len(points) < 5:
        return {}
    last, before = points[-1], points[-5]
    return {
        name: round(getattr(last, name) / max(getattr(before, name), 1e-9), 2)
        for name in ("memory", "graph", "log", "nodes", "edges", "explain")
    }


def document(points: Sequence[Point]) -> dict[str, Any]:
    """``{months, growth, has_stopped}``."""
    growth = grown(points)
    steady = {name: ratio <= _STEADY for name, ratio in growth.items() if name != "explain"}
    return {"months": [asdict(point) for point in points], "growth": growth, "has_stopped": steady}


class _Year:
    def __init__(self, scratch: Path, dags: int) -> None:
        self._folder, self._dags = scratch, dags
        self._graph: GraphStore = store_for(scratch)
        self._log = EventLog(scratch)
        self._engine = Engine(self._graph)
        self._archive = Archive(place_of(scratch / "archive"))
        self._events = 0
        self._explained: list[float] = []
        self._longest = 0.0

    def run(self, days: int, told: Callable[[Point], None]) -> list[Point]:
        points: list[Point] = []
        self._take(list(beginning(START, self._dags)))
        spare_what_stays()
        for number in range(days):
            self._day(number)
            if (number + 1) % MONTH == 0 or number + 1 == days:
                points.append(self._point(number + 1))
                told(points[-1])
        self._graph.close()
        self._log.close()
        return points

    def _day(self, number: int) -> None:
        midnight = START + timedelta(days=number)
        self._take(day(number, midnight, self._dags))
        evening = midnight + timedelta(hours=23)
        self._engine.advance(evening)
        self._explain()
        pace = Pace()
        ends = horizons(evening)
        self._engine.sweep(self._archive, ends, pace)
        self._longest = max(self._longest, pace.longest_s)
        self._log.save_state(self._engine.take_dirty(), self._events)
        self._log.shrink(datetime.fromisoformat(ends.archived))

    def _take(self, envelopes: list[Any]) -> None:
        for start in range(0, len(envelopes), _BATCH):
            part = envelopes[start : start + _BATCH]
            self._log.append(part, part[-1].time)
            for envelope in part:
                self._engine.apply(envelope)
            self._events += len(part)
            self._log.save_state(self._engine.take_dirty(), self._events)

    def _explain(self) -> None:
        began = perf_counter()
        self._engine.incidents()
        self._explained.append((perf_counter() - began) * 1_000)

    def _point(self, number: int) -> Point:
        stats, taken = self._graph.stats(), self._explained
        labels = stats.nodes_by_label
        point = Point(
            number, self._events, held_mib(), self._size("graph.db*"), self._size("events.db*"),
            self._archive.place.size() / _MIB, stats.nodes, stats.edges,
            sum(labels.get(label, 0) for label in FOLDED), labels.get(DAY_NODE, 0),
            round(median(taken), 1), round(max(taken), 1), round(self._longest * 1_000, 1),
        )  # fmt: skip
        self._explained, self._longest = [], 0.0
        return point

    def _size(self, pattern: str) -> float:
        return round(sum(file.stat().st_size for file in self._folder.glob(pattern)) / _MIB, 1)
