"""Saying whether an explanation was right, kept with it as a verdict."""

import streamlit as st

from signal_factory.errors import SignalFactoryError

from ..client import RestClient
from ..documents import Document
from .states import show_failure

_VERDICTS = {"It was right": "CORRECT", "It was wrong": "WRONG"}


def verdict(words: str, actual: str, comment: str) -> Document:
    """The feedback as the API takes it; empty fields are left out."""
    said = {"verdict": _VERDICTS[words], "actual_cause": actual.strip(), "comment": comment.strip()}
    return {name: value for name, value in said.items() if value}


def show_feedback(client: RestClient, incident_id: str) -> None:
    """A form that sends one verdict; what became of it is said below, as long as the page is open."""
    recorded = f"recorded-{incident_id}"
    with st.form(f"feedback-{incident_id}", border=False):
        question = "Was this explanation right?"
        words = st.radio(question, list(_VERDICTS), index=None, horizontal=True, key=f"verdict-{incident_id}")
        example = "for example orders-svc:v3.17"
        actual = st.text_input(
            "If not: what was it?", max_chars=300, placeholder=example, key=f"actual-{incident_id}"
        )
        comment = st.text_area("Comment", max_chars=2_000, height=80, key=f"comment-{incident_id}")
        sent = st.form_submit_button("Send feedback")
    if sent:
        st.session_state[recorded] = _send(client, incident_id, words, actual, comment)
    if st.session_state.get(recorded):
        st.success("Recorded. Thank you.")


def _send(client: RestClient, incident_id: str, words: str | None, actual: str, comment: str) -> bool:
    """Whether the server has taken the verdict; what kept it from that is shown."""
    if words is None:
        st.warning("Choose whether it was right or wrong first.")
        return False
    try:
        client.send_feedback(incident_id, verdict(words, actual, comment))
    except SignalFactoryError as failure:
        show_failure(failure)
        return False
    return True
