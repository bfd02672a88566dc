"""``sf bench rca``: root causes of generated incidents, beside two naive baselines."""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from signal_factory.errors import BackendUnavailable, CallerError

from ...rcabench.calibration import exported
from ...rcabench.score import CaseScore
from ...rcabench.suite import asks, chosen, scores
from ...rcabench.summary import summary
from ...rcabench.table import lines
from ..common import wants_json
from ..console import OK, Console

_STEP = 100


def run(arguments: Namespace, console: Console) -> int:
    """Generate, replay and grade; print a table, or everything as JSON."""
    from ...rcabench.fleet import HELD_OUT

    _check(arguments)
    named = arguments.families.split(",") if arguments.families else None
    families = chosen(named, arguments.held_out)
    asked = asks(arguments.cases, arguments.healthy, arguments.seed, families)
    console.note(f"{len(asked)} recordings in {arguments.processes} process(es)")
    began = perf_counter()
    told = [
        _told(number, score, len(asked), console)
        for number, score in enumerate(scores(asked, arguments.processes), 1)
    ]
    found = [score for score in told if score is not None]
    if len(found) < len(told):
        console.note(f"{len(told) - len(found)} seeds show none of these faults and are left out")
    held_out = frozenset(HELD_OUT)
    if arguments.export:
        _export(Path(arguments.export), found, held_out)
    document = summary(found, held_out, arguments.show_misses)
    if wants_json(arguments):
        console.json(document | {"seed": arguments.seed, "seconds": round(perf_counter() - began, 3)})
    else:
        for line, is_heading in lines(document):
            console.text(console.strong(line) if is_heading else line)
    return OK


def _told(number: int, score: CaseScore | None, total: int, console: Console) -> CaseScore | None:
    if number % _STEP == 0 and number < total:
        console.note(f"{number} of {total}")
    return score


def _check(arguments: Namespace) -> None:
    for name in ("cases", "healthy", "show_misses"):
        if getattr(arguments, name) < 0:
            raise CallerError(f"--{name.replace('_', '-')} should be at least 0", hint="sf bench --help")
    if arguments.processes < 1:
        raise CallerError("--processes should be at least 1", hint="One a core is plenty.")
    if not arguments.cases + arguments.healthy:
        raise CallerError("nothing to run", hint="--cases or --healthy should be at least 1.")


def _export(path: Path, found: Sequence[CaseScore], held_out: frozenset[str]) -> None:
    rows = [exported(pair, held_out) for each in found for pair in each.pairs]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BackendUnavailable(
            f"cannot write {path.name}: {error.strerror}", hint="Name a file in a folder that exists."
        ) from None
