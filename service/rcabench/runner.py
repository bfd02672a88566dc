"""A case through the engine that ``sf replay`` runs, and how long that takes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from signal_factory.ids import content_hash
from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

from ..engine import Engine, store_for
from ..replay import TIMELESS
from .case import Case


@dataclass(frozen=True, slots=True)
class Run:
    """``seconds`` are for all of it; ``explained_s`` from the last event to every incident explained."""

    incidents: tuple[dict[str, Any], ...]
    refused: int
    seconds: float
    explained_s: float


def run(case: Case) -> Run:
    """Replay a case until somebody looks."""
    began = perf_counter()
    end = parse_time(case.until)
    engine = Engine(store_for(None))
    refused = sum(bool(engine.try_apply(envelope)) for envelope in _in_order(case, end))
    told = perf_counter()
    engine.finish(end)
    incidents = tuple(engine.incidents())
    done = perf_counter()
    return Run(incidents, refused, done - began, done - told)


def _in_order(case: Case, end: datetime) -> Iterator[Envelope]:
    """As replay takes them: by time, then by content, each content once, none after the end."""
    seen: set[str] = set()
    keyed = ((_digest(envelope), envelope) for envelope in map(_envelope, case.events))
    for digest, envelope in sorted(keyed, key=lambda each: (each[1].time, each[0])):
        if digest not in seen and envelope.time <= end:
            yield envelope
        seen.add(digest)


def _envelope(event: dict[str, Any]) -> Envelope:
    return read_line(json.dumps(event, ensure_ascii=False))


def _digest(envelope: Envelope) -> str:
    told: list[Any] = [envelope.kind, dict(envelope.body)]
    if envelope.kind in TIMELESS:
        told.append(envelope.time)
    return content_hash(told)
