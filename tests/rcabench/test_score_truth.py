"""Who knows the truth of a generated case gets full marks: the scorer asks for nothing that is not there."""

from typing import Any

import pytest

from service.rcabench.case import Case
from service.rcabench.fleet import generate
from service.rcabench.score import score_case
from tests.rcabench.score_parts import incident, run_of


def told(case: Case) -> list[dict[str, Any]]:
    """An incident for each fault, as the truth has it."""
    return [
        incident(
            fault.paths[0][-1] if fault.paths else min(fault.broken),
            *sorted(fault.broken),
            cause=fault.answers[0] if fault.answers else None,
            path=fault.paths[0] if fault.paths else (),
            radius=tuple(fault.reachable),
            number=number,
        )
        for number, fault in enumerate(case.faults, 1)
        if fault.broken
    ]


@pytest.mark.parametrize("seed", range(1, 13))
def test_the_truth_gets_full_marks(seed: int) -> None:
    case = generate(seed)
    score = score_case(case, run_of(*told(case)))
    assert [grade.outcome for grade in score.grades] == ["right"] * len(score.grades)
    assert all(grade.path_exact in (True, None) for grade in score.grades)
    assert all(grade.radius_recall in (1.0, None) for grade in score.grades)
    assert score.strict
    assert (score.false, score.splits) == ((), 0)
    assert score.merging == 0


@pytest.mark.parametrize("seed", range(1, 5))
def test_every_broken_fault_has_an_answer_or_is_unknowable_and_a_way_to_what_broke(seed: int) -> None:
    for fault in generate(seed).faults:
        assert fault.broken <= fault.harmed
        assert bool(fault.paths) == bool(fault.answers and fault.broken)
        assert all(path[-1] in fault.harmed for path in fault.paths)
