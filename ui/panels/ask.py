"""A question in words, answered with citations."""

import streamlit as st

from signal_factory.errors import SignalFactoryError

from ..client import RestClient
from ..documents import Document, text, texts
from ..markup import code, items, tag
from .states import show_failure


def show_ask(client: RestClient, incident_id: str = "") -> None:
    """The question box and the answer to what was asked last, as long as the page is open."""
    key = f"ask-{incident_id or 'anything'}"
    answered = f"answer-{key}"
    example = "Why did this break?" if incident_id else "Why is orders_gold_daily stale?"
    with st.form(key, border=False):
        question = st.text_input("Your question", placeholder=example, max_chars=500, key=f"question-{key}")
        asked = st.form_submit_button("Ask")
    if asked and question.strip():
        st.session_state[answered] = _answer(client, question.strip(), incident_id)
    elif asked:
        st.warning("Write a question first, such as: who owns it, what changed, what else is hit?")
    if st.session_state.get(answered):
        st.html(_shown(st.session_state[answered]))


def _answer(client: RestClient, question: str, incident_id: str) -> Document | None:
    try:
        with st.spinner("Reading the graph …"):
            return client.ask(question, incident_id)
    except SignalFactoryError as failure:
        show_failure(failure)
        return None


def _shown(answer: Document) -> str:
    said = text(answer, "answer", "There is no answer to that.")
    paragraphs = [tag("p", part) for part in said.split("\n") if part.strip()]
    cited = texts(answer, "citations")
    below: list[str] = [tag("p", f"Answered by: {text(answer, 'answered_by', 'unknown')}", class_="sf-soft")]
    if cited:
        below += [tag("h3", "Citations", class_="sf-h"), items(map(code, cited))]
    return tag("div", *paragraphs, *below, class_="sf-card sf-info sf-steps", role="status")
