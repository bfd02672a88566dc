"""How one answer to one fault is graded; the same for the engine and the baselines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from .answers import Answer, Named, answer_of
from .case import Fault

Outcome: TypeAlias = Literal["right", "wrong", "abstained", "overclaimed", "missed", "merged"]
"""abstained: INCONCLUSIVE though the cause could be known; overclaimed: a cause named though none could."""

TOP = 3


@dataclass(frozen=True, slots=True)
class Grade:
    """``path_exact`` is None but for right causes, the radius None where it has nothing to be compared with.

    ``incidents`` are how many the fault got; more than one is a wrong split. ``true_path`` is
    the shortest right one.
    """

    fault: str
    family: str
    outcome: Outcome
    in_top3: bool
    answered: Named | None
    expected: Named | None
    path_exact: bool | None = None
    radius_precision: float | None = None
    radius_recall: float | None = None
    confidence: float | None = None
    level: str = ""
    incidents: int = 1
    path: tuple[str, ...] = ()
    true_path: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """The cause is named that is right, or none where none could be known."""
        return self.outcome == "right"


def grade(answer: Answer, fault: Fault) -> Grade:
    """An answer beside the truth."""
    outcome = _outcome(answer, fault)
    named_right = outcome == "right" and answer.cause is not None
    return Grade(
        fault=fault.name,
        family=fault.family,
        outcome=outcome,
        in_top3=outcome == "right" or _is_among_first(answer, fault),
        answered=answer.cause,
        expected=_expected(fault),
        path_exact=answer.path in fault.paths if named_right else None,
        path=answer.path,
        true_path=fault.paths[0] if fault.paths else (),
    )


def grade_incident(incident: Mapping[str, Any], fault: Fault, incidents: int) -> Grade:
    """The same with what only a report has: confidence and blast radius."""
    plain = grade(answer_of(incident), fault)
    precision, recall = _radius(incident, fault)
    confidence = incident["rca"]["confidence"]
    return replace(
        plain,
        radius_precision=precision,
        radius_recall=recall,
        confidence=float(confidence["score"]),
        level=confidence["level"],
        incidents=incidents,
    )


def unanswered(fault: Fault, outcome: Literal["missed", "merged"]) -> Grade:
    """A fault that was due an incident and has none of its own."""
    return Grade(fault.name, fault.family, outcome, False, None, _expected(fault), incidents=0)


def _expected(fault: Fault) -> Named | None:
    return fault.answers[0] if fault.answers else None


def _outcome(answer: Answer, fault: Fault) -> Outcome:
    if answer.cause is None:
        return "abstained" if fault.answers else "right"
    if not fault.answers:
        return "overclaimed"
    return "right" if answer.cause in fault.answers else "wrong"


def _is_among_first(answer: Answer, fault: Fault) -> bool:
    return any(each in fault.answers for each in answer.candidates[:TOP])


def _radius(incident: Mapping[str, Any], fault: Fault) -> tuple[float | None, float | None]:
    """Against what is reachable or harmed, and of what is harmed within three hops.

    Where the cause cannot be known, neither can where its radius starts.
    """
    if not fault.answers:
        return None, None
    told = {entry["urn"] for entry in incident["rca"]["blast_radius"]}
    due = (fault.harmed & fault.reachable) - {incident["dataset_urn"]}
    return (
        len(told & (fault.reachable | fault.harmed)) / len(told) if told else None,
        len(told & due) / len(due) if due else None,
    )
