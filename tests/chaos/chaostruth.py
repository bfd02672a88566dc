"""What was kept, beside what one process says of the events that are in the log."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from graph.port import GraphStore
from service.engine import Engine, store_for
from service.entries import prepare
from service.eventlog import EventLog
from service.pipeline import LocalPipeline, Memory, Pipeline
from service.workers.messages import Question
from service.workers.supersteps import FleetPipeline
from signal_factory.ids import canonical_json
from signal_factory.wire import Envelope


class _Nobody:
    """Nobody to ask: what is shown must be in the saved state."""

    def ask(self, questions: Sequence[Question]) -> dict[str, object]:
        raise AssertionError(f"{len(questions)} questions were left")


def _fleet(store: GraphStore, memory: Memory) -> Pipeline:
    return FleetPipeline(store, memory, _Nobody())  # type: ignore[arg-type]


def logged(log: EventLog) -> list[Envelope]:
    """All events of the log, in their order."""
    found: list[Envelope] = []
    while page := log.read_from(len(found), 5_000):
        found += [each.envelope for each in page]
    return found


def lost(acknowledged: Sequence[Envelope], events: Sequence[Envelope]) -> int:
    """How many acknowledged events are not in the log."""
    there = {prepare(each).identity for each in events}
    return sum(prepare(each).identity not in there for each in acknowledged)


def told_of(events: Sequence[Envelope], engine: Engine) -> tuple[str, str]:
    """What one process says of these events at the moment where ``engine`` stands, and what ``engine`` says."""
    alone = Engine(store_for(None))
    for each in events:
        alone.apply(each)
    end = max(filter(None, (alone.now, engine.now)))
    return _told(alone, end), _told(engine, end)


def kept(state_url: str, data_dir: Path, graph: GraphStore, *, by_fleet: bool) -> tuple[str, str]:
    """What one process says of the log, and what the saved state and the graph say. Nobody else may write."""
    with closing(EventLog(data_dir, state_url=state_url, read_only=True)) as log:
        saved, events = log.load_state(), logged(log)
        assert saved.offset == len(events)
        engine = Engine(graph, _fleet if by_fleet else LocalPipeline)
        engine.load(saved.rows)
        return told_of(events, engine)


def _told(engine: Engine, end: object) -> str:
    engine.finish(end)  # type: ignore[arg-type]
    return canonical_json(engine.document([], 0, 0.0))
