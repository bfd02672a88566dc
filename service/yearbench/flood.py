"""A flood of distinct failures, and what of it stays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from graph.filters import OTHER
from graph.port import GraphStore
from signal_factory.times import format_time
from signal_factory.wire import Envelope

from ..engine import Engine

_START = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 1_000
_URN = "urn:dp:bench:flood"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Flooded:
    """What is there after a flood of ``texts`` failures, each of which fails in a way of its own.

    ``signatures`` are nodes, ``overflow`` is what the overflow buckets among them count,
    ``totals`` and ``signals`` are the rows of state that the engine keeps of them.
    """

    texts: int
    signatures: int
    overflow: int
    totals: int
    signals: int


def flooded(texts: int, graph: GraphStore) -> Flooded:
    """Let so many records of one stream fail."""
    engine, rows = Engine(graph), dict[str, str]()
    coming = _failures(texts)
    while part := list(islice(coming, _BATCH)):
        for envelope in part:
            engine.apply(envelope)
        for key, text in engine.take_dirty().items():
            rows[key] = text
            if not text:
                del rows[key]
    nodes = graph.find("FailureSignature", limit=10_000)
    counts = [node.props.get("count") for node in nodes if node.ref.key.startswith(f"{OTHER}:")]
    overflow = sum(count for count in counts if isinstance(count, int))
    totals, signals = (sum(key.startswith(kind) for key in rows) for kind in ("tally/", "signal/"))
    return Flooded(texts, len(nodes), overflow, totals, signals)


def _failures(texts: int) -> Iterator[Envelope]:
    for number in range(texts):
        at = _START + timedelta(seconds=number)
        code = f"MISSING_FIELD:{_word(number)}"
        gates = [{"gate": "G4_CONTRACT", "result": "FAIL", "reason_code": code}]
        body: dict[str, Any] = {
            "evidence_id": f"evd-F{number:09d}", "timestamp": format_time(at), "dataset_urn": _URN,
            "producer": {"id": "flood", "confidence": "HIGH", "version": "v1"},
            "validation": {"result": "FAIL", "gates": gates, "reason_codes": [code]},
        }  # fmt: skip
        yield Envelope(time=at, kind="evidence", body=body)


def _word(number: int) -> str:
    """A name without digits, another for each number."""
    letters = ""
    while number or not letters:
        number, place = divmod(number, len(_LETTERS))
        letters += _LETTERS[place]
    return f"field_{letters}"
