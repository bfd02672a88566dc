"""How likely a named cause is right: a probability fitted on labelled incidents, in factors that add up.

``sum(value × weight)`` over the factors is the score, and the weights add up to
``precedents.MOST``: each weight is what its factor can cost at worst. The order of
candidates is not decided here but by ``Suspect.score`` and the trace; within a report
no candidate is shown above the cause. docs/confidence.md; docs/decisions/0010-confidence.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .doubts import COMPLETENESS, PARTS, basis, completeness, evidence, rivals
from .precedents import Table, shipped
from .suspects import ABSTAIN, Suspect
from .world import World

HIGH, MEDIUM = 0.9, 2 / 3
"""HIGH: at least 9 in 10 such answers were right; MEDIUM: 2 in 3; below ``ABSTAIN`` no cause is named."""
UNDECIDED = ABSTAIN - 0.01
"""The most that is shown where no cause is named."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason for or against a cause; ``value`` and ``weight`` are 0..1, rounded as they are shown."""

    name: str
    value: float
    weight: float
    reason: str

    def document(self) -> dict[str, Any]:
        """As JSON (contract §3)."""
        return {"name": self.name, "value": self.value, "weight": self.weight, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a cause is. ``basis`` is the sort of answer that precedents are counted by."""

    factors: tuple[Factor, ...]
    basis: str

    @property
    def score(self) -> float:
        """The probability that the cause is right, 0..0.99."""
        return total(self.factors)

    def document(self) -> dict[str, Any]:
        """As JSON (contract §3)."""
        factors = [each.document() for each in self.factors]
        return {"score": self.score, "level": level(self.score), "factors": factors, "basis": self.basis}


def total(factors: Sequence[Factor]) -> float:
    """What factors add up to."""
    return round(sum(each.value * each.weight for each in factors), 4)


def level(score: float) -> str:
    """HIGH, MEDIUM or LOW."""
    return "HIGH" if score >= HIGH else "MEDIUM" if score >= MEDIUM else "LOW"


def assess(candidates: Sequence[Suspect], world: World, track: str, table: Table | None = None) -> Confidence:
    """How sure the first of ``candidates`` (best first, at least one) is.

    Args:
        candidates: as ranked.
        world: the neighbourhood they were found in.
        track: what is broken: freshness, contract, quality, volume, gates or heartbeats.
        table: what was fitted; the one that is shipped unless given.
    """
    table = table or shipped()
    best = candidates[0]
    sort = basis(best, track, world)
    doubts = {"rivals": rivals(best, candidates, world), COMPLETENESS: completeness(best, world)}
    told = [
        _factor("precedent", *_precedent(table, sort), table.weights["precedent"]),
        *(
            _factor(name, value, reason, part * table.weights["evidence"])
            for name, (value, part, reason) in evidence(best).items()
        ),
        *(_factor(name, *doubt, table.weights[name]) for name, doubt in doubts.items()),
    ]
    return Confidence(tuple(told), sort)


def shown(candidates: Sequence[Suspect], first: float) -> list[float]:
    """The score of each candidate, best first, where that of the first is ``first``."""
    ratios = [each.score / candidates[0].score if candidates[0].score else 0.0 for each in candidates[1:]]
    return [first, *behind(first, ratios)] if candidates else []


def behind(first: float, ratios: Sequence[float]) -> list[float]:
    """The scores of those after the first, in proportion to ``ratios`` (0..1) of its strength.

    None is above the first, and all together are at most 1, for only one is the cause.
    """
    wanted = [min(1.0, ratio) * first for ratio in ratios]
    scale = min(1.0, (1 - first) / sum(wanted)) if sum(wanted) else 1.0
    return [round(each * scale, 4) for each in wanted]


def evidence_of(factors: dict[str, float]) -> float:
    """The value of the evidence as a whole, from the factors of a report by name."""
    told = {name: value for name, value in factors.items() if name in PARTS}
    whole = sum(PARTS[name] for name in told)
    return sum(PARTS[name] * value for name, value in told.items()) / whole if whole else 1.0


def _factor(name: str, value: float, reason: str, weight: float) -> Factor:
    return Factor(name, round(value, 4), round(weight, 4), reason)


def _precedent(table: Table, sort: str) -> tuple[float, str]:
    name = table.nearest(sort)
    found = table.precedents[name]
    what = name.replace("/", ", ") or "any sort"
    return found.value, f"{found.right} of {found.answers} labelled answers of this sort were right ({what})"
