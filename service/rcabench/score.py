"""What the engine answered for one case, beside the truth and beside the baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .answers import Answer, Named, answer_of
from .calibration import Pair
from .case import Case, Fault
from .citations import citable, citations, unresolved
from .grades import Grade, grade, grade_incident, unanswered
from .matching import Incident, Matching, affected, match
from .runner import Run


@dataclass(frozen=True, slots=True)
class Invented:
    """An incident that is about no fault."""

    dataset_urn: str
    answered: Named | None
    confidence: float


@dataclass(frozen=True, slots=True)
class CaseScore:
    """``grades`` has one entry for each fault that is due an incident, in the order of the case.

    ``undue`` counts incidents about data sets that are harmed but break no objective.
    ``dangling`` are citations that name nothing in the events. ``baselines`` are graded
    on the same faults; they are asked once for each.
    """

    case_id: str
    seed: int
    traits: tuple[str, ...]
    is_healthy: bool
    grades: tuple[Grade, ...]
    strict: bool
    false: tuple[Invented, ...]
    undue: int
    merging: int
    incidents: int
    cited: int
    dangling: tuple[str, ...]
    refused: int
    seconds: float
    explained_s: float
    pairs: tuple[Pair, ...] = ()
    baselines: dict[str, tuple[Grade, ...]] = field(default_factory=dict[str, tuple[Grade, ...]])

    @property
    def splits(self) -> int:
        """Faults that got more than one incident."""
        return sum(grade.incidents > 1 for grade in self.grades)


def score_case(case: Case, run: Run, baselines: Mapping[str, Sequence[Answer]] | None = None) -> CaseScore:
    """Grade a run. ``baselines`` answer, by name, for each of ``due(case)`` in order."""
    matching = match(run.incidents, case.faults)
    refs = [ref for incident in run.incidents for ref in citations(incident["rca"])]
    return CaseScore(
        case_id=case.case_id,
        seed=case.seed,
        traits=case.traits,
        is_healthy=case.is_healthy,
        grades=_grades(case, matching),
        strict=_is_strict(case, matching),
        false=tuple(_invented(incident) for incident in matching.false),
        undue=_undue(case, matching),
        merging=len(matching.merging),
        incidents=len(run.incidents),
        cited=len(refs),
        dangling=tuple(unresolved(refs, citable(case.events))) if refs else (),
        refused=run.refused,
        seconds=run.seconds,
        explained_s=run.explained_s,
        pairs=tuple(_pairs(case, matching)),
        baselines={
            name: tuple(map(grade, answers, due(case))) for name, answers in (baselines or {}).items()
        },
    )


def due(case: Case) -> tuple[Fault, ...]:
    """The faults that break an objective: an incident is due for each."""
    return tuple(fault for fault in case.faults if fault.broken)


def _grades(case: Case, matching: Matching) -> tuple[Grade, ...]:
    grades: list[Grade] = []
    for place, fault in enumerate(case.faults):
        own = matching.own[place]
        if own and fault.broken:
            grades.append(grade_incident(own[0], fault, _distinct(own)))
        elif fault.broken:
            grades.append(unanswered(fault, "merged" if place in matching.swallowed else "missed"))
    return tuple(grades)


def _distinct(own: Sequence[Incident]) -> int:
    """Incidents for one fault, without those that name an earlier one of them as what returned (rule 16)."""
    ids = {incident["incident_id"] for incident in own}
    return sum(not ids & set(incident.get("impact", {}).get("recurrence_of", ())) for incident in own)


def _is_strict(case: Case, matching: Matching) -> bool:
    """All causes are named, none is invented, and nothing is claimed where nobody could know."""
    if matching.false:
        return False
    for fault, own in zip(case.faults, matching.own, strict=True):
        named = {answer_of(incident).cause for incident in own}
        if fault.broken and not own:
            return False
        if any(cause is not None and cause not in fault.answers for cause in named):
            return False
        if fault.broken and fault.answers and named == {None}:
            return False
    return True


def _undue(case: Case, matching: Matching) -> int:
    return sum(
        not affected(incident) & fault.broken
        for fault, own in zip(case.faults, matching.own, strict=True)
        for incident in own
    )


def _invented(incident: Incident) -> Invented:
    score = float(incident["rca"]["confidence"]["score"])
    return Invented(incident["dataset_urn"], answer_of(incident).cause, score)


def _pairs(case: Case, matching: Matching) -> list[Pair]:
    """One for each cause that was named; what a false incident names is wrong."""
    judged: list[tuple[Incident, Fault | None]] = [(incident, None) for incident in matching.false]
    for fault, own in zip(case.faults, matching.own, strict=True):
        judged += [(incident, fault) for incident in own]
    return [_pair(case, incident, fault) for incident, fault in judged if incident["rca"]["root_cause"]]


def _pair(case: Case, incident: Incident, fault: Fault | None) -> Pair:
    cause, confidence = incident["rca"]["root_cause"], incident["rca"]["confidence"]
    kind, key = cause["kind"], cause["entity"]["key"]
    return Pair(
        case_id=case.case_id,
        seed=case.seed,
        family=fault.family if fault else "",
        fault=fault.name if fault else "",
        kind=kind,
        key=key,
        score=float(confidence["score"]),
        level=confidence["level"],
        factors={each["name"]: float(each["value"]) for each in confidence["factors"]},
        right=fault is not None and (kind, key) in fault.answers,
        basis=confidence.get("basis", ""),
    )
