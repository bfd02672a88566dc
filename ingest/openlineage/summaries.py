"""The observability facets of the specification."""

from collections.abc import Iterator
from datetime import datetime

from graph.facts import Summarised
from graph.signatures import signature_of

from ..facets import NONE, Facet, count, inner, items, moment, text
from .event import Placed
from .orchestrator import orchestrator

_FACETS = (("observability_evidence", "summary"), ("observability", "evidence_summary"))
_MOST = 20


def summaries(placed: Placed) -> Iterator[Summarised]:
    """How many records of a run passed, and why the others did not, told of its first output or input."""
    told = (inner(placed.run_facets.get(name, NONE), part) for name, part in _FACETS)
    summary = next((each for each in told if count(each, "records_processed") is not None), NONE)
    processed = count(summary, "records_processed")
    if processed is None:
        return
    failed, passed = count(summary, "records_failed") or 0, count(summary, "records_passed")
    for _, urn in (placed.outputs or placed.inputs)[:1]:
        yield Summarised(
            placed.at, placed.run_id, urn, placed.run_id, placed.job, processed,
            processed - failed if passed is None else passed, failed, tuple(_signatures(summary))[:_MOST],
            orchestrator(placed)[1],
        )  # fmt: skip


def _signatures(summary: Facet) -> Iterator[tuple[str, int, datetime | None]]:
    """(signature, count, first seen) by reason."""
    for each in items(summary, "failure_signatures"):
        code = text(each, "reason_code") or text(each, "reason")
        if code:
            yield signature_of(code), count(each, "count") or 0, moment(each, "first_seen")
