"""Replay: the same engine on recorded events (contract §3)."""

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from signal_factory.errors import InvalidEvent
from signal_factory.ids import content_hash
from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

TIMELESS = frozenset({"dataset", "mapping", "tick"})


def replay_lines(
    lines: Iterable[str], until: datetime | str | None = None, data_dir: Path | None = None
) -> dict[str, Any]:
    """The contract's document of recorded events.

    Events are taken by ``time``, then by content; the same event twice counts once.
    ``until`` moves the clock there after the last event, and leaves later events out.

    Raises:
        InvalidEvent: ``until`` is not a time.
    """
    from .engine import Engine, store_for

    began = time.perf_counter()
    end = parse_time(until) if isinstance(until, str) else until
    envelopes, rejected = _read(lines)
    engine = Engine(store_for(data_dir))
    duplicates = 0
    seen: set[str] = set()
    for _, digest, number, envelope in sorted(envelopes, key=lambda each: each[:3]):
        if digest in seen:
            duplicates += 1
            continue
        seen.add(digest)
        if end is not None and envelope.time > end:
            continue
        reason = engine.try_apply(envelope)
        if reason:
            rejected.append({"line": number, "reason": reason})
    engine.finish(end)
    return engine.document(
        sorted(rejected, key=lambda each: each["line"]), duplicates, time.perf_counter() - began
    )


def _read(lines: Iterable[str]) -> tuple[list[tuple[datetime, str, int, Envelope]], list[dict[str, Any]]]:
    envelopes: list[tuple[datetime, str, int, Envelope]] = []
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
