"""Whether a confidence is a probability: reliability, its error, and precision where it is sure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any, TypeAlias

Judged: TypeAlias = tuple[float, bool]
"""A confidence (0..1), and whether the named cause was right."""

TENTHS = 10
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one confidence: its bounds, how many, the mean said, the share that was right."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Precision:
    """Of ``count`` answers, ``right`` were right; ``share`` is None where there were none."""

    count: int
    right: int

    @property
    def share(self) -> float | None:
        """The part that was right."""
        return self.right / self.count if self.count else None

    @property
    def at_least(self) -> float | None:
        """What the share is at least, with 97.5 % certainty (Wilson's interval): few answers prove little."""
        if not self.count:
            return None
        share, spread = self.right / self.count, _Z * _Z / self.count
        middle = share + spread / 2
        return (middle - _Z * sqrt(share * (1 - share) / self.count + spread / 4 / self.count)) / (1 + spread)


@dataclass(frozen=True, slots=True)
class Pair:
    """One named cause with what it was judged by; ``family`` and ``fault`` are "" for a false incident."""

    case_id: str
    seed: int
    family: str
    fault: str
    kind: str
    key: str
    score: float
    level: str
    factors: dict[str, float]
    right: bool
    basis: str = ""

    @property
    def judged(self) -> Judged:
        """Its confidence, and whether it was right."""
        return self.score, self.right


def reliability(judged: Iterable[Judged], bins: int = TENTHS) -> tuple[Bin, ...]:
    """The reliability curve over ``bins`` equal intervals of confidence; empty ones are left out.

    The intervals are closed below and open above, but for the last, which holds 1.
    """
    held: dict[int, list[Judged]] = {}
    for score, right in judged:
        held.setdefault(min(int(score * bins), bins - 1), []).append((score, right))
    return tuple(_bin(number / bins, (number + 1) / bins, held[number]) for number in sorted(held))


def by_mass(judged: Iterable[Judged], bins: int = TENTHS) -> tuple[Bin, ...]:
    """The same over deciles: intervals that hold about equally many answers; equal scores stay together."""
    ranked = sorted(judged)
    places: dict[float, int] = {}
    for place, (score, _) in enumerate(ranked):
        places.setdefault(score, place * bins // len(ranked))
    held: dict[int, list[Judged]] = {}
    for each in ranked:
        held.setdefault(places[each[0]], []).append(each)
    return tuple(_bin(part[0][0], part[-1][0], part) for part in held.values())


def calibration_error(curve: Sequence[Bin]) -> float | None:
    """Expected calibration error, 0..1: |said − right| averaged over the answers; None without any.

    Source: Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using
    Bayesian Binning", AAAI 2015.
    """
    total = sum(each.count for each in curve)
    if not total:
        return None
    return sum(each.count * abs(each.said - each.right) for each in curve) / total


def chance_error(curve: Sequence[Bin]) -> float | None:
    """About the error that a perfect engine would show with so few answers, 0..1; None without any.

    The mean distance of a share of ``count`` answers from what it should be is that of a
    normal distribution, ``sqrt(2 / pi)`` of its standard deviation.
    """
    total = sum(each.count for each in curve)
    if not total:
        return None
    spreads = (each.count * sqrt(2 / pi * each.said * (1 - each.said) / each.count) for each in curve)
    return sum(spreads) / total


def precision_at(judged: Iterable[Judged], threshold: float) -> Precision:
    """Of the answers at least so sure."""
    kept = [right for score, right in judged if score >= threshold]
    return Precision(len(kept), sum(kept))


def by_level(pairs: Iterable[Pair]) -> dict[str, Precision]:
    """Precision of HIGH, MEDIUM and LOW, in this order; a level nobody used is left out."""
    held: dict[str, list[bool]] = {"HIGH": [], "MEDIUM": [], "LOW": []}
    for pair in pairs:
        held.setdefault(pair.level, []).append(pair.right)
    return {level: Precision(len(rights), sum(rights)) for level, rights in held.items() if rights}


def exported(pair: Pair, held_out: frozenset[str]) -> dict[str, Any]:
    """A pair as a line of ``--export``: what a calibrator can be fitted on."""
    return {
        "case_id": pair.case_id, "seed": pair.seed, "fault": pair.fault, "family": pair.family,
        "held_out": bool(held_out & {pair.family, pair.fault}), "kind": pair.kind, "key": pair.key,
        "score": pair.score, "level": pair.level, "factors": pair.factors, "basis": pair.basis,
        "right": pair.right,
    }  # fmt: skip


def _bin(low: float, high: float, held: Sequence[Judged]) -> Bin:
    count = len(held)
    return Bin(
        low, high, count, sum(score for score, _ in held) / count, sum(right for _, right in held) / count
    )
