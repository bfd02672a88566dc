"""What to do now, what would settle doubts, and what could not be seen."""

import streamlit as st

from ..documents import Document, texts
from ..markup import items, tag


def show_actions(rca: Document) -> None:
    """Recommended actions in order; where there are none, that is said."""
    _section(
        "Recommended actions", texts(rca, "recommended_actions"), "None: decide after the next checks.", True
    )


def show_checks(rca: Document) -> None:
    """Checks that would confirm or overturn the explanation."""
    _section("Next checks", texts(rca, "next_checks"), "Nothing further would change the picture.", False)


def show_gaps(rca: Document) -> None:
    """What the explanation could not see."""
    _section(
        "Missing evidence", texts(rca, "missing_evidence"), "Nothing that was looked for is missing.", False
    )


def _section(heading: str, entries: list[str], otherwise: str, ordered: bool) -> None:
    shown = items(entries, ordered=ordered) if entries else tag("p", otherwise, class_="sf-soft")
    st.html(tag("section", tag("h2", heading, class_="sf-h"), shown, class_="sf-steps"))
