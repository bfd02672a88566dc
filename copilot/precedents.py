"""How often answers of each sort were right on labelled incidents, and what each doubt costs.

The table is a file of the package, ``copilot/calibration.json``; ``python -m
service.rcabench.fit`` writes it. docs/confidence.md says how it is read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

MOST = 0.99
"""What the weights add up to: nothing is certain."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """Of ``answers`` labelled answers of one sort ``right`` were right; that is worth ``value``, 0..1."""

    value: float
    right: int
    answers: int


@dataclass(frozen=True, slots=True)
class Table:
    """``weights`` by part add up to ``MOST``. ``precedents`` are by basis or its beginning, "" for all."""

    version: str
    weights: Mapping[str, float]
    precedents: Mapping[str, Precedent]

    def nearest(self, basis: str) -> str:
        """The narrowest sort of answer the table knows that contains ``basis``; "" is all of them."""
        return next(name for name in nesting(basis) if name in self.precedents)

    def document(self) -> dict[str, Any]:
        """As it is kept in the file."""
        return {
            "version": self.version,
            "weights": dict(self.weights),
            "precedents": {
                name: {"value": each.value, "right": each.right, "answers": each.answers}
                for name, each in sorted(self.precedents.items())
            },
        }


def nesting(basis: str) -> list[str]:
    """A basis and what contains it, narrowest first, "" last."""
    parts = basis.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)] + [""]


def table_of(document: Mapping[str, Any]) -> Table:
    """A table from its document."""
    found = {name: Precedent(**each) for name, each in document["precedents"].items()}
    return Table(document["version"], document["weights"], found)


@cache
def shipped() -> Table:
    """The table of this version."""
    return table_of(json.loads(files("copilot").joinpath("calibration.json").read_text(encoding="utf-8")))
