"""Engines, pipelines and graphs that raise at some events and deadlines: the same ones wherever they run."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zlib import crc32

from engines.agenda import Agenda, Deadline
from engines.keyed import DatasetEngines
from engines.routes import Told
from engines.signal import Signal
from engines.state import DatasetState
from graph.coalesce import Edges, Nodes
from graph.port import GraphStore
from graph.stores.sqlite import SqliteGraphStore
from service.kept import KeptEngines
from service.pipeline import LocalPipeline, Memory, Pipeline, Step
from service.workers.host import MakeEngines
from service.workers.remote import Asker
from service.workers.supersteps import FleetPipeline
from signal_factory.wire import Envelope


class Faults:
    """Which of what raises: one in ``often`` at each of ``places``."""

    def __init__(self, places: Iterable[str], often: int, seed: int = 0) -> None:
        self._places, self._often, self._seed = frozenset(places), often, seed

    def strike(self, place: str, *about: object) -> None:
        told = " ".join([str(self._seed), place, *map(str, about)])
        if place in self._places and not crc32(told.encode()) % self._often:
            raise ArithmeticError(f"a defect at {told}")

    def engines(self, state: DatasetState, agenda: Agenda) -> DatasetEngines:
        return FaultyEngines(state, agenda, self)

    def local(self, store: GraphStore, memory: Memory) -> Pipeline:
        return FaultyLocal(store, memory, self)

    def fleet(self, asker: Asker) -> Callable[[GraphStore, Memory], Pipeline]:
        return lambda store, memory: FaultyFleet(store, memory, asker, self)

    def graph(self) -> SqliteGraphStore:
        return FaultyGraph(self)


class FaultyEngines(DatasetEngines):
    """Raises in the middle: what it was told is half folded in."""

    def __init__(self, state: DatasetState, agenda: Agenda, faults: Faults) -> None:
        super().__init__(state, agenda)
        self._faults = faults

    def observe(self, told: Told, now: datetime) -> list[Signal]:
        found = super().observe(told, now)
        self._faults.strike("observe", told.urn, type(told.fact).__name__, now)
        return found

    def fire(self, due: Deadline) -> list[Signal]:
        found = super().fire(due)
        self._faults.strike("fire", due.at, due.urn, due.what, due.about)
        return found

    def take_in(self, gone: DatasetState, now: datetime) -> list[Signal]:
        found = super().take_in(gone, now)
        self._faults.strike("take_in", gone.urn, now)
        return found


class FaultyKept(KeptEngines):
    def __init__(self, memory: Memory, make: MakeEngines) -> None:
        super().__init__(memory.states, memory.routes, memory.deadlines)
        self._made = make

    def _of(self, urn: str) -> DatasetEngines:
        return self._made(super()._of(urn).state, self._agenda)


class _Reading(Pipeline):
    """What goes on beside the engines, wherever those are."""

    faults: Faults

    def read(self, envelope: Envelope, clock: datetime | None) -> Step:
        step = super().read(envelope, clock)
        self.faults.strike("read", envelope.time, envelope.kind, sorted(map(str, envelope.body.values())))
        return step

    def hear(self, step: Step, again: Sequence[Sequence[Signal]] = ()) -> None:
        super().hear(step, again)
        self.faults.strike("hear", step.envelope.time, step.envelope.kind, step.now)

    def say(self, signals: Iterable[Signal], now: datetime) -> None:
        for each in signals:
            super().say([each], now)
            self.faults.strike("say", each.signal_id)


class FaultyLocal(_Reading, LocalPipeline):
    def __init__(self, store: GraphStore, memory: Memory, faults: Faults) -> None:
        super().__init__(store, memory)
        self.faults = faults
        self.engines = FaultyKept(memory, faults.engines)


class FaultyFleet(_Reading, FleetPipeline):
    def __init__(self, store: GraphStore, memory: Memory, asker: Asker, faults: Faults) -> None:
        super().__init__(store, memory, asker)
        self.faults = faults


class FaultyGraph(SqliteGraphStore):
    """Takes some runs of jobs only with an exception, as a driver does that cannot hold a value."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(":memory:")
        self._faults = faults

    def upsert_coalesced(self, nodes: Nodes, edges: Edges) -> None:
        for ref in nodes:
            if ref.label == "JobRun":
                self._faults.strike("write", ref.key)
        super().upsert_coalesced(nodes, edges)
