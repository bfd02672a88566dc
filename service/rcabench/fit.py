"""Fits confidence to labelled answers: ``python -m service.rcabench.fit FIT --verify OTHER --write``.

Both files are exports of ``sf bench rca --export`` over different seeds; without
``--verify`` every third seed is kept to verify on. Families held out from tuning the
ranking are reported apart, and so is each family as judged by all others.
docs/confidence.md.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from copilot import precedents
from copilot.confidence import HIGH, MEDIUM, evidence_of
from copilot.precedents import Table

from .additive import Labelled, fitted
from .calibration import Judged, calibration_error, precision_at, reliability

Row: TypeAlias = Mapping[str, Any]
TABLE = Path(precedents.__file__).with_name("calibration.json")
_EVERY = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, verify, print both, and write the table if asked to."""
    asked = _asked(arguments)
    rows = read(asked.fit)
    learn, rest = (rows, read(asked.verify)) if asked.verify else split(rows)
    table = fitted(labelled(learn), _version(learn))
    parts = {"fitted on": learn, "verified on": rest,
             "verified on, families tuned on": [row for row in rest if not row["held_out"]],
             "verified on, families held out": [row for row in rest if row["held_out"]]}  # fmt: skip
    for line in (*told(table, parts), f"each family judged by the others: {_figures(apart(learn))}"):
        sys.stdout.write(f"{line}\n")
    if asked.write:
        TABLE.write_text(json.dumps(table.document(), indent=1) + "\n", encoding="utf-8")
    return 0


def read(path: Path) -> list[Row]:
    """The lines of an export."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """To learn from and to verify on, by seed."""
    rows = list(rows)
    return [row for row in rows if row["seed"] % _EVERY], [row for row in rows if not row["seed"] % _EVERY]


def labelled(rows: Sequence[Row]) -> list[Labelled]:
    """Exported answers as the model sees them; those of one sort in one recording weigh one together."""
    alike = Counter((row["seed"], row["case_id"], row["basis"]) for row in rows)
    return [
        Labelled(
            row["basis"], _doubts(row), row["right"], 1 / alike[row["seed"], row["case_id"], row["basis"]]
        )
        for row in rows
    ]


def _doubts(row: Row) -> dict[str, float]:
    values = row["factors"]
    return {
        "evidence": 1 - evidence_of(values),
        "rivals": 1 - values["rivals"],
        "completeness": 1 - values["completeness"],
    }


def judged(table: Table, rows: Sequence[Row]) -> list[Judged]:
    """What the table says of each answer, and whether it was right."""
    return [(said(table, answer), answer.right) for answer in labelled(rows)]


def apart(rows: Sequence[Row]) -> list[Judged]:
    """Each answer as judged by a table that was taught by the answers to all other families."""
    found: list[Judged] = []
    for family in sorted({row["family"] for row in rows}):
        others = labelled([row for row in rows if row["family"] != family])
        found += judged(fitted(others, family), [row for row in rows if row["family"] == family])
    return found


def said(table: Table, answer: Labelled) -> float:
    """The confidence (0..1) that a table gives an answer."""
    values = {name: 1 - doubt for name, doubt in answer.doubts.items()}
    values["precedent"] = table.precedents[table.nearest(answer.basis)].value
    return sum(float(table.weights[name]) * value for name, value in values.items())


def told(table: Table, parts: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """The report: weights, then each part of the answers before and after."""
    yield f"weights {', '.join(f'{name} {weight:.3f}' for name, weight in table.weights.items())}"
    for name, rows in parts.items():
        if rows:
            yield f"{name}: {len(rows)} answers, {_share(rows):.1%} right"
            yield f"  as exported {_figures([(row['score'], row['right']) for row in rows])}"
            yield f"  as fitted   {_figures(judged(table, rows))}"


def _share(rows: Sequence[Row]) -> float:
    return len([row for row in rows if row["right"]]) / len(rows)


def _figures(found: Sequence[Judged]) -> str:
    sure, likely = precision_at(found, HIGH), precision_at(found, MEDIUM)
    return (
        f"error {calibration_error(reliability(found)) or 0:.3f}, "
        f"at ≥ {HIGH:.2f} {sure.right} of {sure.count} right ({sure.share or 0:.1%}), "
        f"at ≥ {MEDIUM:.2f} {likely.right} of {likely.count} ({likely.share or 0:.1%})"
    )


def _version(rows: Sequence[Row]) -> str:
    seeds = sorted({row["seed"] for row in rows})
    return f"{len(rows)} answers of seeds {seeds[0]}-{seeds[-1]}" if seeds else "no answers"


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m service.rcabench.fit", description=__doc__)
    parser.add_argument("fit", type=Path, help="an export to fit on")
    parser.add_argument("--verify", type=Path, help="an export of other seeds to verify on")
    parser.add_argument("--write", action="store_true", help="replace copilot/calibration.json")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
