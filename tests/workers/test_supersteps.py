"""A fleet of workers answers what one process answers, byte for byte."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random

import pytest
from localasker import LocalAsker

from graph.port import GraphStore
from service.engine import Engine, store_for
from service.pipeline import Memory
from service.rcabench.fleet import generate
from service.workers.supersteps import FleetPipeline
from signal_factory.ids import canonical_json, content_hash
from signal_factory.times import parse_time
from signal_factory.wire import Envelope, read_line

ROOT = Path(__file__).parents[2]
NAMES = sorted(each.name for each in (ROOT / "fixtures").glob("[0-9]*"))
CASES = [70_003, 70_011, 70_019]


def _ordered(lines: Sequence[str]) -> list[Envelope]:
    read = {content_hash([each.kind, dict(each.body), each.time]): each for each in map(read_line, lines)}
    return sorted(read.values(), key=lambda each: (each.time, content_hash([each.kind, dict(each.body)])))


@cache
def _events(name: str) -> tuple[tuple[Envelope, ...], datetime | None]:
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


def _told(engine: Engine, end: datetime | None) -> str:
    engine.finish(end)
    return canonical_json(engine.document([], 0, 0.0))


@cache
def _alone(name: str) -> str:
    events, end = _events(name)
    engine = Engine(store_for(None))
    for each in events:
        engine.apply(each)
    return _told(engine, end)


def _fleet(asker: LocalAsker, graph: GraphStore) -> Engine:
    def pipeline(store: GraphStore, memory: Memory) -> FleetPipeline:
        return FleetPipeline(store, memory, asker)

    return Engine(graph, pipeline)


def _together(name: str, chance: Random, *, again: float, restarts: float) -> str:
    events, end = _events(name)
    asker, graph = LocalAsker(chance, again=again), store_for(None)
    engine, rows = _fleet(asker, graph), dict[str, str]()
    done = 0
    while done < len(events):
        size = chance.choice((1, 3, 20, 300, 2_000))
        engine.begin(done)
        engine.apply_all(events[done : done + size])
        if chance.random() < restarts:
            # A leader dies before its work is kept: the next one asks the same again.
            engine = _fleet(asker, graph)
            engine.load(rows)
            engine.begin(done)
            engine.apply_all(events[done : done + size])
        rows |= engine.take_dirty()
        done += size
    engine.begin(done)
    return _told(engine, end)


@pytest.mark.parametrize("name", [*NAMES, *map(str, CASES)])
@pytest.mark.parametrize("seed", [1, 2])
def test_batches_of_any_size_say_what_single_events_say(name: str, seed: int) -> None:
    assert _together(name, Random(seed), again=0.1, restarts=0.0) == _alone(name)


@pytest.mark.parametrize("name", [*NAMES[:5], *map(str, CASES)])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_leader_that_takes_over_from_what_was_kept_comes_to_the_same(name: str, seed: int) -> None:
    assert _together(name, Random(seed), again=0.1, restarts=0.3) == _alone(name)
