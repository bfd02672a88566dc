"""What stands on the page when there is nothing to show: empty lists, failures, doubts."""

import streamlit as st
from signal_factory.errors import BackendUnavailable, ConfigurationError, NotFound, SignalFactoryError

from ui.documents import Document, document, text
from ui.markup import tag


def show_failure(failure: SignalFactoryError) -> None:
    """What went wrong, and what to do about it."""
    heading = "Something is not right"
    for family, words in _FAMILIES:
        if isinstance(failure, family):
            heading = words
            break
    said = tag("p", f"{failure}.", class_="sf-soft")
    st.html(
        tag("div", tag("p", heading, class_="sf-lead"), said, tag("p", failure.hint), class_="sf-card sf-bad", role="alert")
    )


def show_empty(heading: str, advice: str) -> None:
    """A list without entries, and what would put some there."""
    st.html(tag("div", tag("p", heading, class_="sf-lead"), tag("p", advice), class_="sf-card", role="status"))


def show_doubts(incident: Document) -> None:
    """A banner where the evidence is stale or does not support one cause."""
    if text(incident, "freshness_of_evidence") == "STALE":
        _doubt(
            "STALE evidence",
            "Evidence stopped arriving. What you see is the last known state; check the event bus and the "
            "heartbeats of the jobs before you act on it.",
        )
    if text(document(incident, "rca"), "verdict") == "INCONCLUSIVE":
        _doubt(
            "INCONCLUSIVE",
            "The evidence does not support one cause over the others. The candidates and the checks that would "
            "decide it are below.",
        )


_FAMILIES: tuple[tuple[type[SignalFactoryError], str], ...] = (
    (ConfigurationError, "The page has no access"),
    (BackendUnavailable, "The server cannot be reached"),
    (NotFound, "That is not known here"),
)


def _doubt(heading: str, advice: str) -> None:
    st.html(tag("div", tag("p", heading, class_="sf-lead"), tag("p", advice), class_="sf-card sf-warn", role="status"))
