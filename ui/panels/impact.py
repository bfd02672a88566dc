"""The drawn causal graph, and what else is hit."""

from collections.abc import Iterable

import streamlit as st

from ..causal_graph import description, to_dot
from ..documents import Document, document, documents, text
from ..markup import badge, code, joined, table, tag
from ..wording import EFFECTS, tier, tone


def show_graph(incident: Document) -> None:
    """The path from the cause to the incident, with what hangs below it."""
    dot, said = to_dot(incident), description(incident)
    # its signature names types of the optional graphviz package
    st.graphviz_chart(dot, alt=said)  # pyright: ignore[reportUnknownMemberType]


def show_blast_radius(rca: Document) -> None:
    """Every downstream asset with its distance and what happens to it."""
    hit = documents(rca, "blast_radius")
    heading = tag("h2", "Blast radius", class_="sf-h")
    if not hit:
        st.html(tag("section", heading, tag("p", "Nothing downstream is known to be hit.", class_="sf-soft")))
        return
    partial = document(rca, "blast_radius_bounds").get("is_partial")
    caption = f"{len(hit)} {'asset' if len(hit) == 1 else 'assets'} downstream" + (
        ", cut off at a cap" if partial else ""
    )
    st.html(tag("section", heading, blast_table(hit, caption)))


def blast_table(hit: Iterable[Document], caption: str) -> str:
    """The assets as a table, in the order given."""
    return table(("Asset", "Type", "Tier", "Hops", "Effect"), map(_asset, hit), caption)


def _asset(asset: Document) -> tuple[str, ...]:
    effect = text(asset, "effect", "AT_RISK")
    said = joined(
        [badge(effect.replace("_", " "), tone(effect)), tag("div", EFFECTS.get(effect, ""), class_="sf-soft")]
    )
    return (
        code(text(asset, "urn", "?")),
        text(asset, "type"),
        tier(asset.get("tier")),
        text(asset, "hops", "–"),
        said,
    )
