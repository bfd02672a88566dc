"""The model behind a confidence: independent ways of being wrong, whose risks add up.

``risk = 0.01 + risk of the sort of answer + sum(cost of a doubt × how doubtful)``. Each
answer that was wrong is shared out among the ways in proportion to their risks, and
each way's risk is its share of errors over what was exposed to it, pseudo-counts
included: expectation maximisation of a Poisson mixture with Gamma priors (Dempster,
Laird, Rubin 1977). Risks stay positive, the order of answers does not matter, and no
risk rests on a handful of cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.precedents import MOST, Precedent, Table, nesting

MOST_ROUNDS = 400
SETTLED = 1e-7
"""No risk moves by more in a round that is the last."""
FIRST_RISK, FIRST_ANSWERS = 0.15, 10
"""The prior of all answers together: somewhat worse than they are."""
MOST_RISK = 0.5
"""Precedent alone silences no sort of answer: one that is never given could never be found right again."""
LIKE_PARENT = 10
"""A sort of answer starts with so many answers as good as those of the wider sort."""
COSTS: Mapping[str, float] = {"evidence": 0.15, "rivals": 0.1, "completeness": 0.15}
COST_EXPOSURE = 15.0
"""The prior of what a doubt costs, with the weight of so many answers that are all doubt."""
MOST_COST = 0.5
"""Together the doubts cost no more than this, so that what sort of answer it is stays decisive."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An answer: its sort, how doubtful it is by name (0..1), and whether it was right.

    ``weight`` is less than 1 for one of several of its sort in one recording: a mistake
    made four times in one night is not four mistakes.
    """

    basis: str
    doubts: Mapping[str, float]
    right: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Risks:
    """Of being wrong: by sort of answer and what contains it, and by doubt."""

    sorts: Mapping[str, float]
    costs: Mapping[str, float]

    def of(self, answer: Labelled) -> float:
        """The risk of one answer, more than 0."""
        doubts = sum(self.costs[name] * answer.doubts[name] for name in COSTS)
        return 1 - MOST + self.sorts[answer.basis] + doubts


def fitted(answers: Sequence[Labelled], version: str) -> Table:
    """The table that labelled answers teach."""
    risks = _maximised(answers)
    weights = {"precedent": MOST - sum(risks.costs.values()), **risks.costs}
    precedents = {
        name: Precedent(_value(risk, weights["precedent"]), *_counted(answers, name))
        for name, risk in risks.sorts.items()
    }
    return Table(version, {name: round(each, 4) for name, each in weights.items()}, precedents)


def _value(risk: float, weight: float) -> float:
    return round(max(0.0, 1 - min(risk, MOST_RISK) / weight), 4)


def _maximised(answers: Sequence[Labelled]) -> Risks:
    weights = _weighed(answers)
    risks = Risks(dict.fromkeys(weights, FIRST_RISK), COSTS)
    for _ in range(MOST_ROUNDS):
        before, risks = risks, _improved(risks, answers, weights)
        if _moved(before, risks) < SETTLED:
            break
    return risks


def _moved(before: Risks, after: Risks) -> float:
    sorts = (abs(after.sorts[name] - risk) for name, risk in before.sorts.items())
    costs = (abs(after.costs[name] - cost) for name, cost in before.costs.items())
    return max(*sorts, *costs)


def _improved(risks: Risks, answers: Sequence[Labelled], weights: Mapping[str, float]) -> Risks:
    blamed: dict[str, float] = dict.fromkeys(weights, 0.0)
    costing: dict[str, float] = dict.fromkeys(COSTS, 0.0)
    for answer in answers:
        if not answer.right:
            part = answer.weight / risks.of(answer)
            for name in nesting(answer.basis):
                blamed[name] += part * risks.sorts[answer.basis]
            for name, cost in risks.costs.items():
                costing[name] += part * cost * answer.doubts[name]
    return Risks(_sorts(blamed, weights), _costs(costing, answers))


def _sorts(blamed: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in sorted(weights, key=lambda each: (len(nesting(each)), each)):
        above, strength = (found[nesting(name)[1]], LIKE_PARENT) if name else (FIRST_RISK, FIRST_ANSWERS)
        found[name] = (blamed[name] + strength * above) / (weights[name] + strength)
    return found


def _costs(costing: Mapping[str, float], answers: Sequence[Labelled]) -> dict[str, float]:
    found = {
        name: (costing[name] + first * COST_EXPOSURE)
        / (sum(each.weight * each.doubts[name] for each in answers) + COST_EXPOSURE)
        for name, first in COSTS.items()
    }
    scale = min(1.0, MOST_COST / sum(found.values()))
    return {name: cost * scale for name, cost in found.items()}


def _weighed(answers: Sequence[Labelled]) -> dict[str, float]:
    """What the answers of each sort, and of what contains it, weigh together."""
    found = {"": 0.0}
    for answer in answers:
        for name in nesting(answer.basis):
            found[name] = found.get(name, 0.0) + answer.weight
    return found


def _counted(answers: Sequence[Labelled], name: str) -> tuple[int, int]:
    """How many answers of a sort were right, and how many there are."""
    rights = [answer.right for answer in answers if name in nesting(answer.basis)]
    return sum(rights), len(rights)
