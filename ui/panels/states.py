"""What stands on the page when there is nothing to show: empty lists, failures, doubts."""

import streamlit as st

from signal_factory.errors import BackendUnavailable, ConfigurationError, NotFound, SignalFactoryError

from ..documents import Document, text
from ..markup import advice, tag


def show_failure(failure: SignalFactoryError) -> None:
    """What went wrong, and what to do about it."""
    heading = "Something is not right"
    for family, words in _FAMILIES:
        if isinstance(failure, family):
            heading = words
            break
    said = tag("p", f"{failure}.", class_="sf-soft")
    st.html(
        tag(
            "div",
            tag("p", heading, class_="sf-lead"),
            said,
            advice(failure.hint),
            class_="sf-card sf-bad",
            role="alert",
        )
    )


def show_empty(heading: str, words: str) -> None:
    """A list without entries, and what would put some there."""
    st.html(tag("div", tag("p", heading, class_="sf-lead"), advice(words), class_="sf-card", role="status"))


def show_staleness(incident: Document) -> None:
    """A banner where the evidence is older than it should be."""
    if text(incident, "freshness_of_evidence") == "STALE":
        words = (
            "Evidence stopped arriving. What you see is the last known state; check the event bus and the "
            "heartbeats of the jobs before you act on it."
        )
        lead = tag("p", "STALE evidence", class_="sf-lead")
        st.html(tag("div", lead, tag("p", words), class_="sf-card sf-warn", role="status"))


_FAMILIES: tuple[tuple[type[SignalFactoryError], str], ...] = (
    (ConfigurationError, "The page has no access"),
    (BackendUnavailable, "The server cannot be reached"),
    (NotFound, "That is not known here"),
)
