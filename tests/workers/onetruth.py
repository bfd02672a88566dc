"""What one process says of a recording: the truth that workers are held to."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from service.engine import Engine, store_for
from service.entries import TIMELESS_KINDS, prepare
from service.rcabench.fleet import generate
from signal_factory.ids import canonical_json, content_hash
from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

ROOT = Path(__file__).parents[2]


def _ordered(lines: Sequence[str]) -> list[Envelope]:
    once: dict[bytes, Envelope] = {}
    for each in sorted(map(read_line, lines), key=lambda one: (one.time, _content(one))):
        once.setdefault(prepare(each).identity, each)
    return list(once.values())


def _content(envelope: Envelope) -> str:
    told = [envelope.kind, dict(envelope.body)]
    return content_hash([*told, envelope.time] if envelope.kind in TIMELESS_KINDS else told)


@cache
def events_of(name: str) -> tuple[tuple[Envelope, ...], datetime | None]:
    if name.isdecimal():
        case = generate(int(name))
        return tuple(_ordered([json.dumps(each) for each in case.events])), parse_time(case.until)
    lines = (ROOT / "fixtures" / name / "events.ndjson").read_text("utf-8").splitlines()
    return tuple(_ordered([line for line in lines if _is_readable(line)])), None


def _is_readable(line: str) -> bool:
    try:
        read_line(line)
    except ValueError:
        return False
    return True


def told(engine: Engine, end: datetime | None) -> str:
    engine.finish(end)
    return canonical_json(engine.document([], 0, 0.0))


@cache
def alone(name: str) -> str:
    events, end = events_of(name)
    engine = Engine(store_for(None))
    for each in events:
        engine.apply(each)
    return told(engine, end)
