"""Schema and enum drift: a failure not seen for 30 days, and a table whose columns changed.

Source: spec/prd.md FR-5, spec/event_schemas_and_scenarios.md, scenario 2, step 6.
"""

from datetime import datetime

from graph.facts import SchemaSeen
from graph.signatures import family_of, field_of, kind_of

from .policy import NEW_AFTER
from .signal import Signal
from .state import DatasetState, Schema

_SCHEMAS = 20
_TYPES = {"UNKNOWN_ENUM": "ENUM_VALUE_DRIFT", "NEW_FIELD": "FIELD_ADDED", "MISSING_FIELD": "FIELD_REMOVED",
          "SCHEMA_BREAK": "TYPE_CHANGED"}  # fmt: skip


def note(state: DatasetState, signature: str, at: datetime) -> bool:
    """Remember that a signature was seen; whether it is new within 30 days."""
    last = state.signatures.get(signature)
    state.signatures[signature] = max(at, last or at)
    return last is None or at - last > NEW_AFTER


def signal_of(
    state: DatasetState, signature: str, at: datetime, now: datetime, ref: str, run_id: str
) -> Signal:
    """The signal of a drift-like failure that is new."""
    kind = kind_of(signature)
    details: dict[str, object] = {
        "drift_type": _TYPES.get(kind, "SCHEMA_DRIFT"), "field": field_of(signature) or "",
        "signature": signature,
    }  # fmt: skip
    parts = signature.split(":")
    if kind == "UNKNOWN_ENUM" and len(parts) > 2:
        details["new_value"] = parts[2]
    return Signal(
        "DRIFT_DETECTED", state.urn, "WARNING", now, at, at, "BATCH_RUN" if run_id else "TUMBLING_5MIN",
        first_bad=at, signatures=(signature,), run_ids=(run_id,) if run_id else (), evidence=(ref,),
        details=details,
    )  # fmt: skip


def is_drift(signature: str) -> bool:
    """Whether a failure is of the drift family (contract rule 11)."""
    return family_of(signature) == "drift"


def observe_schema(state: DatasetState, fact: SchemaSeen, now: datetime) -> list[Signal]:
    """Compare columns with those seen before; one signal for each change."""
    columns = dict(fact.columns)
    seen = Schema(fact.at, columns, fact.ref)
    before = [each for each in state.schemas if each.at <= fact.at]
    after = [each for each in state.schemas if each.at > fact.at]
    if before and before[-1].columns == columns:
        return []
    state.schemas = [*before, seen, *after][-_SCHEMAS:]
    found = _signals(state, before[-1], seen, now) if before else []
    return [*found, *(_signals(state, seen, after[0], now) if after else [])]


def _signals(state: DatasetState, old: Schema, new: Schema, now: datetime) -> list[Signal]:
    found: list[Signal] = []
    for signature in _changes(old.columns, new.columns):
        note(state, signature, new.at)
        found.append(signal_of(state, signature, new.at, now, new.ref or state.urn, ""))
    return found


def _changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    changed = [
        f"SCHEMA_BREAK:{name}:{_base(old[name])}→{_base(new[name])}"
        for name in old
        if name in new and _base(old[name]) != _base(new[name])
    ]
    removed = [f"MISSING_FIELD:{name}" for name in old if name not in new]
    added = [f"NEW_FIELD:{name}" for name in new if name not in old]
    return sorted(changed) + sorted(removed) + sorted(added)


def _base(kind: str) -> str:
    return kind.partition("(")[0].strip().upper()
