"""What people say of explanations corrects the confidence of later ones.

A straight line from what the table says to what is shown, drawn through the verdicts
and held by a prior that believes the table: an offset and a slope. It moves neither a
verdict nor the order of candidates, and it is an argument, never kept here.
docs/confidence.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .budget import last_words
from .confidence import Factor, behind, level, total
from .precedents import MOST
from .report.wording import sureness
from .suspects import ABSTAIN

Document: TypeAlias = dict[str, Any]
Said: TypeAlias = tuple[float, bool]
"""What the table said (0..1), and whether a person found it right."""

BELIEF = 15.0
"""The table counts as much as so many verdicts at either end of the line that found it right."""
MOST_VERDICTS = 500
_LEAST_SPAN = 0.05
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown where the table says ``ABSTAIN``, and where it says ``MOST``; ``verdicts`` drew it."""

    low: float = ABSTAIN
    high: float = MOST
    verdicts: int = 0
    right: int = 0

    @property
    def slope(self) -> float:
        """How much of a difference in the table is shown, 0..1."""
        return (self.high - self.low) / (MOST - ABSTAIN)

    @property
    def offset(self) -> float:
        """What is added, 0..1."""
        return max(0.0, self.low - self.slope * ABSTAIN)

    @property
    def changes_nothing(self) -> bool:
        """Whether the table stands as it is."""
        return self.low <= ABSTAIN and self.high >= MOST

    def document(self) -> Document:
        """``{verdicts, right, at_least, at_most}``: what was said, and what the ends of the scale became."""
        return {
            "verdicts": self.verdicts, "right": self.right,
            "at_least": round(self.low, 4), "at_most": round(self.high, 4),
        }  # fmt: skip


def refitted(feedback: Iterable[Mapping[str, Any]]) -> Line:
    """The line that verdicts draw. The last word on an incident counts, and the last 500 of them.

    Args:
        feedback: ``{incident_id, verdict, confidence, fitted_confidence?, at}`` in any order;
            what is said of an INCONCLUSIVE explanation is no verdict on a cause.
    """
    told = [(_table_said(each), each.get("verdict") == "CORRECT") for each in last_words(feedback)]
    said = [each for each in told if each[0] >= ABSTAIN][-MOST_VERDICTS:]
    low, high = _drawn(said)
    return Line(low, high, len(said), sum(right for _, right in said))


def corrected(incident: Document, line: Line) -> Document:
    """The incident with its confidence as the line shows it; a new one where anything changes."""
    rca = incident["rca"]
    if line.changes_nothing or rca["root_cause"] is None:
        return incident
    old = rca["confidence"]
    factors = [*(_scaled(each, line.slope) for each in old["factors"]), _feedback(line)]
    score = total(factors)
    confidence = old | {
        "score": score, "level": level(score), "factors": [each.document() for each in factors],
        "fitted": old["score"],
    }  # fmt: skip
    before, after = sureness(old["level"], old["score"]), sureness(level(score), score)
    return incident | {
        "rca": rca | {
            "confidence": confidence, "root_cause": rca["root_cause"] | {"score": score},
            "candidates": _candidates(rca["candidates"], score),
            "narrative": rca["narrative"].replace(before, after, 1),
        }
    }  # fmt: skip


def _table_said(feedback: Mapping[str, Any]) -> float:
    told = feedback.get("fitted_confidence", feedback.get("confidence"))
    return float(told) if isinstance(told, int | float) else 0.0


def _drawn(said: Sequence[Said]) -> tuple[float, float]:
    """The two ends of the line with the least squared error, in order and within the scale.

    Each in turn is set to its best while the other stands, which converges: the error
    is convex.
    """
    places = [((score - ABSTAIN) / (MOST - ABSTAIN), float(right)) for score, right in said]
    low, high = ABSTAIN, MOST
    for _ in range(_ROUNDS if said else 0):
        high = _best([(at, right - low * (1 - at)) for at, right in places], MOST)
        high = min(MOST, max(low + _LEAST_SPAN, high))
        low = _best([(1 - at, right - high * at) for at, right in places], ABSTAIN)
        low = max(ABSTAIN, min(high - _LEAST_SPAN, low))
    return low, high


def _best(pulls: Iterable[tuple[float, float]], prior: float) -> float:
    """The least-squares answer to ``at × end = rest`` for all pulls, and to the prior."""
    up, down = BELIEF * prior, BELIEF
    for at, rest in pulls:
        up += at * rest
        down += at * at
    return up / down


def _scaled(factor: Document, slope: float) -> Factor:
    weight = round(factor["weight"] * slope, 4)
    return Factor(factor["name"], factor["value"], weight, factor["reason"])


def _feedback(line: Line) -> Factor:
    weight = MOST * (1 - line.slope)
    value = min(1.0, line.offset / weight) if weight else 1.0
    reason = f"people found {line.right} of {line.verdicts} explanations right"
    return Factor("feedback", round(value, 4), round(weight, 4), reason)


def _candidates(candidates: Sequence[Document], score: float) -> list[Document]:
    first, others = candidates[0], candidates[1:]
    ratios = [each["score"] / first["score"] for each in others]
    scores = [score, *behind(score, ratios)]
    return [each | {"score": new} for each, new in zip(candidates, scores, strict=True)]
