"""Health and owner: answers about data sets themselves."""

from collections import Counter

from copilot.readmodel import Document

from .fields import child, children, exact, text
from .finder import MAX_PAGES, PAGE
from .names import spoken_name
from .recorder import Recorder
from .reply import (
    Asked,
    Reply,
    cause_name,
    confidence,
    data_set_of,
    found,
    incident_line,
    relation_line,
)
from .reply_why import no_incident
from .words import listed, moment_of, plural, sentence, when


def health(asked: Asked) -> Reply:
    """Status, watermark, last good, signals now, and the incident behind it."""
    urn = data_set_of(asked)
    document = asked.recorder.ask("dataset_health", urn=urn) if urn else None
    if document is None:
        return no_incident(asked)
    reply = Reply()
    reply.say(f"{spoken_name(urn)} is {text(document, 'status') or 'UNKNOWN'}{_tier(document)}.")
    reply.say(_marks(document))
    for signal in children(document, "signals")[:4]:
        reply.say(_signal(signal))
        reply.cite(exact(signal, "signal_id"))
    reply.cite(urn)
    because(reply, asked)
    return reply


def owner(asked: Asked) -> Reply:
    """The team that owns it, and where its runbook is."""
    urn = data_set_of(asked)
    document = asked.recorder.ask("dataset_health", urn=urn) if urn else None
    if document is None:
        return no_incident(asked)
    reply = Reply()
    team = owner_of(document)
    reply.say(
        f"{spoken_name(urn)} is owned by {team}{_tier(document)}."
        if team
        else f"No owner is registered for {spoken_name(urn)}; register it with owner_team to have one."
    )
    runbook = text(document, "runbook_url")
    reply.say(f"Runbook: {runbook}" if runbook else "")
    reply.cite(urn)
    _cause_owner(reply, asked)
    return reply


def overall(asked: Asked) -> Reply:
    """How many data sets are in which state, and which are not well."""
    reply = Reply()
    items = _every_dataset(asked.recorder)
    if not items:
        reply.say("No data set has been seen or registered yet.")
        return reply
    states = Counter(text(item, "status") or "UNKNOWN" for item in items)
    said = [f"{states[state]} {state}" for state in ("CRITICAL", "WARNING", "UNKNOWN", "OK") if states[state]]
    reply.say(f"{plural(len(items), 'data set')}: {listed(said)}.")
    unwell = [exact(item, "urn") for item in items if text(item, "status") in {"CRITICAL", "WARNING"}]
    well = [spoken_name(exact(item, "urn")) for item in items if text(item, "status") == "OK"]
    ill = [spoken_name(urn) for urn in unwell]
    reply.say(f"Not well: {listed(ill)}." if ill else "Nothing is broken.")
    reply.say(f"Well: {listed(well)}." if well else "")
    reply.cite(*unwell[:6])
    opened = [
        exact(each, "incident_id") for each in asked.recorder.items("list_incidents", status="OPEN", limit=50)
    ]
    reply.say(
        f"{plural(len(opened), 'open incident')}: {listed(opened, 4)}." if opened else "No incident is open."
    )
    reply.cite(*opened[:4])
    return reply


def owner_of(document: Document) -> str:
    """The owning team of a data set's document."""
    return text(document, "owner_team", "owner") or text(
        child(document, "owner"), "team", "name", "owner_team"
    )


def _marks(document: Document) -> str:
    watermark = text(document, "watermark") or text(child(document, "watermark"), "value", "partition")
    expected = text(document, "expected_watermark") or text(child(document, "watermark"), "expected")
    good = when(moment_of(document.get("last_good")))
    bad = when(moment_of(document.get("first_bad")))
    parts = [
        f"watermark {watermark}" + (f" (expected {expected})" if expected else "") if watermark else "",
        f"last good {good}" if good else "",
        f"bad since {bad}" if bad else "",
    ]
    joined = ", ".join(part for part in parts if part)
    return joined[:1].upper() + joined[1:] + "." if joined else ""


def _signal(signal: Document) -> str:
    name = text(signal, "signal_type", "type", "kind", "engine") or "signal"
    state = text(signal, "state", "status", "severity")
    at = when(exact(signal, "created_at", "time", "at"))
    why = text(signal, "summary", "reason", "breach_type", "message", "failure_signature")
    head = f"- {state} {name}".replace("  ", " ") + (f" at {at}" if at else "")
    return head + (f": {sentence(why)}" if why else "")


def _tier(document: Document) -> str:
    tier = text(document, "tier").removeprefix("TIER_")
    return f" (tier {tier})" if tier else ""


def because(reply: Reply, asked: Asked, *, short: bool = False) -> None:
    """The incident and cause behind what was said."""
    case = asked.case
    if not case:
        return
    if case.relation != "own" and not short:
        reply.say(relation_line(asked))
    if case.relation != "past":
        name = cause_name(child(case.rca, "root_cause")) if found(case) else "not proven, INCONCLUSIVE"
        reply.say(f"Cause: {name} ({confidence(case.rca)}).")
    if case.relation != "past" or not short:
        reply.say(incident_line(case))
    reply.cite(
        exact(case.incident, "incident_id"), exact(child(child(case.rca, "root_cause"), "entity"), "key")
    )


def _cause_owner(reply: Reply, asked: Asked) -> None:
    case = asked.case
    if not case or case.relation in {"past", "own"} or text(case.effect, "effect") == "AT_RISK":
        return
    source = exact(case.incident, "dataset_urn")
    team = owner_of(asked.recorder.ask("dataset_health", urn=source) or {}) or "no registered owner"
    effect = text(case.effect, "effect") or "hit"
    identity = exact(case.incident, "incident_id")
    reply.say(f"It is {effect} by incident {identity}, which is on {spoken_name(source)}, owned by {team}.")
    reply.cite(identity, source)


def _every_dataset(recorder: Recorder) -> list[Document]:
    items: list[Document] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = recorder.ask("list_datasets", limit=PAGE, **({"cursor": cursor} if cursor else {})) or {}
        items += children(page, "items")
        cursor = exact(page, "next_cursor") or None
        if not cursor:
            break
    return items
