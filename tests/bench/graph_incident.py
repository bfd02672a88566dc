"""An explanation end to end over a graph of a year: the engine's own report of a real incident.

The year is in the store already. The events of a recorded incident are moved, by whole
weeks, to the end of that year. Registrations tie it in: tables of the year feed the one it
starts from, so that upstream the report walks through the year's runs, and that one feeds the
tree of assets. Then the engine is told of it all as of any other events. Each
report is asked for right after a run of another job has been written, since nothing is then
answered from what was read or put together before.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from graph_asking import Stopwatch, Timing
from graph_year import START, TREE_ROOT, table

from graph.counted import CountedStore
from graph.port import GraphStore
from service.engine import Engine
from service.heap import spare_what_stays
from signal_factory.wire import Envelope, read_line

_FIXTURE = Path(__file__).parents[2] / "fixtures" / "009-schema-cascade-shipped" / "events.ndjson"
_FIRST = "ds://raw/invoices"
_SOURCES = tuple(table(number).key for number in (47, 1_047, 1_533))
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reported:
    """How long reports took, how many expansions one needs, the largest of them, and what it said."""

    timing: Timing
    walks: float
    largest: int
    cause: str


def report(store: GraphStore, times: int) -> Reported:
    """Tell the engine of the incident, then time its report ``times`` times."""
    counted = CountedStore(store)
    engine = Engine(counted)
    for envelope in _moved():
        engine.apply(envelope)
    engine.finish(None)
    spare_what_stays()
    assert engine.now is not None
    clock, before = Stopwatch(), counted.walks
    for number in range(times):
        engine.apply(_run(number, engine.now + timedelta(milliseconds=1)))
        engine.finish(None)
        with clock:
            (incident, *_) = engine.incidents()
    cause = incident["rca"]["root_cause"] or {"kind": "INCONCLUSIVE"}
    timing = clock.timing(len(incident["rca"]["blast_radius"]))
    return Reported(timing, (counted.walks - before) / times, counted.traversals().used, cause["kind"])


def _moved() -> Iterator[Envelope]:
    """The recorded events as they would be at the end of the year."""
    text = _FIXTURE.read_text(encoding="utf-8")
    last = max(read_line(line).time for line in text.splitlines())
    weeks = -(-(last - (START + timedelta(days=365))) // _WEEK)
    moved = _DAY.sub(lambda day: str(date.fromisoformat(day[0]) - weeks * _WEEK), text)
    documents = [json.loads(line) for line in moved.splitlines()]
    for urn, feeds in (*((source, [_FIRST]) for source in _SOURCES), (_FIRST, [TREE_ROOT.key])):
        told = next((each for each in documents if each["body"].get("urn") == urn), None)
        if told is None:
            told = {"time": documents[0]["time"], "kind": "dataset", "body": {"urn": urn}}
            documents.insert(0, told)
        told["body"]["feeds"] = [*told["body"].get("feeds", []), *feeds]
    for document in documents:
        yield read_line(json.dumps(document))


def _run(number: int, at: datetime) -> Envelope:
    body = {"event_type": "JobRunStarted", "event_time": at.isoformat(), "producer_urn": "job://year/another",
            "run_id": f"another-{number}"}  # fmt: skip
    return read_line(json.dumps({"time": at.isoformat(), "kind": "job_event", "body": body}))
