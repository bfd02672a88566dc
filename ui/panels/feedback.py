"""Saying whether an explanation was right, which later confidence is calibrated by."""

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
    """A form that sends one verdict; what became of it is said below."""
    with st.form(f"feedback-{incident_id}", border=False):
        words = st.radio("Was this explanation right?", list(_VERDICTS), index=None, horizontal=True)
        actual = st.text_input(
            "If not: what was it?", max_chars=300, placeholder="for example orders-svc:v3.17"
        )
        comment = st.text_area("Comment", max_chars=2_000, height=80)
        sent = st.form_submit_button("Send feedback")
    if not sent:
        return
    if words is None:
        st.warning("Choose whether it was right or wrong first.")
        return
    try:
        client.send_feedback(incident_id, verdict(words, actual, comment))
    except SignalFactoryError as failure:
        show_failure(failure)
        return
    st.success("Recorded. Thank you: confidence is calibrated by verdicts like this one.")
