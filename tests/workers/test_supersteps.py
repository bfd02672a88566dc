"""A fleet of workers answers what one process answers, byte for byte."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from localasker import LocalAsker
from onetruth import alone, events_of, told

from engines.routes import Routes
from engines.standing import Known, Standing
from graph.port import GraphStore
from service.engine import Engine, store_for
from service.kept import Noted
from service.pipeline import Memory
from service.workers.remote import RemoteEngines
from service.workers.supersteps import FleetPipeline

ROOT = Path(__file__).parents[2]
NAMES = sorted(each.name for each in (ROOT / "fixtures").glob("[0-9]*"))
CASES = [70_003, 70_011, 70_019]


def _fleet(asker: LocalAsker, graph: GraphStore) -> Engine:
    def pipeline(store: GraphStore, memory: Memory) -> FleetPipeline:
        return FleetPipeline(store, memory, asker)

    return Engine(graph, pipeline)


def _together(name: str, chance: Random, *, again: float, restarts: float) -> str:
    events, end = events_of(name)
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
    return told(engine, end)


@pytest.mark.parametrize("name", [*NAMES, *map(str, CASES)])
@pytest.mark.parametrize("seed", [1, 2])
def test_batches_of_any_size_say_what_single_events_say(name: str, seed: int) -> None:
    assert _together(name, Random(seed), again=0.1, restarts=0.0) == alone(name)


@pytest.mark.parametrize("name", [*NAMES[:5], *map(str, CASES)])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_leader_that_takes_over_from_what_was_kept_comes_to_the_same(name: str, seed: int) -> None:
    assert _together(name, Random(seed), again=0.1, restarts=0.3) == alone(name)


def test_a_name_that_turned_out_to_be_another_is_dropped_from_what_is_kept() -> None:
    known = Noted[Known]()
    engines = RemoteEngines(LocalAsker(Random(1)), Routes(), known)
    known["ds://old/name"] = Known(Standing())
    known.take_changed()
    engines.rename("ds://old/name", "ds://new/name", datetime(2026, 3, 2, tzinfo=UTC))
    assert known.take_changed() == {"ds://old/name", "ds://new/name"}
    assert set(known) == {"ds://new/name"}
