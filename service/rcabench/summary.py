"""One document of a whole run: ours beside the baselines, by family, held out apart, calibration, misses."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from .baselines import LATEST, NEAREST
from .calibration import (
    Pair,
    Precision,
    by_level,
    by_mass,
    calibration_error,
    chance_error,
    precision_at,
    reliability,
)
from .figures import baseline, conduct, ours
from .grades import Grade
from .misses import classes, misses, varied
from .score import CaseScore

SURE = (0.9, 0.8)
OURS = "signal factory"


def summary(scores: Sequence[CaseScore], held_out: frozenset[str], show_misses: int) -> dict[str, Any]:
    """``{cases, healthy, methods, families, conduct, calibration, misses, miss_classes}``."""
    found = misses(scores)
    return {
        "cases": sum(not each.is_healthy for each in scores),
        "healthy": sum(each.is_healthy for each in scores),
        "methods": _methods(scores, held_out),
        "families": _families(scores, held_out),
        "traits": _traits(scores),
        "conduct": conduct(scores),
        "calibration": calibration([pair for each in scores for pair in each.pairs]),
        "miss_classes": classes(found)[:show_misses],
        "misses": [miss.document() for miss in varied(found, show_misses)],
        "missed_in_all": len(found),
    }


def calibration(pairs: Sequence[Pair]) -> dict[str, Any]:
    """The reliability curve, its error, and precision where the engine says that it is sure."""
    judged = [pair.judged for pair in pairs]
    tenths, deciles = reliability(judged), by_mass(judged)
    return {
        "named": len(pairs),
        "error": calibration_error(tenths),
        "error_by_deciles": calibration_error(deciles),
        "error_by_chance": chance_error(tenths),
        "curve": [asdict(each) for each in tenths],
        "deciles": [asdict(each) for each in deciles],
        "precision_at": {str(level): _precision(precision_at(judged, level)) for level in SURE},
        "levels": {level: _precision(each) for level, each in by_level(pairs).items()},
    }


def _methods(scores: Sequence[CaseScore], held_out: frozenset[str]) -> dict[str, Any]:
    """Each method on all faults, on those of families to tune on, and on those held out."""
    parts: dict[str, Callable[[Grade], bool]] = {
        "all": lambda _: True,
        "tuned on": lambda grade: not is_held_out(grade, held_out),
        "held out": lambda grade: is_held_out(grade, held_out),
    }
    return {part: beside(scores, keep) for part, keep in parts.items()}


def beside(scores: Sequence[CaseScore], keep: Callable[[Grade], bool]) -> dict[str, Any]:
    """Ours and both baselines on the same faults."""
    return {
        OURS: ours(scores, keep).document(),
        LATEST: baseline(scores, LATEST, keep).document(),
        NEAREST: baseline(scores, NEAREST, keep).document(),
    }


def is_held_out(grade: Grade, held_out: frozenset[str]) -> bool:
    """Whether the fault or its family was kept from tuning."""
    return bool(held_out & {grade.family, grade.fault})


def _families(scores: Sequence[CaseScore], held_out: frozenset[str]) -> list[dict[str, Any]]:
    names = sorted({grade.family for each in scores for grade in each.grades})
    return [
        {
            "family": name,
            "held_out": name in held_out,
            "methods": beside(scores, partial(_is_of, name)),
        }
        for name in names
    ]


def _is_of(family: str, grade: Grade) -> bool:
    return grade.family == family


def _traits(scores: Sequence[CaseScore]) -> dict[str, Any]:
    names = sorted({trait for each in scores if each.grades for trait in each.traits})
    return {name: ours([each for each in scores if name in each.traits]).document() for name in names}


def _precision(found: Precision) -> dict[str, Any]:
    return {
        "count": found.count, "right": found.right, "share": found.share, "at_least": found.at_least,
    }  # fmt: skip
