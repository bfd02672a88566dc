"""The false-alarm budget of each engine: an engine that overspends is heard no more until it is reset.

Source: spec/prd.md §6 (fewer than 5 % false positives), measured from what people say of incidents.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

BUDGET = 0.05
WINDOW = timedelta(days=30)
LEAST_ANSWERS = 20
_NOTHING = frozenset(
    {"none", "nothing", "no incident", "false alarm", "false positive", "false_alarm", "false_positive"}
)


@dataclass(frozen=True, slots=True)
class Spending:
    """What people said of one engine's incidents in 30 days; ``demoted_at`` is when it went over budget."""

    signal_type: str
    answers: int
    false_alarms: int
    demoted_at: datetime | None

    @property
    def share(self) -> float:
        """False alarms among the answers, 0..1."""
        return self.false_alarms / self.answers if self.answers else 0.0


def is_false_alarm(feedback: Mapping[str, Any]) -> bool:
    """Whether somebody says that nothing was wrong, rather than that something else was."""
    cause = str(feedback.get("actual_cause") or "").strip().lower()
    return feedback.get("verdict") == "WRONG" and cause in _NOTHING


def spending(
    feedback: Iterable[Mapping[str, Any]], resets: Mapping[str, datetime], now: datetime
) -> dict[str, Spending]:
    """By signal type. The last word on an incident counts; what was said before a reset does not.

    Args:
        feedback: ``{incident_id, signal_type, verdict, actual_cause?, at}`` in any order.
        resets: when each signal type was last given a new budget.
        now: the end of the window.
    """
    told: dict[str, list[tuple[datetime, bool]]] = {}
    for each in last_words(feedback):
        kind, at = str(each.get("signal_type") or ""), datetime.fromisoformat(str(each["at"]))
        if kind and now - WINDOW < at <= now and (kind not in resets or at > resets[kind]):
            told.setdefault(kind, []).append((at, is_false_alarm(each)))
    return {kind: _spent(kind, sorted(answers)) for kind, answers in sorted(told.items())}


def demoted(found: Mapping[str, Spending]) -> dict[str, datetime]:
    """Signal types that open no incident any more, and since when."""
    return {kind: each.demoted_at for kind, each in found.items() if each.demoted_at is not None}


def last_words(feedback: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The last feedback on each incident, oldest first."""
    last: dict[str, Mapping[str, Any]] = {}
    for each in sorted(feedback, key=lambda one: (str(one["at"]), str(one.get("feedback_id", "")))):
        last.pop(str(each["incident_id"]), None)
        last[str(each["incident_id"])] = each
    return list(last.values())


def _spent(kind: str, answers: list[tuple[datetime, bool]]) -> Spending:
    since, false = None, 0
    for number, (at, is_false) in enumerate(answers, 1):
        false += is_false
        if since is None and number >= LEAST_ANSWERS and false / number > BUDGET:
            since = at
    return Spending(kind, len(answers), false, since)
