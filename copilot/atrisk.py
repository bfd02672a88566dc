"""Who is still to be hit: data sets below the cause whose own deadline has not passed yet."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from engines.standing import Standing
from graph.model import NodeRef
from graph.port import GraphStore
from signal_factory.times import format_time

Document: TypeAlias = dict[str, Any]
Due: TypeAlias = Callable[[str], datetime | None]
"""The deadline of a data set, grace included, that nothing was written for yet."""

_MOST_ACTIONS = 3


def nothing_due(_: str) -> datetime | None:
    """The deadlines of a fleet that has none."""
    return None


def deadlines_of(standing: Callable[[str], Standing | None]) -> Due:
    """Deadlines as the freshness engine keeps them."""

    def due(urn: str) -> datetime | None:
        known = standing(urn)
        return known.awaited if known is not None else None

    return due


def at_risk(store: GraphStore, rows: Sequence[Document], due: Due, now: datetime) -> list[Document]:
    """``{urn, owner_team, tier, hops, due}`` of rows of a blast radius that are at risk, by deadline."""
    waiting = {
        row["urn"]: moment
        for row in rows
        if row["effect"] == "AT_RISK" and (moment := due(row["urn"])) is not None and moment > now
    }
    refs = [NodeRef("Dataset", urn) for urn in waiting]
    owners = {ref.key: node.props.get("owner_team") for ref, node in store.get(refs).items()}
    found = [
        {
            "urn": row["urn"], "owner_team": owners.get(row["urn"]), "tier": row["tier"], "hops": row["hops"],
            "due": format_time(waiting[row["urn"]]),
        }
        for row in rows if row["urn"] in waiting
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each["due"], each["urn"]))


def warnings(rows: Sequence[Document]) -> list[str]:
    """What to do for them, the most urgent first; the last line says how many more there are."""
    told = [
        f"Warn {row['owner_team'] or 'whoever owns it'}: {row['urn']} will miss "
        f"{datetime.fromisoformat(row['due']):%Y-%m-%d %H:%M} UTC unless this is mended before"
        for row in rows[:_MOST_ACTIONS]
    ]
    more = len(rows) - len(told)
    return [*told, *([f"Warn the owners of {more} more that are due later"] if more else [])]
