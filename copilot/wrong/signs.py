"""Signals by which a table shows a failure itself: its columns changed, a measure is off, it is broken."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.signatures import field_of, kind_of

from ..world import World
from .bad import Bad
from .failures import LEAD

_AT_ONCE = timedelta(hours=1)
_CASTS = frozenset({"INVALID_CAST"})


@dataclass(frozen=True, slots=True)
class Sign:
    """What a table was seen to be wrong by."""

    at: datetime
    signature: str
    evidence: tuple[str, ...]


def reshaped(world: World, urn: str, bad: Bad) -> list[Sign]:
    """Changes of a table's columns that fit the failure: by name, by column, or, for a cast, by type."""
    fields = {field_of(each) for each in bad.signatures} - {None}
    kinds = {kind_of(each) for each in bad.signatures}
    oldest = bad.since - _AT_ONCE

    def fits(signature: str) -> bool:
        by_field = "UNKNOWN_ENUM" not in kinds and field_of(signature) in fields
        by_type = bool(kinds & _CASTS) and not fields and kind_of(signature) == "SCHEMA_BREAK"
        return signature in bad.signatures or by_field or by_type

    return [
        Sign(each.at, each.signature, each.evidence)
        for each in world.signals(urn)
        if each.signal_type == "DRIFT_DETECTED" and oldest <= each.at <= bad.newest and fits(each.signature)
    ]


def measured(world: World, urn: str, bad: Bad) -> list[Sign]:
    """Measures by which a table itself is wrong, whoever read it: of the same column, in the same way.

    What reads the table tells of it when it ends, which may be after its own output failed.
    """
    wanted = {(kind_of(each), field_of(each)) for each in bad.signatures}
    oldest = bad.since - LEAD
    return [
        Sign(min(each.at, bad.first_bad), each.signature, each.evidence)
        for each in world.signals(urn)
        if each.signal_type == "ANOMALY" and each.signature
        and (kind_of(each.signature), field_of(each.signature)) in wanted
        and oldest <= each.at and (each.at <= bad.newest or each.run_id in bad.run_ids)
    ]  # fmt: skip


def alarms(world: World, urn: str, bad: Bad) -> list[datetime]:
    """Since when a table is broken by a failure that had been there before, as a few bad records are."""
    oldest = bad.since - LEAD
    return [
        each.at
        for each in world.signals(urn)
        if each.signal_type in ("CONTRACT_BREACH", "DQ_BREACH") and each.state in ("WARNING", "CRITICAL")
        and each.signature in bad.signatures and oldest <= each.at <= bad.first_bad
    ]  # fmt: skip
