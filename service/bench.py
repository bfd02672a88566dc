"""What this machine does: durable ingest beside its ceiling, and the time to explain."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from signal_factory.times import format_time
from signal_factory.wire import read_line

from .application import Application
from .documents import read_lines
from .eventlog import EventLog
from .recordings import Recording
from .settings import Settings

BATCH = 1_000
_RUNS = 100
_JOBS = 50
_APPLY_S = 600.0


@dataclass(frozen=True, slots=True)
class Rate:
    """So many events in so many seconds."""

    name: str
    events: int
    seconds: float

    def document(self) -> dict[str, Any]:
        """``{name, events, seconds, per_second}``."""
        rate = round(self.events / self.seconds) if self.seconds else 0
        return {
            "name": self.name,
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "per_second": rate,
        }


def lines_of(count: int, start: datetime) -> list[str]:
    """OpenLineage events of fifty jobs, one a second: a run starts, and ends a few events later."""
    return [_line(number, start + timedelta(seconds=number)) for number in range(count)]


def measure(
    lines: Sequence[str], recordings: Sequence[Recording], scratch: Path, settings: Settings
) -> dict[str, Any]:
    """Rates in events a second and explanation latency in milliseconds; ``scratch`` is an empty directory."""
    rates = [
        _timed("parse and insert (ceiling)", lines, lambda: _ceiling(lines, scratch / "ceiling.db")),
        _timed("durable log", lines, lambda: _durable(lines, scratch / "log", settings)),
        _timed(
            "durable log, applied to the graph", lines, lambda: _applied(lines, scratch / "all", settings)
        ),
    ]
    return {
        "ingest": [rate.document() for rate in rates],
        "explanation": [
            told
            for each in recordings
            if (told := _explained(each, scratch / each.name, settings)) is not None
        ],
    }


def _timed(name: str, lines: Sequence[str], work: Callable[[], None]) -> Rate:
    start = perf_counter()
    work()
    return Rate(name, len(lines), perf_counter() - start)


def _ceiling(lines: Sequence[str], path: Path) -> None:
    """The least that must be done: parse each line, insert in batches, one durable commit a batch."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, kind TEXT, body TEXT)")
    for batch in _batches(lines):
        rows = [(each["kind"], json.dumps(each["body"])) for each in map(json.loads, batch)]
        db.execute("BEGIN")
        db.executemany("INSERT INTO event (kind, body) VALUES (?, ?)", rows)
        db.execute("COMMIT")
    db.close()


def _durable(lines: Sequence[str], data_dir: Path, settings: Settings) -> None:
    data_dir.mkdir()
    log = EventLog(data_dir, max_rejected=settings.max_rejected)
    for batch in _batches(lines):
        envelopes = [read_line(line) for line in batch]
        log.append(envelopes, envelopes[-1].time)
    log.close()


def _applied(lines: Sequence[str], data_dir: Path, settings: Settings) -> None:
    application = Application(settings.model_copy(update={"data_dir": data_dir, "max_backlog": 2**62}))
    for batch in _batches(lines):
        application.ingest(application.sort(read_lines("\n".join(batch)), kind=None, source="bench"))
    application.wait_applied(application.log.last_seq, _APPLY_S)
    application.close()


def _explained(recording: Recording, data_dir: Path, settings: Settings) -> dict[str, Any] | None:
    """How long the incidents of a recording take to explain right after an event; None where it has none."""
    application = Application(settings.model_copy(update={"data_dir": data_dir, "clock": "auto"}))
    _tell(application, "\n".join(recording.lines))
    found = application.read_model.incidents(limit=1)["items"]
    last = recording.envelopes()[-1].time
    taken: list[float] = []
    for number in range(_RUNS if found else 0):
        _tell(application, _tick(last + timedelta(milliseconds=number + 1)))
        taken.append(_milliseconds(lambda: application.read_model.explain(found[0]["incident_id"])))
    application.close()
    if not taken:
        return None
    cuts = quantiles(taken, n=100)
    return {
        "recording": recording.name,
        "runs": _RUNS,
        "p50_ms": round(cuts[49], 3),
        "p99_ms": round(cuts[98], 3),
    }


def _tell(application: Application, lines: str) -> None:
    done = application.ingest(application.sort(read_lines(lines), kind=None, source="bench"))
    application.wait_applied(done.last, _APPLY_S)


def _tick(at: datetime) -> str:
    return json.dumps({"time": format_time(at), "kind": "tick", "body": {"time": format_time(at)}})


def _milliseconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1_000


def _batches(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    return (lines[start : start + BATCH] for start in range(0, len(lines), BATCH))


def _line(number: int, at: datetime) -> str:
    job, turn = number % _JOBS, number // _JOBS
    body = {
        "eventType": "START" if turn % 2 == 0 else "COMPLETE",
        "eventTime": format_time(at),
        "run": {"runId": f"run-{job}-{turn // 2}"},
        "job": {"namespace": "bench", "name": f"job-{job}"},
        "inputs": [{"namespace": "s3://lake", "name": f"bronze/table-{job}"}],
        "outputs": [{"namespace": "s3://lake", "name": f"silver/table-{job}"}],
        "producer": "https://github.com/OpenLineage/OpenLineage",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }
    return json.dumps({"time": format_time(at), "kind": "openlineage", "body": body})
