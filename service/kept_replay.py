"""A replay that stays: its events, state and graph in a data directory, as ``sf serve`` would leave them."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graph.port import GraphStore
from graph.watched import WatchedStore
from signal_factory.errors import InvalidEvent
from signal_factory.wire import Envelope, parse_body

from .clocks import EngineClock, wall_clock
from .engine import Engine, store_for
from .entries import Row, prepare
from .eventlog import EventLog
from .lease import private_directory, take_directory
from .paired import PairedLog

Numbered = tuple[int, Envelope]
"""An event and the line it was read from."""

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """The engine after a replay into a data directory, and what the directory knew or refused."""

    engine: Engine
    refused: Sequence[tuple[int, str]]
    known: int


@contextmanager
def kept_replay(
    data_dir: Path, events: Iterable[Numbered], end: datetime | None, graph: GraphStore | None = None
) -> Generator[Kept]:
    """Take ``events`` into the data directory; what it holds already has no second effect.

    ``graph`` is used instead of the directory's own, and stays open.

    Raises:
        BackendUnavailable: another process writes to the directory, or it cannot be written.
    """
    private_directory(data_dir)
    lease = take_directory(data_dir, wall_clock)
    try:
        log = PairedLog(data_dir)
        try:
            with nullcontext(graph) if graph is not None else closing(store_for(data_dir)) as held:
                watched = WatchedStore(held)
                log.pair(watched)
                yield _taken(log, watched, events, end)
        finally:
            log.close()
    finally:
        lease.release()


def _taken(log: EventLog, graph: GraphStore, events: Iterable[Numbered], end: datetime | None) -> Kept:
    rows, lines, refused = _readable(events)
    done = log.append_rows(rows, wall_clock())
    engine = Engine(graph)
    refused += _applied(log, engine, end, dict(zip(done.sequences, lines, strict=True)))
    return Kept(engine, refused, done.duplicates)


def _readable(events: Iterable[Numbered]) -> tuple[list[Row], list[int], list[tuple[int, str]]]:
    rows: list[Row] = []
    lines: list[int] = []
    refused: list[tuple[int, str]] = []
    for line, envelope in events:
        try:
            parse_body(envelope.kind, envelope.body)
        except InvalidEvent as error:
            refused.append((line, str(error)))
        else:
            rows.append(prepare(envelope))
            lines.append(line)
    return rows, lines, refused


def _applied(
    log: EventLog, engine: Engine, end: datetime | None, lines: dict[int, int]
) -> list[tuple[int, str]]:
    saved = log.load_state()
    engine.load(saved.rows)
    clock = EngineClock(wall_clock, follows_events=True)
    clock.observe(saved.lead_s)
    refused: list[tuple[int, str]] = []
    offset = saved.offset
    while entries := log.read_from(offset, _CHUNK):
        for entry in entries:
            reason = engine.try_apply(entry.envelope)
            if reason and entry.seq in lines:
                refused.append((lines[entry.seq], reason))
            clock.observe(entry.lead_s)
        offset = entries[-1].seq
    engine.finish(end)
    log.save_state(engine.take_dirty(), offset, clock.lead_s)
    return refused
