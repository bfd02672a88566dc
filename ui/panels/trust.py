"""How far the engines can be trusted: their false alarms, and what people said of explanations."""

import streamlit as st

from ..client import RestClient
from ..documents import Document, document, documents, text
from ..markup import badge, table, tag
from ..wording import clock, counted

_DAY_S = 86_400


def show_trust(client: RestClient) -> None:
    """Each engine's budget of false alarms, and the correction of confidence."""
    told = client.budgets()
    st.html(
        table(
            ("Signal", "False alarms", "Share", "State"), map(_engine, documents(told, "items")), _rule(told)
        )
    )
    st.html(tag("h2", "Confidence of explanations", class_="sf-h"))
    st.html(tag("p", _confidence(document(told, "confidence"))))


def _engine(spent: Document) -> tuple[str, ...]:
    since = text(spent, "demoted_at")
    state = badge(f"demoted since {clock(since)}", "warn") if since else badge("heard", "good")
    said = f"{spent.get('false_alarms', 0)} of {counted(int(spent.get('answers', 0)), 'answer')}"
    return (text(spent, "signal_type", "?"), said, f"{float(spent.get('share', 0.0)):.1%}", state)


def _rule(told: Document) -> str:
    days = int(float(told.get("window_s", 0)) / _DAY_S)
    return (
        f"Above {float(told.get('budget', 0.0)):.0%} false alarms among at least {told.get('least_answers')}"
        f" answers in {days} days an engine opens no incidents until it is reset"
    )


def _confidence(line: Document) -> str:
    if not line.get("verdicts"):
        return "Nobody has judged an explanation yet: confidence is as fitted on labelled incidents."
    return (
        f"People found {line.get('right')} of {counted(int(line['verdicts']), 'explanation')} right; "
        f"confidence is shown from {float(line['at_least']):.0%} to {float(line['at_most']):.0%}."
    )
