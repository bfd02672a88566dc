"""Many scores in a few figures. All shares are 0..1, None where there was nothing to share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from .grades import Grade
from .score import CaseScore


@dataclass(frozen=True, slots=True)
class Answered:
    """How one method did on the faults that are due an incident."""

    faults: int
    top1: float | None
    top3: float | None
    strict: float | None
    path: float | None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "faults": self.faults, "top1": self.top1, "top3": self.top3, "strict": self.strict,
            "path": self.path,
        }  # fmt: skip


def ours(scores: Sequence[CaseScore], keep: Callable[[Grade], bool] = lambda _: True) -> Answered:
    """The engine's, over the faults that ``keep`` takes and the cases they are in."""
    faulty = [each for each in scores if any(map(keep, each.grades))]
    grades = [grade for each in faulty for grade in each.grades if keep(grade)]
    return _answered(grades, [each.strict for each in faulty])


def baseline(
    scores: Sequence[CaseScore], name: str, keep: Callable[[Grade], bool] = lambda _: True
) -> Answered:
    """The same of a baseline; strict where it is right about every fault of the case."""
    told = [each.baselines.get(name, ()) for each in scores]
    faulty = [grades for grades in told if any(map(keep, grades))]
    grades = [grade for each in faulty for grade in each if keep(grade)]
    return _answered(grades, [all(grade.is_right for grade in each) for each in faulty])


def conduct(scores: Sequence[CaseScore]) -> dict[str, Any]:
    """What else matters: incidents merged, split, missed and invented, blast radius, citations, time."""
    grades = [grade for each in scores for grade in each.grades]
    incidents = sum(each.incidents for each in scores)
    cited = sum(each.cited for each in scores)
    return {
        "incidents": incidents,
        "radius_precision": _mean(each.radius_precision for each in grades),
        "radius_recall": _mean(each.radius_recall for each in grades),
        "wrong_merges": share(sum(each.merging for each in scores), incidents),
        "wrong_splits": share(sum(each.splits for each in scores), len(grades)),
        "missed": share(_count(grades, "missed"), len(grades)),
        "merged_away": share(_count(grades, "merged"), len(grades)),
        "abstained": share(_count(grades, "abstained"), len(grades)),
        "overclaimed": share(_count(grades, "overclaimed"), len(grades)),
        "undue_incidents": sum(each.undue for each in scores),
        "false_incidents_beside_faults": sum(len(each.false) for each in scores if not each.is_healthy),
        "false_incidents_on_healthy_days": sum(len(each.false) for each in scores if each.is_healthy),
        "citations": cited,
        "citations_resolved": share(cited - sum(len(each.dangling) for each in scores), cited),
        "events_refused": sum(each.refused for each in scores),
        "seconds_per_case": _mean(each.seconds for each in scores),
        "seconds_to_explain": _percentiles([each.explained_s for each in scores if each.incidents]),
    }


def share(part: int, whole: int) -> float | None:
    """``part`` of ``whole``; None of nothing."""
    return part / whole if whole else None


def _answered(grades: Sequence[Grade], strict: Sequence[bool]) -> Answered:
    exact = [grade.path_exact for grade in grades if grade.path_exact is not None]
    return Answered(
        faults=len(grades),
        top1=share(sum(grade.is_right for grade in grades), len(grades)),
        top3=share(sum(grade.in_top3 for grade in grades), len(grades)),
        strict=share(sum(strict), len(strict)),
        path=share(sum(exact), len(exact)),
    )


def _count(grades: Iterable[Grade], outcome: str) -> int:
    return sum(grade.outcome == outcome for grade in grades)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _percentiles(values: Sequence[float]) -> dict[str, float | None]:
    if len(values) < 2:
        only = values[0] if values else None
        return {"p50": only, "p99": only}
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98]}
