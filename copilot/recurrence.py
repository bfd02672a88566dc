"""What has happened before: incidents of the same cause or failure within thirty days (contract rule 16)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, TypeAlias

from graph.signatures import family_of

Document: TypeAlias = dict[str, Any]

_OF_DATA = ("drift", "anomaly")
WITHIN = timedelta(days=30)
_MOST_NAMED = 5
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def note_recurrences(incidents: Iterable[Document], said: Mapping[str, str]) -> None:
    """Have each incident name the earlier ones, say when the last was, and what ended it.

    ``said`` is what people named as the cause of an incident, by its id. An incident
    counts as earlier once it had mended before the other began.
    """
    earlier: dict[str, list[Document]] = {}
    for each in sorted(incidents, key=lambda one: (one["created_at"], one["incident_id"])):
        names = _names(each)
        before = {one["incident_id"]: one for name in names for one in _within(earlier.get(name, []), each)}
        recent = [one for one in before.values() if _has_mended(one, each)]
        if recent:
            recent.sort(key=lambda one: (one["created_at"], one["incident_id"]))
            _tell(each, recent, said)
        for name in names:
            earlier.setdefault(name, []).append(each)


def _names(incident: Document) -> list[str]:
    """What is the same when it returns: the cause, or the failure of the data.

    A job that fails in another way is another failure; a service that breaks the same
    data in the same way with another version has done it before.
    """
    cause, signature = incident["rca"]["root_cause"], incident.get("failure_signature") or ""
    failure = f"{incident['dataset_urn']}\x1f{signature}"
    names = [failure] if signature and family_of(signature) in _OF_DATA else []
    if cause is None:
        return names
    kind, key = cause["kind"], cause["entity"]["key"]
    names.append("\x1f".join((kind, key, signature if kind == "JOB_FAILED" else "")))
    if kind == "DEPLOYMENT":
        names.append(f"{key.rpartition(':')[0]}\x1f{failure}")
    return names


def _within(earlier: list[Document], later: Document) -> Iterator[Document]:
    """Those that began in the thirty days before; ``earlier`` is in order of time."""
    since = datetime.fromisoformat(later["created_at"]) - WITHIN
    return takewhile(lambda one: datetime.fromisoformat(one["created_at"]) >= since, reversed(earlier))


def _has_mended(earlier: Document, later: Document) -> bool:
    mended = earlier.get("resolved_at")
    return mended is not None and datetime.fromisoformat(mended) <= datetime.fromisoformat(
        later["created_at"]
    )


def _tell(incident: Document, recent: list[Document], said: Mapping[str, str]) -> None:
    last, times = recent[-1], len(recent) + 1
    mended, named = last["impact"].get("resolved_by"), said.get(last["incident_id"])
    impact, rca = incident["impact"], incident["rca"]
    impact["recurrence_of"] = [one["incident_id"] for one in recent[-_MOST_NAMED:]]
    impact["recurrence"] = {
        "times": times, "within_days": WITHIN.days, "last_incident_id": last["incident_id"],
        "last_at": last["created_at"], "last_resolved_at": last["resolved_at"],
        "last_resolved_by": mended, **({"last_cause_named": named} if named else {}),
    }  # fmt: skip
    how = f"and ended when {mended['what']}" if mended else f"and ended at {_clock(last['resolved_at'])}"
    sentence = (
        f"This is the {_ordinal(times)} time in {WITHIN.days} days: the last began at "
        f"{_clock(last['created_at'])} {how}."
    )
    check = f"Compare with {last['incident_id']}: {_why(mended, named)}"
    incident["rca"] = rca | {
        "narrative": f"{rca['narrative']} {sentence}", "next_checks": [*rca["next_checks"], check],
    }  # fmt: skip


def _why(mended: Document | None, named: str | None) -> str:
    told = f"it ended when {mended['what']}, which did not last" if mended else "it ended and is back"
    return f"{told}; people named {named} as its cause" if named else told


def _ordinal(number: int) -> str:
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
