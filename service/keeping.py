"""One pass of retention over an engine: its graph, and what it remembers of what left the graph."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from graph.retention.pacing import Pace
from graph.retention.sweep import Outcome
from graph.retention.tiers import Horizons

from .evidence_book import EvidenceBook
from .pipeline import Pipeline

_AT_ONCE = 500
T = TypeVar("T")


def keep_explanations(pipeline: Pipeline, ends: Horizons, pace: Pace) -> None:
    """What is open is explained once more while the runs it rests on are there one by one."""
    assembly = pipeline.assembly
    with pace.slice(1):
        now = pipeline.memory.clock.now
        ageing = assembly.ageing(datetime.fromisoformat(ends.folded)) if now else []
        if ageing:
            pipeline.flush()
    for episode in ageing:
        kept = assembly.explanation_of(episode, now or episode.opened_at)
        with pace.slice(1):
            assembly.keep_explanation(episode, kept)


def forget(pipeline: Pipeline, evidence: EvidenceBook, done: Outcome, ends: Horizons, pace: Pace) -> None:
    """Let go of totals and caps of what left the graph, and of evidence that is not warm any more."""
    for keys in _parts(pipeline.spent(done.retired)):
        with pace.slice(len(keys)):
            pipeline.drop(keys)
    for refs in _parts(done.retired):
        with pace.slice(len(refs)):
            pipeline.filter.forget(refs)
    gone = 1
    while gone:
        with pace.slice(1):
            gone = evidence.forget_before(ends.archived)


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
