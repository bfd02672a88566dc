"""What went wrong, worst first, with what it takes to see it again."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .answers import Named
from .score import CaseScore

_FALSE = "false incident"
_INEXACT = "inexact path"
_SEEDS = 8
_ALIKE = 2
_CLAIMED = frozenset({"overclaimed", "wrong", _FALSE})


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is not as it should be. ``fault`` is "" for a false incident."""

    what: str
    seed: int
    case_id: str
    is_healthy: bool
    traits: tuple[str, ...]
    fault: str
    family: str
    expected: Named | None
    answered: Named | None
    confidence: float
    in_top3: bool = False
    detail: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "what": self.what, "seed": self.seed, "case_id": self.case_id, "healthy": self.is_healthy,
            "traits": list(self.traits), "fault": self.fault, "family": self.family,
            "expected": self.expected, "answered": self.answered, "confidence": self.confidence,
            "in_top3": self.in_top3, "detail": self.detail,
        }  # fmt: skip


def misses(scores: Sequence[CaseScore]) -> list[Miss]:
    """All of them: what was claimed most surely and wrongly first, then what was not found."""
    found = [miss for score in scores for miss in (*_graded(score), *_invented(score))]
    return sorted(found, key=lambda each: (each.what not in _CLAIMED, -each.confidence, each.seed))


def classes(found: Sequence[Miss]) -> list[dict[str, Any]]:
    """Alike misses counted, most frequent first, each with a few seeds."""
    held: dict[tuple[str, str, str, str], list[Miss]] = defaultdict(list)
    for miss in found:
        held[_class(miss)].append(miss)
    ranked = sorted(held.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {"what": what, "fault": fault, "expected": expected, "answered": answered, "count": len(alike),
         "seeds": [miss.seed for miss in alike][:_SEEDS]}
        for (what, fault, expected, answered), alike in ranked
    ]  # fmt: skip


def varied(found: Sequence[Miss], most: int) -> list[Miss]:
    """The first ``most``, with at most two of a kind."""
    seen: Counter[tuple[str, str, str, str]] = Counter()
    kept: list[Miss] = []
    for miss in found:
        seen[_class(miss)] += 1
        if seen[_class(miss)] <= _ALIKE:
            kept.append(miss)
    return kept[:most]


def _graded(score: CaseScore) -> list[Miss]:
    return [
        Miss(
            what=_INEXACT if grade.is_right else grade.outcome,
            seed=score.seed,
            case_id=score.case_id,
            is_healthy=False,
            traits=score.traits,
            fault=grade.fault,
            family=grade.family,
            expected=grade.expected,
            answered=grade.answered,
            confidence=grade.confidence or 0.0,
            in_top3=grade.in_top3,
            detail=f"said {_way(grade.path)}, true {_way(grade.true_path)}" if grade.is_right else "",
        )
        for grade in score.grades
        if not grade.is_right or grade.path_exact is False
    ]


def _invented(score: CaseScore) -> list[Miss]:
    return [
        Miss(
            what=_FALSE,
            seed=score.seed,
            case_id=score.case_id,
            is_healthy=score.is_healthy,
            traits=score.traits,
            fault="",
            family="",
            expected=None,
            answered=each.answered,
            confidence=each.confidence,
            detail=each.dataset_urn,
        )
        for each in score.false
    ]


def _class(miss: Miss) -> tuple[str, str, str, str]:
    return miss.what, miss.fault, _kind(miss.expected), _kind(miss.answered)


def _way(path: tuple[str, ...]) -> str:
    return " → ".join(path)


def _kind(named: Named | None) -> str:
    return named[0] if named else "nothing"
