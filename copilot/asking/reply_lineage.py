"""Changes, upstream and blast radius: answers about what stands around a data set."""

from datetime import timedelta

from copilot.readmodel import Document

from .fields import child, children, exact, number, text
from .names import spoken_name
from .question import Question
from .recorder import Recorder
from .reply import (
    Asked,
    Reply,
    cause_name,
    confidence,
    data_set_of,
    first_bad,
    found,
    incident_line,
    label_of,
    relation_line,
)
from .reply_data import because, owner_of
from .reply_why import no_incident
from .words import instant, listed, plural, sentence, span, when

MAX_ASSETS = 8


def changed(asked: Asked) -> Reply:
    """Deployments and schema changes at or upstream of it, newest first."""
    urn = data_set_of(asked)
    if not urn:
        return no_incident(asked)
    document = asked.recorder.ask("recent_changes", urn=urn, limit=20) or {}
    items = children(document, "items")
    reply = Reply()
    reply.cite(urn)
    if not items:
        reply.say(f"No deployment and no schema change is known at or upstream of {spoken_name(urn)}.")
    else:
        reply.say(f"{plural(len(items), 'change')} at or upstream of {spoken_name(urn)}, newest first:")
    for item in items[:MAX_ASSETS]:
        reply.say(_change(asked, item))
        reply.cite(_change_key(item))
    _more(reply, document, len(items), MAX_ASSETS)
    _blamed(reply, asked)
    return reply


def hit(asked: Asked) -> Reply:
    """What stands downstream, the harmed and the important first."""
    urn = data_set_of(asked)
    assets, document = _blast(asked, urn)
    reply = Reply()
    reply.say(relation_line(asked))
    name = label_of(asked)
    reply.cite(urn)
    if not assets:
        reply.say(
            f"Nothing is known downstream of {name}: no lineage leads out of it and no feeds are registered."
        )
        return reply
    tier_one = sum(1 for asset in assets if number(asset, "tier") == 1)
    reply.say(
        f"{plural(len(assets), 'asset')} downstream of {name}"
        + (f", {tier_one} of tier 1:" if tier_one else ":")
    )
    for asset in assets[:MAX_ASSETS]:
        reply.say(_asset(asset))
        reply.cite(exact(asset, "urn"))
    _more(reply, document, len(assets), MAX_ASSETS)
    if _asks_who(asked.question):
        reply.say(_teams(asked.recorder, assets))
    because(reply, asked, short=True)
    return reply


def upstream(asked: Asked) -> Reply:
    """What it is made from, the unhealthy first."""
    urn = data_set_of(asked)
    document = (asked.recorder.ask("upstream", urn=urn) if urn else None) or {}
    items = children(document, "items")
    reply = Reply()
    reply.cite(urn)
    if not items:
        reply.say(f"Nothing is known upstream of {label_of(asked)}.")
        return reply
    ranked = sorted(
        items, key=lambda item: (text(item, "status") in {"OK", "", "UNKNOWN"}, number(item, "hops") or 0)
    )
    reply.say(f"{plural(len(items), 'thing')} upstream of {label_of(asked)}:")
    for item in ranked[:MAX_ASSETS]:
        reply.say(_asset(item))
        reply.cite(exact(item, "urn"))
    _more(reply, document, len(items), MAX_ASSETS)
    because(reply, asked, short=True)
    return reply


def _change_key(item: Document) -> str:
    service, version = exact(item, "service"), exact(item, "version")
    return exact(item, "key", "deployment") or (
        f"{service}:{version}" if service and version else exact(item, "urn")
    )


def _change(asked: Asked, item: Document) -> str:
    raw = exact(item, "time", "deployed_at", "at", "event_time")
    kind = text(item, "kind", "type", "label").lower().replace("_", " ")
    before = text(item, "previous_version")
    by = text(item, "deployed_by")
    head = f"- {when(raw) or 'time unknown'}  {kind} {_change_key(item)}".replace(
        "  deployment", "  deployment"
    )
    head += f" (was {before})" if before else ""
    head += f" by {by}" if by else ""
    told = text(item, "change_summary", "summary", "what")
    return head + _lead(asked, raw) + (f": {sentence(told)}" if told else "")


def _lead(asked: Asked, raw: str) -> str:
    bad = instant(first_bad(asked.case)) if asked.case else None
    moment = instant(raw)
    if not bad or not moment:
        return ""
    if abs(bad - moment) < timedelta(seconds=1):
        return ", at first bad"
    return f", {span(bad - moment)} {'before' if moment <= bad else 'after'} first bad"


def _blamed(reply: Reply, asked: Asked) -> None:
    case = asked.case
    if not case or case.relation == "past":
        return
    cause = child(case.rca, "root_cause")
    if found(case) and exact(cause, "kind") in {"DEPLOYMENT", "SCHEMA_DRIFT"}:
        reply.say(f"The one that matters: {cause_name(cause)} ({confidence(case.rca)}).")
    elif found(case):
        reply.say(
            f"No change explains the incident; its cause is {cause_name(cause)} ({confidence(case.rca)})."
        )
    else:
        reply.say(f"Whether one of them caused the incident is INCONCLUSIVE ({confidence(case.rca)}).")
    reply.say(incident_line(case))
    reply.cite(exact(case.incident, "incident_id"), exact(child(cause, "entity"), "key"))


def _blast(asked: Asked, urn: str) -> tuple[list[Document], Document]:
    document = (asked.recorder.ask("blast_radius", urn=urn) if urn else None) or {}
    reported = children(asked.case.rca, "blast_radius") if asked.case else []
    if asked.subject and asked.subject.kind != "dataset" and reported:
        return sorted(reported, key=_importance), {}
    effects = {exact(asset, "urn"): asset for asset in reported}
    assets = [effects.get(exact(item, "urn"), {}) | item for item in children(document, "items")]
    if asked.case and asked.case.relation == "own" and not assets:
        return sorted(reported, key=_importance), {}
    return sorted(assets, key=_importance), document


def _importance(asset: Document) -> tuple[bool, float, float, str]:
    harmed = text(asset, "effect") not in {"", "AT_RISK"}
    return (not harmed, number(asset, "tier") or 9, number(asset, "hops") or 0, exact(asset, "urn"))


def _asset(asset: Document) -> str:
    hops = number(asset, "hops")
    facts = [
        text(asset, "type"),
        f"tier {text(asset, 'tier').removeprefix('TIER_')}" if text(asset, "tier") else "",
        plural(int(hops), "hop") if hops is not None else "",
    ]
    known = ", ".join(fact for fact in facts if fact)
    state = text(asset, "effect", "status")
    return (
        f"- {spoken_name(exact(asset, 'urn', 'key'))}"
        + (f" ({known})" if known else "")
        + (f": {state}" if state else "")
    )


def _more(reply: Reply, document: Document, returned: int, shown: int) -> None:
    total = int(number(document, "total") or returned)
    if total > min(returned, shown):
        reply.say(
            f"… and {total - min(returned, shown):,} more"
            + (" (the list is partial)." if document.get("is_partial") else ".")
        )


def _asks_who(question: Question) -> bool:
    return any(
        word in {"who", "whom", "team", "teams", "notify", "tell", "warn", "inform"}
        for word in question.words
    )


def _teams(recorder: Recorder, assets: list[Document]) -> str:
    teams: dict[str, list[str]] = {}
    for asset in assets[:MAX_ASSETS]:
        urn = exact(asset, "urn")
        team = owner_of(asset) or owner_of(recorder.ask("dataset_health", urn=urn) or {})
        teams.setdefault(team or "no registered owner", []).append(spoken_name(urn))
    return "Owners: " + "; ".join(f"{team} ({listed(names)})" for team, names in sorted(teams.items())) + "."
