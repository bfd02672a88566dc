"""A suspected cause, what speaks for it, and what it scores."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log

from .world import Change

WEIGHTS = {
    "timing": 0.25,
    "boundary": 0.15,
    "link": 0.25,
    "signature": 0.15,
    "upstream": 0.10,
    "completeness": 0.10,
}
ABSTAIN = 0.40
"""No cause is named whose evidence weighs less, or that is less likely to be right."""
MOST = 0.99
TIE = 0.03
"""Two suspects closer than this explain a failure equally well (contract rule 12)."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """One candidate cause.

    ``chain`` runs from the cause's first data set to the broken one. ``factors`` are
    (value 0..1, reason) by name. ``standing`` is 1 for what the trace arrived at and
    less for what it passed by or ruled out.
    """

    kind: str
    label: str
    key: str
    at: datetime | None
    chain: tuple[str, ...]
    summary: str
    refs: tuple[str, ...] = ()
    run_id: str = ""
    job: str = ""
    signature: str = ""
    failure: str = ""
    standing: float = 1.0
    factors: dict[str, tuple[float, str]] = field(default_factory=dict[str, tuple[float, str]])
    missing: tuple[str, ...] = ()
    change: Change | None = None

    @property
    def score(self) -> float:
        """The weight of the evidence, 0..0.99: the mean of the factors, times the standing.

        Candidates are ranked by it. How likely the best is right, ``confidence`` says.
        """
        weight = sum(WEIGHTS[name] for name in self.factors)
        total = sum(WEIGHTS[name] * value for name, (value, _) in self.factors.items())
        return round(min(self.standing * total / weight, MOST), 4) if weight else 0.0

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two suspects the same cause."""
        return self.kind, self.label, self.key

    def below(self, urn: str) -> "Suspect":
        """The same cause, seen from a table further down."""
        return self if self.chain and self.chain[-1] == urn else replace(self, chain=(*self.chain, urn))

    def ruled_out(self, standing: float, why: str) -> "Suspect":
        """The same suspect, set back."""
        return replace(self, standing=min(self.standing, standing), summary=f"{self.summary} — {why}")


def best_of_each(suspects: Iterable[Suspect]) -> list[Suspect]:
    """Each cause once, as it is best supported; by score, then by name."""
    best: dict[tuple[str, str, str], Suspect] = {}
    for each in suspects:
        known = best.get(each.identity)
        if known is None or each.score > known.score:
            best[each.identity] = each
    return sorted(best.values(), key=lambda each: (-each.score, each.identity))


def proximity(before: datetime, after: datetime) -> float:
    """1 within ten minutes, falling by the logarithm to 0.6 at a day and 0.4 at a week."""
    minutes = max(0.0, (after - before) / timedelta(minutes=1))
    return 1.0 if minutes <= 10 else max(0.3, 1.0 - 0.4 * log(minutes / 10) / log(144))


def span(delta: timedelta) -> str:
    """A duration as people say it: 17 seconds, 75 minutes, 14 hours, 3 days."""
    seconds = abs(delta.total_seconds())
    for unit, size in (("day", 172_800), ("hour", 10_800), ("minute", 120), ("second", 0)):
        if seconds >= size:
            per = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}[unit]
            count = round(seconds / per)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "0 seconds"
