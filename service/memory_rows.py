"""The engine's state as rows of JSON: what changed goes out, and all of it comes back.

Rows are keyed ``<kind>/<name>``: small, and one for each thing that changes on its own,
so that saving costs what has happened and not what is known.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from copilot.assembly import Settled
from copilot.episodes import Episode
from engines.agenda import Deadline
from engines.standing import Known
from engines.state import DatasetState
from ingest.identity import Book
from ingest.identity import Known as Name
from signal_factory.ids import canonical_json

from .kept import Noted
from .pipeline import Clock, LocalPipeline, Memory, Pipeline

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


def rows_of(pipeline: Pipeline, events: int) -> dict[str, str]:
    """Rows that changed since the last call; "" means deleted."""
    memory = pipeline.memory
    rows = {"clock": canonical_json(events), "time": _text(Clock, memory.clock)}
    rows |= _state_rows(pipeline) if isinstance(pipeline, LocalPipeline) else _known_rows(memory.known)
    rows |= _ledger_rows(pipeline)
    rows |= _name_rows(pipeline)
    for kind, values in _plain(memory).items():
        rows |= _plain_rows(kind, values)
    return rows


def restored(rows: Mapping[str, str]) -> tuple[int, Memory]:
    """How many events had been applied, and the memory that the rows hold."""
    memory = Memory()
    if "time" in rows:
        memory.clock = _read(Clock, rows["time"])
    if "book" in rows:
        names = memory.book.names
        memory.book = _read(Book, rows["book"])
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
            memory.states[name] = _read(DatasetState, text)
        case "known":
            memory.known[name] = _read(Known, text)
        case "due":
            memory.deadlines += _read(list[Deadline], text)
        case "episode":
            ledger.episodes[name] = _read(Episode, text)
        case "signal":
            ledger.signals[name] = read_json(text)
        case "settled":
            ledger.settled[name] = _read(Settled, text)
        case "name":
            memory.book.names[name] = _read(Name, text)
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


def _state_rows(pipeline: LocalPipeline) -> dict[str, str]:
    touched, states = pipeline.engines.touched, pipeline.memory.states
    deadlines = pipeline.engines.deadlines() if touched else {}
    rows: dict[str, str] = {}
    for urn in touched:
        rows[f"state/{urn}"] = _text(DatasetState, states[urn]) if urn in states else ""
        rows[f"due/{urn}"] = _text(list[Deadline], deadlines[urn]) if urn in deadlines else ""
    touched.clear()
    return rows


def _known_rows(known: dict[str, Known]) -> dict[str, str]:
    changed = known.take_changed() if isinstance(known, Noted) else set(known)
    return {f"known/{urn}": _text(Known, known[urn]) if urn in known else "" for urn in changed}


def _ledger_rows(pipeline: Pipeline) -> dict[str, str]:
    ledger, rows = pipeline.memory.ledger, dict[str, str]()
    for key in pipeline.assembly.touched:
        kind, _, name = key.partition("/")
        if kind == "episode":
            episode = ledger.episodes.get(name)
            rows[key] = _text(Episode, episode) if episode else ""
        elif kind == "signal":
            signal = ledger.signals.get(name)
            rows[key] = canonical_json(signal) if signal else ""
        elif kind == "settled":
            settled = ledger.settled.get(name)
            rows[key] = _text(Settled, settled) if settled else ""
    pipeline.assembly.touched.clear()
    return rows


def _name_rows(pipeline: Pipeline) -> dict[str, str]:
    """Names one by one; all of them once the rules behind them have changed."""
    book = pipeline.memory.book
    if not pipeline.identity.changed:
        return {}
    pipeline.identity.changed = False
    names = book.names
    rules = _text(Book, Book(book.rules, book.places, book.tables, book.registered))
    changed = names.take_changed() if isinstance(names, Noted) else set(names)
    if rules != pipeline.saved_rules:
        pipeline.saved_rules = rules
        changed |= set(names)
    return {"book": rules} | {f"name/{key}": _text(Name, names[key]) for key in changed}


def _plain_rows(kind: str, values: dict[str, Any]) -> dict[str, str]:
    changed = values.take_changed() if isinstance(values, Noted) else set(values)
    return {f"{kind}/{key}": canonical_json(values[key]) if key in values else "" for key in changed}


@cache
def _adapter(shape: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(shape)


def _text(shape: Any, value: Any) -> str:
    return _adapter(shape).dump_json(value).decode("utf-8")


def _read(shape: Any, text: str) -> Any:
    return _adapter(shape).validate_json(text)
