"""Why the explanation may be believed: the chain of events, factors, candidates, citations."""

import streamlit as st

from ..documents import Document, document, documents, number, text, texts
from ..markup import Html, badge, bar, code, items, joined, table, tag
from ..wording import CAUSES, clock, percent, tone
from .facts import facts

_MOST = 60


def show_timeline(rca: Document) -> None:
    """What happened, in order, each with the event it was read from."""
    entries = documents(rca, "timeline")
    if not entries:
        st.html(tag("p", "No dated events are part of this explanation.", class_="sf-soft"))
        return
    st.html(tag("ol", *map(_entry, entries[:_MOST]), class_="sf-time"))
    if len(entries) > _MOST:
        st.html(tag("p", f"{len(entries) - _MOST} more are in the raw document below.", class_="sf-soft"))


def show_factors(rca: Document) -> None:
    """How the confidence comes about, factor by factor."""
    stated = documents(document(rca, "confidence"), "factors")
    if stated:
        shown = table(
            ("Factor", "Value", "Weight", "Reason"), map(_factor, stated), "What the confidence is made of"
        )
        st.html(tag("section", tag("h2", "Confidence", class_="sf-h"), shown))


def show_candidates(rca: Document) -> None:
    """The causes that were weighed and not chosen; where none was, all of them."""
    chosen = document(document(rca, "root_cause"), "entity")
    others = [
        cause for cause in documents(rca, "candidates") if not chosen or document(cause, "entity") != chosen
    ]
    heading = tag("h2", "Ruled out" if chosen else "Candidates, best first", class_="sf-h")
    shown = tag("p", "No other cause was in question.", class_="sf-soft")
    if others:
        columns = ("Cause", "Score", "Why it was considered")
        shown = table(columns, map(_candidate, others), f"{len(others)} considered")
    st.html(tag("section", heading, shown))


def show_boundaries(incident: Document) -> None:
    """The last good and the first bad moment, side by side."""
    stated = document(document(incident, "rca"), "boundaries")
    left, right = st.columns(2)
    for column, heading, field in ((left, "Last good", "last_good"), (right, "First bad", "first_bad")):
        held = document(stated, field) or document(incident, field)
        words = text(incident, field)
        shown = facts(held) if held else tag("p", clock(words) if words else "not known", class_="sf-soft")
        column.html(tag("section", tag("h3", heading, class_="sf-h"), shown))


def show_citations(incident: Document) -> None:
    """The events that everything above was read from."""
    rca = document(incident, "rca")
    first = [("Primary evidence", "primary_evidence_id"), ("Trace", "primary_trace_id")]
    for words, field in first:
        if text(incident, field):
            st.html(tag("p", f"{words}: ", code(text(incident, field))))
    cited = texts(rca, "evidence_refs")
    st.html(tag("p", f"{len(cited)} events are cited."))
    if cited:
        st.html(items(map(code, cited[:_MOST])))
    if len(cited) > _MOST:
        st.html(tag("p", f"and {len(cited) - _MOST} more, in the raw document.", class_="sf-soft"))


def _entry(entry: Document) -> Html:
    time = text(entry, "time")
    ref = text(entry, "ref")
    cited = joined([" ", code(ref)]) if ref else ""
    return tag("li", tag("time", clock(time), datetime=time), text(entry, "what"), cited)


def _factor(factor: Document) -> tuple[str, ...]:
    value = number(factor, "value")
    shown = joined([bar(value or 0.0, percent(value)), percent(value)])
    name = text(factor, "name").replace("_", " ")
    return (name, shown, percent(number(factor, "weight")), text(factor, "reason"))


def _candidate(cause: Document) -> tuple[str, ...]:
    entity = document(cause, "entity")
    kind = text(cause, "kind", "?")
    named = joined([badge(kind, tone(kind)), tag("div", code(text(entity, "key", "?")))])
    score = number(cause, "score")
    return (
        named,
        joined([bar(score or 0.0, percent(score)), percent(score)]),
        text(cause, "summary") or CAUSES.get(kind, ""),
    )
