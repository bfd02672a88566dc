"""The list of incidents: one row each, its title opens it."""

from collections.abc import Callable, Collection
from datetime import datetime

import streamlit as st

from ..documents import Document, document, documents, number, text, texts
from ..markup import badge, code, label, tag
from ..wording import CAUSES, age, percent, tone
from .states import show_empty

_ROWS = 25


def matching(incidents: list[Document], severities: Collection[str], words: str) -> list[Document]:
    """Incidents of the chosen severities (all, if none is) with ``words`` in a name or title."""
    wanted = words.strip().casefold()
    return [
        incident
        for incident in incidents
        if (not severities or text(incident, "severity") in severities) and wanted in _haystack(incident)
    ]


def show_incidents(
    answer: Document, severities: Collection[str], words: str, now: datetime, choose: Callable[[str], None]
) -> None:
    """The rows that match, with what was cut off said above them."""
    known = documents(answer, "items")
    shown = matching(known, severities, words)
    if not known:
        show_empty(
            "No incidents",
            "Nothing that was promised is broken. If you expected one, check that events arrive: "
            "`sf doctor` tells when the last one did. `sf demo` shows what an incident looks like.",
        )
        return
    if not shown:
        show_empty("No incident matches these filters", "Clear a filter in the sidebar to see more.")
        return
    rows = shown[: st.session_state.get("rows", _ROWS)]
    st.html(tag("p", _count(len(shown), answer), class_="sf-soft", role="status"))
    for incident in rows:
        _row(incident, now, choose)
    if len(rows) < len(shown):
        st.button("Show more", on_click=_more, args=(len(rows),), key="more")


def confidence(rca: Document) -> str:
    """The confidence of an explanation in words, such as ``94% HIGH``."""
    stated = document(rca, "confidence")
    return f"{percent(number(stated, 'score'))} {text(stated, 'level')}".strip()


def _row(incident: Document, now: datetime, choose: Callable[[str], None]) -> None:
    name = text(incident, "incident_id", "?")
    with st.container(border=True, gap=None):
        st.html(
            tag(
                "div",
                *_badges(incident),
                tag("span", age(text(incident, "created_at"), now)),
                class_="sf-meta",
            )
        )
        st.button(
            label(text(incident, "title", name)),
            key=f"open-{name}",
            type="tertiary",
            on_click=choose,
            args=(name,),
        )
        where = tag(
            "p", code(text(incident, "dataset_urn", "unknown data set")), _others(incident), class_="sf-soft"
        )
        st.html(tag("div", tag("p", _cause(document(incident, "rca"))), where))


def _badges(incident: Document) -> list[str]:
    rca = document(incident, "rca")
    shown = [text(incident, "severity", "SEV-?"), text(incident, "status", "?")]
    if text(incident, "freshness_of_evidence") == "STALE":
        shown.append("STALE")
    made: list[str] = [badge(value, tone(value)) for value in shown]
    if text(rca, "verdict") == "INCONCLUSIVE":
        return [*made, badge("INCONCLUSIVE", "warn")]
    return [*made, tag("span", f"confidence {confidence(rca)}")]


def _cause(rca: Document) -> str:
    cause = document(rca, "root_cause")
    kind = text(cause, "kind")
    if not kind:
        return "No single cause is supported by the evidence yet."
    return text(cause, "summary") or f"{CAUSES.get(kind, kind)}: {text(document(cause, 'entity'), 'key')}"


def _others(incident: Document) -> str:
    others = len(set(texts(incident, "datasets")) - {text(incident, "dataset_urn")})
    return f" and {others} more" if others else ""


def _haystack(incident: Document) -> str:
    return " ".join(
        [text(incident, "title"), text(incident, "dataset_urn"), *texts(incident, "datasets")]
    ).casefold()


def _count(shown: int, answer: Document) -> str:
    total = int(number(answer, "total") or 0)
    words = f"{shown} {'incident' if shown == 1 else 'incidents'}"
    if answer.get("is_partial"):
        read = len(documents(answer, "items"))
        return f"{words} among the newest {read} of {total}; filter by status to see others."
    return words


def _more(rows: int) -> None:
    st.session_state["rows"] = rows + _ROWS
