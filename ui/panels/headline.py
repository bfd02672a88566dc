"""The head of one incident: what it is, how bad, whose it is, and its cause."""

from datetime import datetime

import streamlit as st

from ..documents import Document, document, number, text
from ..markup import Html, badge, bar, code, joined, tag
from ..wording import CAUSES, age, tier, tone
from .facts import facts
from .incident_list import confidence


def show_headline(incident: Document, owner: str, now: datetime) -> None:
    """Title, severity, status, tier and owner on top."""
    values = [text(incident, "severity", "SEV-?"), text(incident, "status", "?")]
    marks: list[str] = [badge(value, tone(value)) for value in values]
    marks += [badge(tier(incident["tier"]))] if incident.get("tier") is not None else []
    said = [f"Owner: {owner or 'unknown'}", f"opened {age(text(incident, 'created_at'), now)}"]
    if text(incident, "resolved_at"):
        said.append(f"resolved {age(text(incident, 'resolved_at'), now)}")
    title = tag("h1", text(incident, "title", "Untitled incident"), class_="sf-title")
    named = joined([code(text(incident, "incident_id")), " ", code(text(incident, "dataset_urn"))])
    meta = tag("div", *marks, *(tag("span", words) for words in said), class_="sf-meta")
    st.html(tag("header", title, meta, tag("p", named, class_="sf-soft")))


def show_cause(incident: Document) -> None:
    """The root cause in a card of its own, with how sure it is."""
    rca = document(incident, "rca")
    cause = document(rca, "root_cause")
    if not cause:
        st.html(
            tag("section", tag("h2", "Root cause", class_="sf-h"), _undecided(rca), class_="sf-card sf-warn")
        )
        return
    kind = text(cause, "kind")
    entity = document(cause, "entity")
    named = tag("p", badge(kind), " ", text(entity, "label"), " ", code(text(entity, "key")))
    lead = tag("p", text(cause, "summary") or CAUSES.get(kind, kind), class_="sf-lead")
    heading = tag("h2", "Root cause", class_="sf-h")
    st.html(tag("section", heading, lead, named, _sure(rca), class_="sf-card sf-bad"))


def show_narrative(incident: Document) -> None:
    """The explanation in words, then what is hurt and what was counted."""
    rca = document(incident, "rca")
    told = text(rca, "narrative")
    if told:
        by = text(rca, "narrated_by", "template")
        paragraphs = [tag("p", part) for part in told.split("\n") if part.strip()]
        st.html(tag("section", *paragraphs, tag("p", f"Narrated by: {by}", class_="sf-meta")))


def show_counts(incident: Document) -> None:
    """The evidence summary and the impact, as the server states them."""
    for heading, field in (("What was counted", "evidence_summary"), ("Impact", "impact")):
        stated = document(incident, field)
        shown = facts(stated) if stated else _told(incident.get(field))
        if shown:
            st.html(tag("section", tag("h2", heading, class_="sf-h"), shown))


def _told(value: object) -> str:
    return tag("p", value) if isinstance(value, str) and value else ""


def _sure(rca: Document) -> Html:
    words = f"Confidence: {confidence(rca)}"
    share = number(document(rca, "confidence"), "score") or 0.0
    return tag("p", bar(share, words), tag("strong", words))


def _undecided(rca: Document) -> Html:
    lead = tag(
        "p",
        badge(text(rca, "verdict", "INCONCLUSIVE"), "warn"),
        " No single cause is supported.",
        class_="sf-lead",
    )
    words = "The evidence does not set one cause above the others. The checks below would decide it."
    return joined([lead, tag("p", words), _sure(rca)])
