"""The path as queries to paste into a graph console, and the whole document."""

import streamlit as st

from ..documents import Document, document, text


def show_queries(rca: Document) -> None:
    """The Cypher and the Gremlin of the path, each with a copy button."""
    stated = document(rca, "query")
    for name, field, language in (("Cypher", "cypher", "cypher"), ("Gremlin", "gremlin", "groovy")):
        st.caption(name)
        st.code(
            text(stated, field) or "// none: there is no path to query", language=language, wrap_lines=True
        )


def show_raw(incident: Document) -> None:
    """The document as the server gave it."""
    st.json(incident, expanded=1)
