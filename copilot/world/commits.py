"""Which writes of a table are commits of it, by its writer's own standard (docs/decisions/0007)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from graph.model import Edge
from signal_factory.times import parse_time

from .views import CommitView, RunView

_OWN = 2
"""The strength of a write that tells of a commit itself."""
_FAILED = ("FAIL", "ABORT")
_MOST_AHEAD = timedelta(days=2)


class Write(NamedTuple):
    """What a run told of a table it wrote; ``strength`` says how surely, 0 to 2, new data came."""

    at: datetime
    run_id: str
    watermark: str
    rows: int | None
    strength: int
    job: str


def write_of(edge: Edge, job: str) -> Write | None:
    """The write that a ``WROTE_TO`` edge from a run tells of; None where nothing was committed."""
    stamp = edge.props.get("timestamp")
    if not isinstance(stamp, str):
        return None
    marks, rows, strength = edge.props.get("source"), edge.props.get("rows"), edge.props.get("count")
    mark = max((m for m in marks if m[:1].isdigit()), default="") if isinstance(marks, tuple) else ""
    return Write(
        parse_time(stamp), edge.src.key, mark, rows if isinstance(rows, int) else None,
        strength if isinstance(strength, int) else 0, job,
    )  # fmt: skip


def effective(writes: Iterable[Write], is_void: Callable[[Write], bool]) -> list[CommitView]:
    """The writes that count, in order of time; ``is_void`` is asked of those that are no sure commit."""
    found: list[CommitView] = []
    best: dict[str, int] = {}
    reached = ""
    for write in sorted(writes, key=lambda each: (each.at, each.run_id)):
        usual = max(best.get(write.job, 0), best.get("", 0))
        best[write.job] = max(usual, write.strength)
        if write.strength < usual or (write.strength < _OWN and is_void(write)):
            continue
        absurd = _is_ahead(write)
        advances = not absurd and (not write.watermark or write.watermark > reached)
        found.append(
            CommitView(write.at, write.run_id, write.watermark, write.rows, write.strength, advances)
        )
        reached = reached if absurd else max(reached, write.watermark)
    return found


def _is_ahead(write: Write) -> bool:
    """Whether its watermark lies days ahead: a slip that no later update could advance beyond."""
    return write.watermark[:10] > (write.at + _MOST_AHEAD).date().isoformat()


def came_to_nothing(write: Write, run: RunView, runs: Sequence[RunView]) -> bool:
    """A failed run, or a bare completion of a job some of whose ``runs`` say when they start."""
    if run.status in _FAILED:
        return True
    return write.strength == 0 and not run.was_followed and any(each.was_followed for each in runs)
