"""The engine's state as rows of JSON: what changed goes out, and all of it comes back.

Rows are keyed ``<kind>/<name>``: small, and one for each thing that changes on its own,
so that saving costs what has happened and not what is known.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from copilot.assembly import Settled
from copilot.episodes import Episode
from engines.agenda import Deadline
from engines.standing import Known
from engines.state import DatasetState
from ingest.identity import Book, Identity
from ingest.identity import Known as Name
from signal_factory.ids import canonical_json

from .kept import KeptEngines, Noted
from .pipeline import Clock, LocalPipeline, Memory, Pipeline
from .shapes import text_of, value_of


def rows_of(pipeline: Pipeline, events: int) -> dict[str, str]:
    """Rows that changed since the last call; "" means deleted."""
    memory = pipeline.memory
    rows = {"clock": canonical_json(events), "time": text_of(Clock, memory.clock)}
    rows |= _state_rows(pipeline) if isinstance(pipeline, LocalPipeline) else _known_rows(memory.known)
    rows |= _ledger_rows(pipeline)
    rows |= _name_rows(pipeline)
    for kind, values in _plain(memory).items():
        rows |= _plain_rows(kind, values)
    return rows


class Judging(Protocol):
    """Names and the engines of all data sets, without graph or incidents."""

    memory: Memory
    engines: KeptEngines
    identity: Identity
    saved_rules: str


def judged_rows(judging: Judging) -> dict[str, str]:
    """Rows of the clock, names, routes and engines that changed since the last call."""
    routes = judging.memory.routes
    rows = {"time": text_of(Clock, judging.memory.clock)} | _state_rows(judging) | _name_rows(judging)
    return rows | _plain_rows("writes", routes.writes) | _plain_rows("run", routes.jobs_of_runs)


def restored(rows: Mapping[str, str]) -> tuple[int, Memory]:
    """How many events had been applied, and the memory that the rows hold."""
    memory = Memory()
    if "time" in rows:
        memory.clock = value_of(Clock, rows["time"])
    if "book" in rows:
        names = memory.book.names
        memory.book = value_of(Book, rows["book"])
        memory.book.names = names
    for key in sorted(rows):
        kind, _, name = key.partition("/")
        if rows[key]:
            _take(memory, kind, name, rows[key])
    _in_order(memory)
    return int(read_json(rows.get("clock", "0"))), memory


def read_json(text: str) -> Any:
    """What a row holds, as plain values."""
    return json.loads(text)


def _take(memory: Memory, kind: str, name: str, text: str) -> None:
    ledger, plain = memory.ledger, _plain(memory)
    if kind in plain:
        plain[kind][name] = read_json(text)
    match kind:
        case "state":
            memory.states[name] = value_of(DatasetState, text)
        case "known":
            memory.known[name] = value_of(Known, text)
        case "due":
            memory.deadlines += value_of(list[Deadline], text)
        case "episode":
            ledger.episodes[name] = value_of(Episode, text)
        case "signal":
            ledger.signals[name] = read_json(text)
        case "settled":
            ledger.settled[name] = value_of(Settled, text)
        case "name":
            memory.book.names[name] = value_of(Name, text)
        case _:
            pass


def _plain(memory: Memory) -> dict[str, dict[str, Any]]:
    """What is kept as plain values, by the kind of its rows."""
    routes, senders = memory.routes, memory.senders
    return {
        "tally": memory.tallies, "writes": routes.writes, "run": routes.jobs_of_runs,
        "heard": senders.heard, "ties": senders.ties, "written": senders.written,
        "running": senders.running,
    }  # fmt: skip


def _in_order(memory: Memory) -> None:
    """Bounded collections forget their oldest first, which is the one that came first."""
    ledger = memory.ledger
    signals = sorted(ledger.signals.items(), key=lambda each: (each[1]["timestamp"], each[0]))
    ledger.signals = dict(signals)
    ledger.episodes = dict(sorted(ledger.episodes.items(), key=lambda each: (each[1].opened_at, each[0])))
    for noted in _noted(memory):
        noted.take_changed()


def _noted(memory: Memory) -> list[Noted[Any]]:
    kept = [*_plain(memory).values(), memory.book.names, memory.known]
    return [each for each in kept if isinstance(each, Noted)]


def _state_rows(pipeline: LocalPipeline | Judging) -> dict[str, str]:
    touched, states = pipeline.engines.touched, pipeline.memory.states
    deadlines = pipeline.engines.deadlines() if touched else {}
    rows: dict[str, str] = {}
    for urn in touched:
        rows[f"state/{urn}"] = text_of(DatasetState, states[urn]) if urn in states else ""
        rows[f"due/{urn}"] = text_of(list[Deadline], deadlines[urn]) if urn in deadlines else ""
    touched.clear()
    return rows


def _known_rows(known: dict[str, Known]) -> dict[str, str]:
    changed = known.take_changed() if isinstance(known, Noted) else set(known)
    return {f"known/{urn}": text_of(Known, known[urn]) if urn in known else "" for urn in changed}


def _ledger_rows(pipeline: Pipeline) -> dict[str, str]:
    ledger, rows = pipeline.memory.ledger, dict[str, str]()
    for key in pipeline.assembly.touched:
        kind, _, name = key.partition("/")
        if kind == "episode":
            episode = ledger.episodes.get(name)
            rows[key] = text_of(Episode, episode) if episode else ""
        elif kind == "signal":
            signal = ledger.signals.get(name)
            rows[key] = canonical_json(signal) if signal else ""
        elif kind == "settled":
            settled = ledger.settled.get(name)
            rows[key] = text_of(Settled, settled) if settled else ""
    pipeline.assembly.touched.clear()
    return rows


def _name_rows(pipeline: Pipeline | Judging) -> dict[str, str]:
    """Names one by one; all of them once the rules behind them have changed."""
    book = pipeline.memory.book
    if not pipeline.identity.changed:
        return {}
    pipeline.identity.changed = False
    names = book.names
    rules = text_of(Book, Book(book.rules, book.places, book.tables, book.registered))
    changed = names.take_changed() if isinstance(names, Noted) else set(names)
    if rules != pipeline.saved_rules:
        pipeline.saved_rules = rules
        changed |= set(names)
    return {"book": rules} | {f"name/{key}": text_of(Name, names[key]) for key in changed}


def _plain_rows(kind: str, values: dict[str, Any]) -> dict[str, str]:
    changed = values.take_changed() if isinstance(values, Noted) else set(values)
    return {f"{kind}/{key}": canonical_json(values[key]) if key in values else "" for key in changed}
