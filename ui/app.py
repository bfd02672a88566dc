"""The page: filters, the list of incidents, one explained, data set health, questions.

Run by Streamlit (``ui/launch.py``). Everything it shows comes over REST.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from signal_factory.errors import SignalFactoryError
from ui.client import RestClient
from ui.documents import document, text
from ui.markup import tag
from ui.page_settings import from_environment
from ui.panels.actions import show_actions, show_checks, show_gaps
from ui.panels.ask import show_ask
from ui.panels.evidence import (
    show_boundaries,
    show_candidates,
    show_citations,
    show_factors,
    show_timeline,
)
from ui.panels.feedback import show_feedback
from ui.panels.headline import show_cause, show_counts, show_headline, show_narrative
from ui.panels.health import owner_of, show_health
from ui.panels.impact import show_blast_radius, show_graph
from ui.panels.incident_list import show_incidents
from ui.panels.queries import show_queries, show_raw
from ui.panels.states import show_failure, show_staleness
from ui.panels.trust import show_trust
from ui.wording import SEVERITIES, STATUSES

_VIEWS = ("Incidents", "Data sets", "Trust", "Ask")


def choose(incident_id: str) -> None:
    """Open one incident; the address then names it."""
    st.query_params["incident"] = incident_id


def leave() -> None:
    """Go back to the list."""
    if "incident" in st.query_params:
        del st.query_params["incident"]


def heading(words: str, level: str = "h2") -> None:
    """A heading of the page's own words."""
    st.html(tag(level, words, class_="sf-h"))


def show_one(client: RestClient, incident_id: str) -> None:
    """One incident explained, most needed first."""
    incident = client.incident(incident_id)
    rca = document(incident, "rca")
    show_headline(incident, owner_of(client, text(incident, "dataset_urn")), datetime.now(UTC))
    show_staleness(incident)
    show_cause(incident)
    show_narrative(incident)
    decided = bool(document(rca, "root_cause"))
    if not decided:
        show_checks(rca)
        show_candidates(rca)
    left, right = st.columns(2, gap="medium")
    with left:
        heading("How it spread")
        show_graph(incident)
    with right:
        show_actions(rca)
        heading("Evidence chain")
        show_timeline(rca)
    show_blast_radius(rca)
    show_boundaries(incident)
    left, right = st.columns(2, gap="medium")
    with left:
        show_gaps(rca)
    with right:
        if decided:
            show_checks(rca)
    show_factors(rca)
    if decided:
        show_candidates(rca)
    show_counts(incident)
    with st.expander("Evidence cited"):
        show_citations(incident)
    with st.expander("The path as a query"):
        show_queries(rca)
    with st.expander("Raw document"):
        show_raw(incident)
    with st.expander("Ask about this incident", expanded=True):
        show_ask(client, incident_id)
    with st.expander("Feedback"):
        show_feedback(client, incident_id)


def navigation() -> str:
    """The views side by side, and the way back from an incident; answers the chosen view."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            _VIEWS,
            default=_VIEWS[0],
            required=True,
            key="view",
            on_change=leave,
            bind="query-params",
            label_visibility="collapsed",
        )
        if view == "Incidents" and "incident" in st.query_params:
            st.button("← All incidents", on_click=leave, key="back", type="tertiary")
    return view


def show_page(client: RestClient) -> None:
    """The chosen view with its filters."""
    view = navigation()
    if view == "Ask":
        heading("Ask", "h1")
        show_ask(client)
    elif view == "Data sets":
        show_datasets(client)
    elif view == "Trust":
        heading("How far the engines can be trusted", "h1")
        show_trust(client)
    else:
        show_incident_view(client)


def show_datasets(client: RestClient) -> None:
    """The health of data sets, filtered by name."""
    with st.sidebar:
        words = st.text_input("Data set contains", key="dataset-words", max_chars=200)
        st.button("Refresh", key="refresh")
    heading("Data set health", "h1")
    show_health(client, words)


def show_incident_view(client: RestClient) -> None:
    """The incident that the address names, or the list under the filters."""
    with st.sidebar:
        status = st.selectbox("Status", ("All", *STATUSES), key="status", on_change=leave)
        severities = st.multiselect(
            "Severity", SEVERITIES, key="severity", on_change=leave, placeholder="All"
        )
        words = st.text_input("Data set or title contains", key="words", on_change=leave, max_chars=200)
        st.button("Refresh", key="refresh")
    if "incident" in st.query_params:
        show_one(client, st.query_params["incident"])
        return
    heading("Incidents", "h1")
    answer = client.incidents(status="" if status == "All" else status)
    show_incidents(answer, severities, words, datetime.now(UTC), choose)


def main() -> None:
    """Draw the page once; a failure is a panel with advice, not a stack trace."""
    st.set_page_config("Signal Factory", page_icon="🏭", layout="wide")
    st.html(Path(__file__).with_name("style.css"))
    try:
        with RestClient(from_environment(os.environ)) as client:
            show_page(client)
    except SignalFactoryError as failure:
        show_failure(failure)


main()
