"""The health of data sets: one chosen by name, its state, signals and reach."""

import streamlit as st

from signal_factory.errors import NotFound, SignalFactoryError

from ..client import RestClient
from ..documents import Document, documents, text
from ..markup import badge, code, table, tag
from ..wording import clock, counted, tier, tone
from .facts import facts
from .impact import blast_table
from .states import show_empty, show_failure

_MOST = 50


def show_health(client: RestClient, words: str) -> None:
    """The known data sets that match ``words``, and one of them in full."""
    known = documents(client.datasets(), "items")
    wanted = words.strip().casefold()
    shown = [entry for entry in known if wanted in text(entry, "urn").casefold()]
    if not known:
        show_empty(
            "No data set is known",
            "Register one with `sf bootstrap`, or PUT /api/v1/registry/datasets/{urn}. "
            "Without a registration nothing was promised, so nothing can be broken.",
        )
        return
    if not shown:
        show_empty("No data set matches", "Clear the text filter in the sidebar to see all.")
        return
    st.html(table(("Data set", "Status", "Tier", "Owner"), map(_known, shown[:_MOST]), _caption(len(shown))))
    chosen = st.selectbox("Data set in full", [text(entry, "urn") for entry in shown], key="dataset")
    if chosen:
        _one(client, chosen)


def owner_of(client: RestClient, urn: str) -> str:
    """Who owns a data set; empty where that is not known or cannot be read."""
    try:
        return owner(client.dataset(urn)) if urn else ""
    except SignalFactoryError:
        return ""


def owner(dataset: Document) -> str:
    """The owner, under either name the API uses."""
    return text(dataset, "owner_team") or text(dataset, "owner")


def _one(client: RestClient, urn: str) -> None:
    try:
        state = client.dataset(urn)
        signals = documents(client.dataset_signals(urn), "items")
        reach = client.blast_radius(urn)
    except NotFound as failure:
        show_failure(failure)
        return
    st.html(tag("h2", code(urn), " ", _status(state), class_="sf-h"))
    st.html(facts({name: value for name, value in state.items() if name not in {"urn", "status", "signals"}}))
    _signals(signals)
    downstream = documents(reach, "items")
    if downstream:
        cut = ", cut off at a cap" if reach.get("is_partial") else ""
        st.html(blast_table(downstream[:_MOST], f"{counted(len(downstream), 'asset')} downstream{cut}"))


def _signals(signals: list[Document]) -> None:
    if not signals:
        st.html(tag("p", "No signals: no engine has found anything to say about it.", class_="sf-soft"))
        return
    st.html(table(("Since", "Signal", "State", "What"), map(_signal, signals[:_MOST]), "Latest signals"))


def _signal(signal: Document) -> tuple[str, ...]:
    state = text(signal, "state") or text(signal, "status") or text(signal, "severity")
    time = (
        text(signal, "opened_at") or text(signal, "time") or text(signal, "at") or text(signal, "created_at")
    )
    kind = text(signal, "signal_type") or text(signal, "kind") or text(signal, "type")
    what = text(signal, "summary") or text(signal, "reason") or text(signal, "failure_signature")
    return (clock(time), kind, badge(state or "–", tone(state)), what)


def _known(entry: Document) -> tuple[str, ...]:
    return (code(text(entry, "urn", "?")), _status(entry), tier(entry.get("tier")), owner(entry) or "unknown")


def _status(state: Document) -> str:
    said = text(state, "status", "UNKNOWN")
    return badge(said, tone(said))


def _caption(count: int) -> str:
    return (
        counted(count, "data set")
        if count <= _MOST
        else f"The first {_MOST} of {count}; filter in the sidebar for others"
    )
