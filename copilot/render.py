"""Explained incidents as plain text: what ``sf replay`` and ``sf rca`` print for people.

Source: the "RCA COPILOT ANALYSIS" boxes of spec/event_schemas_and_scenarios.md. No
line is wider than ``WIDTH`` columns, and nothing a document holds can steer a terminal.
"""

import textwrap
from collections.abc import Iterable, Iterator

from .asking.fields import child, children, exact, number, strings, text, tidy
from .asking.words import count, plural, when
from .readmodel import Document

WIDTH = 100
_MOST, _MOST_REFS, _MOST_REJECTED = 12, 8, 20
_LONGEST = 4_000
_NO_CAUSE = "The evidence at hand does not support one root cause."
_COUNTED = ("events", "nodes", "edges", "duplicates")
_WORDS = {
    "INTRODUCED": "introduced", "CAUSED": "caused", "AFFECTS": "affects", "FEEDS": "feeds",
    "TRIGGERED": "raised", "WROTE_TO": "wrote", "READ_FROM": "read", "EXECUTED": "ran",
    "ENCOUNTERED": "ran into",
    "PRODUCED_DRIFT": "began to send", "INTRODUCED_DRIFT": "began to hold", "DEPLOYED": "deployed",
    "DERIVED_FROM": "derived from", "QUARANTINED": "quarantined",
}  # fmt: skip


def replay_text(document: Document) -> str:
    """A replay document (contract §3) for people: incidents, then the counts, then rejected lines."""
    incidents = children(document, "incidents")
    parts = [incident_text(each) for each in incidents] or ["Nothing is wrong: no incident.\n"]
    tail = [*_wrap(_counts(document, incidents), "")]
    rejected = children(document, "rejected")
    if rejected:
        tail += ["", f"Rejected: {plural(len(rejected), 'line')}"]
        tail += _listed(
            [f"line {text(each, 'line')}: {text(each, 'reason')}" for each in rejected], _MOST_REJECTED
        )
    return "\n".join([*parts, *tail]) + "\n"


def incident_text(incident: Document) -> str:
    """One incident (contract §3, with its ``rca``) as a report for people."""
    rca = child(incident, "rca")
    lines = ["═" * WIDTH, *_head(incident), "═" * WIDTH]
    for heading, body in _sections(incident, rca):
        rows = list(body)
        if rows:
            lines += ["", heading, "─" * len(heading), *rows]
    return "\n".join(lines) + "\n"


def _head(incident: Document) -> Iterator[str]:
    yield "RCA COPILOT ANALYSIS"
    yield from _wrap(_clean(incident, "title"), "")
    facts = [text(incident, name) for name in ("incident_id", "severity", "status")]
    facts += [f"tier {text(incident, 'tier')}" if text(incident, "tier") else ""]
    yield from _wrap(" | ".join(each for each in facts if each), "")
    times = [("first bad", "first_bad"), ("last good", "last_good"), ("resolved", "resolved_at")]
    told = [f"{name} {moment}" for name, key in times if (moment := when(incident.get(key)))]
    yield from _wrap(" | ".join(told), "")
    if text(incident, "freshness_of_evidence") == "STALE":
        yield "STALE: the evidence itself stopped arriving, so the data may be well."


def _sections(incident: Document, rca: Document) -> Iterator[tuple[str, Iterable[str]]]:
    yield _verdict(rca), _cause(incident, rca)
    yield "EVIDENCE CHAIN", _factors(incident, rca)
    yield "TIMELINE", _listed([_moment(each) for each in children(rca, "timeline")])
    yield "PATH", _path(children(rca, "path"))
    yield "BLAST RADIUS", _blast(rca)
    yield "RECOMMENDED ACTIONS", _numbered(strings(rca, "recommended_actions"))
    yield "MISSING EVIDENCE", _listed(strings(rca, "missing_evidence"))
    yield "NEXT CHECKS", _listed(strings(rca, "next_checks"))
    yield "ALSO CONSIDERED", _listed([_candidate(each) for each in _others(rca)])
    yield "EVIDENCE REFERENCES", _references(incident, rca)


def _verdict(rca: Document) -> str:
    share, level = number(child(rca, "confidence"), "score"), text(child(rca, "confidence"), "level")
    name = "ROOT CAUSE" if child(rca, "root_cause") else "INCONCLUSIVE"
    return f"{name} (Confidence: {share:.0%} - {level})" if share is not None else name


def _cause(incident: Document, rca: Document) -> Iterator[str]:
    cause = child(rca, "root_cause")
    if cause:
        yield from _wrap(f"{text(cause, 'kind')}: {_entity(cause)}", "  ")
    yield from _wrap(_clean(rca, "narrative") or _clean(cause, "summary") or _NO_CAUSE, "  ")
    earlier = strings(child(incident, "impact"), "recurrence_of")
    if earlier:
        yield from _wrap(f"It has happened before: {', '.join(map(tidy, earlier[-3:]))}", "  ")


def _factors(incident: Document, rca: Document) -> Iterator[str]:
    summary = child(incident, "evidence_summary")
    failed, total = number(summary, "failed_events"), number(summary, "total_events")
    rows: list[str] = []
    if failed is not None and total:
        rows.append(
            f"Failure pattern: {count(failed)} of {count(total)} ({text(summary, 'failure_rate')}), "
            f"{text(incident, 'failure_signature')}"
        )
    return _listed([*rows, *map(_factor, children(child(rca, "confidence"), "factors"))])


def _factor(factor: Document) -> str:
    value, weight = number(factor, "value") or 0, number(factor, "weight") or 0
    return f"{text(factor, 'name')}: {_clean(factor, 'reason')} ({value:.2f} × {weight:.2f})"


def _moment(entry: Document) -> str:
    return f"{when(entry.get('time'))} - {_clean(entry, 'what')}"


def _path(steps: list[Document]) -> Iterator[str]:
    if steps:
        yield from _wrap(_node(child(steps[0], "from")), "  ", "    ")
    for step in steps:
        edge = text(step, "edge")
        cited = [tidy(each, 80) for each in strings(step, "evidence")[:1]]
        behind = f" [{cited[0]}]" if cited else ""
        verb = _WORDS.get(edge, edge.lower())
        yield from _wrap(f"└─{verb}─► {_node(child(step, 'to'))}{behind}", "  ", "      ")


def _node(ref: Document) -> str:
    return f"{text(ref, 'label')} {tidy(exact(ref, 'key'), 300)}".strip()


def _blast(rca: Document) -> Iterator[str]:
    rows = [
        f"{text(each, 'urn')}{_aside(each)} - {text(each, 'effect').replace('_', ' ')}"
        for each in children(rca, "blast_radius")
    ]
    return _listed(rows)


def _aside(asset: Document) -> str:
    hops = number(asset, "hops")
    facts = [text(asset, "type"), f"tier {text(asset, 'tier')}" if text(asset, "tier") else ""]
    facts += [plural(int(hops), "hop") if hops is not None else ""]
    told = ", ".join(each for each in facts if each)
    return f" ({told})" if told else ""


def _others(rca: Document) -> list[Document]:
    chosen = child(rca, "root_cause")
    named = (chosen.get("kind"), _entity(chosen))
    found = children(rca, "candidates")
    return [each for each in found if not chosen or (each.get("kind"), _entity(each)) != named]


def _candidate(cause: Document) -> str:
    score = number(cause, "score") or 0
    return f"{score:.0%} {text(cause, 'kind')} {_entity(cause)}: {_clean(cause, 'summary')}"


def _entity(cause: Document) -> str:
    return tidy(exact(child(cause, "entity"), "key"), 300)


def _references(incident: Document, rca: Document) -> Iterator[str]:
    primary, trace = text(incident, "primary_evidence_id"), text(incident, "primary_trace_id")
    refs = [tidy(each, 300) for each in strings(rca, "evidence_refs") if each != primary]
    for name, value in (("Primary:", primary), ("Trace:", trace)):
        yield from _wrap(f"{name:<9}{value}", "  ") if value else ()
    for number_, each in enumerate(refs[:_MOST_REFS]):
        yield from _wrap(f"{'Refs:' if number_ == 0 else '':<9}{each}", "  ", " " * 11)
    if len(refs) > _MOST_REFS:
        yield f"{'':<11}(+{count(len(refs) - _MOST_REFS)} more)"


def _counts(document: Document, incidents: list[Document]) -> str:
    stats = child(document, "stats")
    still_open = sum(text(each, "status") == "OPEN" for each in incidents)
    events, nodes, edges, doubled = (int(number(stats, name) or 0) for name in _COUNTED)
    told = [
        plural(events, "event"), f"{doubled:,} duplicates",
        plural(len(children(document, "signals")), "signal"),
        f"{plural(len(incidents), 'incident')} ({still_open} open)",
        f"graph of {nodes:,} nodes and {edges:,} edges", f"{number(stats, 'seconds') or 0:.2f} s",
    ]  # fmt: skip
    return ", ".join(told)


def _clean(document: Document, name: str) -> str:
    return tidy(exact(document, name), _LONGEST)


def _listed(rows: list[str], most: int = _MOST) -> Iterator[str]:
    for row in rows[:most]:
        yield from _wrap(f"• {tidy(row, _LONGEST)}", "  ", "    ")
    if len(rows) > most:
        yield f"  (+{count(len(rows) - most)} more)"


def _numbered(rows: list[str]) -> Iterator[str]:
    for place, row in enumerate(rows[:_MOST], 1):
        yield from _wrap(f"{place}. {tidy(row, _LONGEST)}", "  ", "     ")


def _wrap(told: str, indent: str, hanging: str | None = None) -> list[str]:
    below = indent if hanging is None else hanging
    return textwrap.wrap(
        told, WIDTH, initial_indent=indent, subsequent_indent=below, break_on_hyphens=False
    )  # fmt: skip
