"""Many generated cases, each scored in a process of its own choosing, in the order they were asked for."""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeAlias

from signal_factory.errors import CallerError

from .baselines import answers
from .case import Case
from .runner import run
from .score import CaseScore, due, score_case

HeldOut: TypeAlias = Literal["with", "without", "only"]


@dataclass(frozen=True, slots=True)
class Ask:
    """A case to generate; ``families`` None means all."""

    seed: int
    is_healthy: bool = False
    families: tuple[str, ...] | None = None


def asks(cases: int, healthy: int, seed: int, families: tuple[str, ...] | None = None) -> list[Ask]:
    """Faulty cases from ``seed`` on, then healthy ones from ``seed`` on."""
    return [
        *(Ask(seed + number, families=families) for number in range(cases)),
        *(Ask(seed + number, is_healthy=True) for number in range(healthy)),
    ]


def chosen(named: Iterable[str] | None, held_out: HeldOut) -> tuple[str, ...] | None:
    """The families to draw from, None for all.

    Raises:
        CallerError: a family that does not exist, or none is left.
    """
    from .fleet import FAMILIES, HELD_OUT

    known = tuple(FAMILIES)
    wanted = tuple(named) if named is not None else known
    for name in wanted:
        if name not in known:
            raise CallerError(f"no family {name[:40]}", hint=f"Families are {', '.join(known)}.")
    kept = tuple(name for name in wanted if held_out == "with" or (name in HELD_OUT) == (held_out == "only"))
    if not kept:
        raise CallerError("no family is left", hint=f"Held out are {', '.join(sorted(HELD_OUT))}.")
    return None if kept == known else kept


def scores(asked: Iterable[Ask], processes: int = 1) -> Iterator[CaseScore | None]:
    """The score of each, in order; None where no fleet of that seed shows a fault of its families."""
    if processes <= 1:
        yield from map(scored, asked)
        return
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawning) as pool:
        yield from pool.map(scored, asked)


def scored(ask: Ask) -> CaseScore | None:
    """Generate a case, run it, and grade engine and baselines."""
    case = generated(ask)
    return None if case is None else score(case)


def score(case: Case) -> CaseScore:
    """Run a case, and grade engine and baselines."""
    return score_case(case, run(case), answers(case, due(case)))


def generated(ask: Ask) -> Case | None:
    """The case that is asked for; None where no fleet of its seed shows a fault of its families."""
    from .fleet import generate

    try:
        return generate(ask.seed, families=ask.families, healthy=ask.is_healthy)
    except ValueError:
        return None
