"""Replay: the same engine on recorded events (contract §3)."""

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from signal_factory.errors import InvalidEvent
from signal_factory.ids import content_hash
from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

if TYPE_CHECKING:
    from graph.port import GraphStore

    from .engine import Engine

_Read: TypeAlias = tuple[datetime, str, int, Envelope]
TIMELESS = frozenset({"dataset", "mapping", "tick"})


def replay_lines(
    lines: Iterable[str],
    until: datetime | str | None = None,
    data_dir: Path | None = None,
    graph: "GraphStore | None" = None,
) -> dict[str, Any]:
    """The contract's document of recorded events.

    Events are taken by ``time``, then by content; the same event twice counts once.
    ``until`` moves the clock there after the last event, and leaves later events out.

    With ``data_dir`` the events are taken into it, after what it holds already. The graph is
    made in ``graph`` where one is given, and otherwise in memory or in ``data_dir``.

    Raises:
        InvalidEvent: ``until`` is not a time.
        BackendUnavailable: ``data_dir`` is in use, or cannot be written.
    """
    began = time.perf_counter()
    end = parse_time(until) if isinstance(until, str) else until
    read, rejected = _read(lines)
    events, duplicates = _once(read, end)
    if data_dir is None:
        engine = _in_memory(events, end, rejected, graph)
        return _document(engine, rejected, duplicates, began)
    from .kept_replay import kept_replay

    with kept_replay(data_dir, events, end, graph) as kept:
        rejected += [{"line": line, "reason": reason} for line, reason in kept.refused]
        return _document(kept.engine, rejected, duplicates + kept.known, began)


def _once(read: list[_Read], end: datetime | None) -> tuple[list[tuple[int, Envelope]], int]:
    """The events up to ``end`` with their lines, by time and content, each once; and how many came again."""
    seen: dict[str, tuple[int, Envelope]] = {}
    for _, digest, number, envelope in sorted(read, key=lambda each: each[:3]):
        seen.setdefault(digest, (number, envelope))
    events = [each for each in seen.values() if end is None or each[1].time <= end]
    return events, len(read) - len(seen)


def _in_memory(
    events: list[tuple[int, Envelope]],
    end: datetime | None,
    rejected: list[dict[str, Any]],
    graph: "GraphStore | None",
) -> "Engine":
    from .engine import Engine, store_for

    engine = Engine(store_for(None) if graph is None else graph)
    for number, envelope in events:
        reason = engine.try_apply(envelope)
        if reason:
            rejected.append({"line": number, "reason": reason})
    engine.finish(end)
    return engine


def _document(
    engine: "Engine", rejected: list[dict[str, Any]], duplicates: int, began: float
) -> dict[str, Any]:
    by_line = sorted(rejected, key=lambda each: each["line"])
    return engine.document(by_line, duplicates, time.perf_counter() - began)


def _read(lines: Iterable[str]) -> tuple[list[_Read], list[dict[str, Any]]]:
    envelopes: list[_Read] = []
    rejected: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            line.encode("utf-8")
            envelope = read_line(line)
        except UnicodeEncodeError:
            rejected.append({"line": number, "reason": "not UTF-8"})
        except InvalidEvent as error:
            rejected.append({"line": number, "reason": str(error)})
        else:
            told: list[Any] = [envelope.kind, dict(envelope.body)]
            if envelope.kind in TIMELESS:
                told.append(envelope.time)
            envelopes.append((envelope.time, content_hash(told), number, envelope))
    return envelopes, rejected


def render_text(document: dict[str, Any]) -> str:
    """The document for people."""
    from copilot.render import replay_text

    return replay_text(document)
